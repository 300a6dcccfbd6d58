/* SPDX-License-Identifier: MIT */
/*
 * What a draft amounts to: the body of the create, the draft's document, and the words of `.draft`.
 * All three go through the rows in the same way and pick each value by the same precedence.
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

/* Where values come from, in order of precedence; each an object or NULL. */
struct sources {
    struct json_object *values;
    struct json_object *defaults;
};

/* --- picking --------------------------------------------------------------------------------- */

static bool is_usable(const struct field *field, struct json_object *value)
{
    return value != NULL && field_accepts(field, value) && !field_looks_like_bytes(field, value) &&
           !((field->flags & FIELD_SECRET) != 0 && document_is_masked(value));
}

static struct json_object *initial_value(const struct field *field)
{
    struct json_object *value = NULL;

    if (field->initial != NULL)
        json_read(field->initial, strlen(field->initial), &value, NULL);
    return value;
}

/* A new reference; NULL: unset. */
static struct json_object *pick(const struct field *field, const struct sources *from)
{
    struct json_object *value = json_member(from->values, field->key);

    if (value == NULL)
        value = json_member(from->defaults, field->key);
    if (is_usable(field, value))
        return json_object_get(value);
    return initial_value(field);
}

static struct json_object *pick_leaf(const struct assembly *assembly, const struct key_path *path,
                                     const struct field *field, const struct sources *from)
{
    struct sources given = {from->values, NULL};

    if (path->up == NULL && strcmp(field->key, "name") == 0)
        return json_object_new_string_len(assembly->name, (int)assembly->name_bytes);
    /* A document that shows the mask of a secret from the defaults could not be written back. */
    return pick(field, assembly->whole && (field->flags & FIELD_SECRET) != 0 ? &given : from);
}

/* --- assembling ------------------------------------------------------------------------------ */

static bool note_missing(const struct assembly *assembly, const struct key_path *path)
{
    struct buf *missing = assembly->missing;

    return missing == NULL || ((missing->size_bytes == 0 || buf_append(missing, ", ", 2)) &&
                               buf_append_text(missing, key_words(path).text));
}

static bool put_leaf(const struct assembly *assembly, const struct key_path *path,
                     const struct field *field, const struct sources *from, bool needed,
                     struct json_object *out)
{
    struct json_object *value = pick_leaf(assembly, path, field, from);

    if (value == NULL && needed && (field->flags & FIELD_REQUIRED) != 0 &&
        !note_missing(assembly, path))
        return false;
    return (value == NULL && !assembly->whole) || document_put(out, field->key, value);
}

static struct json_object *assemble(const struct assembly *assembly, const struct key_path *up,
                                    const struct field *fields, const struct sources *from,
                                    bool needed);

/* An object that nothing requires has required members only once something of it is given. */
static bool put_nested(const struct assembly *assembly, const struct key_path *path,
                       const struct field *field, const struct sources *from, bool needed,
                       struct json_object *out)
{
    struct sources inner = {json_member(from->values, field->key),
                            json_member(from->defaults, field->key)};

    needed = inner.values != NULL || inner.defaults != NULL ||
             (needed && (field->flags & FIELD_REQUIRED) != 0);
    struct json_object *object = assemble(assembly, path, field->members, &inner, needed);
    if (object == NULL)
        return false;
    if (assembly->whole || json_object_object_length(object) > 0)
        return document_put(out, field->key, object);
    json_object_put(object);
    return true;
}

/* A new object; NULL: no memory. */
static struct json_object *assemble(const struct assembly *assembly, const struct key_path *up,
                                    const struct field *fields, const struct sources *from,
                                    bool needed)
{
    struct json_object *out = json_object_new_object();
    bool ok = out != NULL;

    for (const struct field *field = fields; ok && field->key != NULL; field++) {
        struct key_path path = {up, field->key};

        if ((field->flags & FIELD_CREATE) != 0)
            ok = (field->members != NULL ? put_nested : put_leaf)(assembly, &path, field, from,
                                                                  needed, out);
    }
    if (ok)
        return out;
    json_object_put(out);
    return NULL;
}

static struct json_object *assemble_draft(const struct assembly *assembly, const struct kind *kind,
                                          enum dialect dialect, const char *values,
                                          const char *defaults)
{
    struct sources from = {document_load(values), document_load(defaults)};
    struct json_object *object = NULL;

    if (from.values != NULL && from.defaults != NULL)
        object = assemble(assembly, NULL, kind->shapes[dialect].fields, &from, true);
    json_object_put(from.values);
    json_object_put(from.defaults);
    return object;
}

bool document_draft_body(const struct kind *kind, enum dialect dialect, const char *name,
                         size_t name_bytes, const char *values, const char *defaults,
                         struct document_change *out, struct buf *missing)
{
    size_t before = missing->size_bytes;
    struct assembly assembly = {.name = name, .name_bytes = name_bytes, .missing = missing};
    struct json_object *body = assemble_draft(&assembly, kind, dialect, values, defaults);

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
    struct json_object *document = assemble_draft(&assembly, kind, dialect, values, defaults);
    bool ok = document != NULL && (show_secrets || secrets_mask(document)) &&
              json_print_pretty(out, document) && buf_append(out, "\n", 1);

    json_object_put(document);
    return ok;
}
