/* SPDX-License-Identifier: MIT */
/*
 * What a draft amounts to: the body of the create, the draft's document, and the words of `.draft`.
 * All three pick each row's value by the same precedence.
 */
#include "config.h"

#include "document/parts.h"

#include <stdlib.h>
#include <string.h>

struct assembly {
    const char *name;
    size_t name_bytes;
    bool whole;          /* every field, null where unset; else what is to be sent */
    struct buf *missing; /* gets the names of required fields that are unset; or NULL */
};

/* Where values come from, in order of precedence. */
enum { VALUES, DEFAULTS };

static bool is_set(struct json_view value)
{
    return value.there && json_view_type(value) != 'n';
}

static bool is_usable(const struct field *field, struct json_view value)
{
    return is_set(value) && field_accepts(field, value) && !field_looks_like_bytes(field, value) &&
           !((field->flags & FIELD_SECRET) != 0 && document_is_masked(value));
}

/* None: unset. */
static struct json_view pick(const struct assembly *assembly, const struct visit *row)
{
    const struct field *field = row->field;
    /* A document that shows the mask of a secret from the defaults could not be written back. */
    bool given_only = assembly->whole && (field->flags & FIELD_SECRET) != 0;
    struct json_view value =
        is_set(row->at[VALUES]) || given_only ? row->at[VALUES] : row->at[DEFAULTS];

    return is_usable(field, value) ? value : document_view(field->initial);
}

static bool note_missing(const struct assembly *assembly, const struct key_path *path)
{
    struct buf *missing = assembly->missing;

    return missing == NULL || ((missing->size_bytes == 0 || buf_append(missing, ", ", 2)) &&
                               buf_append_text(missing, key_words(path).text));
}

static bool put_leaf(const struct visitor *visitor, const struct visit *row)
{
    const struct assembly *assembly = visitor->ctx;
    struct json_object *out = row->up->out;

    if (row->path.up == NULL && strcmp(row->path.key, "name") == 0)
        return document_put(out, "name",
                            json_object_new_string_len(assembly->name, (int)assembly->name_bytes));
    struct json_view value = pick(assembly, row);
    if (value.there)
        return document_put_view(out, row->path.key, value);
    if (row->needed && (row->field->flags & FIELD_REQUIRED) != 0 &&
        !note_missing(assembly, &row->path))
        return false;
    return !assembly->whole || document_put(out, row->path.key, NULL);
}

static bool nests(const struct visitor *visitor, const struct visit *row)
{
    (void)visitor;
    return row->field->members != NULL;
}

/* An object that nothing requires has required members only once something of it is given. */
static bool enter(const struct visitor *visitor, struct visit *row)
{
    row->needed = is_set(row->at[VALUES]) || is_set(row->at[DEFAULTS]) ||
                  (row->needed && (row->field->flags & FIELD_REQUIRED) != 0);
    return document_begin_object(visitor, row);
}

static bool leave(const struct visitor *visitor, const struct visit *row, bool ok)
{
    const struct assembly *assembly = visitor->ctx;

    if (ok && assembly->whole)
        return document_put(row->up->out, row->path.key, row->out);
    return document_end_object(visitor, row, ok);
}

/* A new object; NULL: no memory. */
static struct json_object *assemble(struct assembly *assembly, const struct kind *kind,
                                    enum dialect dialect, const char *values, const char *defaults)
{
    const struct visitor visitor = {.rows = FIELD_CREATE,
                                    .nests = nests,
                                    .leaf = put_leaf,
                                    .enter = enter,
                                    .leave = leave,
                                    .ctx = assembly};
    struct visit root = {
        .at = {[VALUES] = document_view(values), [DEFAULTS] = document_view(defaults)},
        .out = json_object_new_object(),
        .needed = true};

    if (root.out != NULL && visit_all(&visitor, kind->shapes[dialect].fields, &root))
        return root.out;
    json_object_put(root.out);
    return NULL;
}

bool document_draft_body(const struct kind *kind, enum dialect dialect, const char *name,
                         size_t name_bytes, const char *values, const char *defaults,
                         struct document_change *out, struct buf *missing)
{
    size_t before = missing->size_bytes;
    struct assembly assembly = {.name = name, .name_bytes = name_bytes, .missing = missing};
    struct json_object *body = assemble(&assembly, kind, dialect, values, defaults);

    *out = (struct document_change){0};
    bool ok = body != NULL && missing->size_bytes == before && document_change_fill(out, body);
    json_object_put(body);
    return ok;
}

bool document_render_draft(const struct kind *kind, enum dialect dialect, const char *name,
                           size_t name_bytes, const char *values, const char *defaults,
                           bool show_secrets, struct buf *out)
{
    struct assembly assembly = {.name = name, .name_bytes = name_bytes, .whole = true};
    struct json_object *document = assemble(&assembly, kind, dialect, values, defaults);
    bool ok = document != NULL && (show_secrets || secrets_mask(document)) &&
              json_print_pretty(out, document) && buf_append(out, "\n", 1);

    json_object_put(document);
    return ok;
}
