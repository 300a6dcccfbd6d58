/* SPDX-License-Identifier: MIT */
/*
 * What the API requires is always there, or the change is refused, since the server would refuse
 * it. Left out, unless the patch has them: what is never answered, and nulls that the server would
 * refuse. What the server shows masked has to be in the patch. A nested object is replaced as one
 * thing, so that what it holds goes back as it came: its null members, and those that the rows do
 * not know.
 */
#include "config.h"

#include "document/whole.h"

#include "document/parts.h"

#include <errno.h>
#include <string.h>

struct merge {
    const struct kind *kind;
    struct problem *refusal;
};

/* What stands side by side at each row. */
enum { CURRENT, PATCH };

static const char untold[] = "does not tell this secret";

static bool is_null(struct json_view value)
{
    return !value.there || json_view_type(value) == 'n';
}

/* Whether a value that the edit leaves alone goes along. */
static bool goes_along(const struct visit *row)
{
    unsigned flags = row->field->flags;
    bool nested = row->path.up != NULL;

    if ((flags & FIELD_FALSE) != 0)
        return true;
    if (!row->at[CURRENT].there || (flags & FIELD_UNANSWERED) != 0)
        return false;
    return !is_null(row->at[CURRENT]) || (nested && (flags & FIELD_NULLABLE) != 0);
}

/* What the server shows masked would be overwritten by its mask, or lost. A name is no mask. */
static bool is_lost(const struct key_path *path, const struct field *field, struct json_view value)
{
    bool name = path->up == NULL && strcmp(path->key, "name") == 0;
    bool optional = field != NULL && (field->flags & FIELD_UNANSWERED) != 0;

    return !name && !optional && document_is_masked(value);
}

/* `why`: what is to be said of the server. */
static void refuse_lost(const struct merge *merge, const struct key_path *path, const char *why)
{
    document_refuse(merge->refusal, EPERM, path,
                    "%s must be given too: the API takes a %s only as a whole, and the server %s",
                    key_words(path).text, merge->kind->noun, why);
}

static bool send(const struct visit *row, struct json_view value)
{
    if (is_null(value) && (row->field->flags & FIELD_FALSE) != 0)
        return document_put(row->up->out, row->path.key, json_object_new_boolean(0));
    return document_put_view(row->up->out, row->path.key, value);
}

static bool merge_leaf(const struct visitor *visitor, const struct visit *row)
{
    const struct field *field = row->field;
    bool secret = (field->flags & FIELD_SECRET) != 0;

    if (field->members != NULL) /* nobody has it, and it can be left out */
        return true;
    if (row->at[PATCH].there)
        return send(row, row->at[PATCH]);
    bool lost = is_lost(&row->path, field, row->at[CURRENT]);
    if (!lost && goes_along(row))
        return send(row, row->at[CURRENT]);
    if (lost || (field->flags & FIELD_REQUIRED) != 0)
        refuse_lost(visitor->ctx, &row->path, lost || secret ? untold : "has none");
    return true;
}

static bool nests(const struct visitor *visitor, const struct visit *row)
{
    (void)visitor;
    return row->field->members != NULL &&
           (json_view_type(row->at[CURRENT]) == '{' || !is_null(row->at[PATCH]) ||
            (row->field->flags & FIELD_REQUIRED) != 0);
}

/* What the rows do not know of a nested object. */
static bool keep_other(const struct merge *merge, const struct visit *row, const char *key,
                       struct json_view value)
{
    struct key_path path = {&row->path, key};

    if (field_find(row->field->members, key, strlen(key)) != NULL)
        return true;
    if (!is_lost(&path, NULL, value))
        return document_put_view(row->out, key, value);
    refuse_lost(merge, &path, untold);
    return true;
}

static bool keep_others(const struct visitor *visitor, const struct visit *row, bool ok)
{
    struct json_entries walk = json_view_entries(row->at[CURRENT]);

    while (ok && json_view_type(row->at[CURRENT]) == '{' && json_entries_next(&walk))
        ok = keep_other(visitor->ctx, row, walk.key, walk.value);
    ok = ok && !walk.failed;
    json_entries_finish(&walk);
    if (ok)
        return document_put(row->up->out, row->path.key, row->out);
    json_object_put(row->out);
    return false;
}

struct json_object *document_whole(const struct kind *kind, const struct field *fields,
                                   struct json_view current, struct json_object *patch,
                                   struct problem *refusal)
{
    struct merge merge = {.kind = kind, .refusal = refusal};
    const struct visitor visitor = {.rows = FIELD_UPDATE,
                                    .nests = nests,
                                    .leaf = merge_leaf,
                                    .enter = document_begin_object,
                                    .leave = keep_others,
                                    .ctx = &merge};
    struct visit root = {.at = {[CURRENT] = current, [PATCH] = json_view_of(patch)},
                         .out = json_object_new_object()};

    if (root.out != NULL && visit_all(&visitor, fields, &root))
        return root.out;
    json_object_put(root.out);
    return NULL;
}
