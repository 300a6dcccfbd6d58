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

static const char untold[] = "does not tell this secret";

static bool is_secret(const struct field *field)
{
    return (field->flags & FIELD_SECRET) != 0;
}

/* Whether a value that the edit leaves alone goes along. */
static bool goes_along(const struct field *field, bool known, struct json_object *value,
                       bool nested)
{
    if ((field->flags & FIELD_FALSE) != 0)
        return true;
    if (!known || (field->flags & FIELD_UNANSWERED) != 0)
        return false;
    return value != NULL || (nested && (field->flags & FIELD_NULLABLE) != 0);
}

/* What the server shows masked would be overwritten by its mask, or lost. A name is no mask. */
static bool is_lost(const struct key_path *path, const struct field *field,
                    struct json_object *value)
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

/* A reference: the value as it is sent. */
static struct json_object *to_send(const struct field *field, struct json_object *value)
{
    if (value == NULL && (field->flags & FIELD_FALSE) != 0)
        return json_object_new_boolean(0);
    return json_object_get(value);
}

static bool merge_leaf(const struct merge *merge, const struct key_path *path,
                       const struct field *field, struct json_object *current,
                       struct json_object *patch, struct json_object *out)
{
    struct json_object *value = NULL;
    bool nested = path->up != NULL;

    if (json_object_object_get_ex(patch, path->key, &value))
        return document_put(out, path->key, to_send(field, value));
    bool known = json_object_object_get_ex(current, path->key, &value);
    bool lost = is_lost(path, field, value);
    if (!lost && goes_along(field, known, value, nested))
        return document_put(out, path->key, to_send(field, value));
    if (lost || (field->flags & FIELD_REQUIRED) != 0)
        refuse_lost(merge, path, lost || is_secret(field) ? untold : "has none");
    return true;
}

/* What the rows do not know of a nested object. */
static bool keep_others(const struct merge *merge, const struct key_path *up,
                        const struct field *fields, struct json_object *current,
                        struct json_object *out)
{
    bool ok = true;

    if (current == NULL)
        return true;
    json_object_object_foreach (current, key, value) {
        if (field_find(fields, key, strlen(key)) != NULL)
            continue;
        struct key_path path = {up, key};
        if (is_lost(&path, NULL, value))
            refuse_lost(merge, &path, untold);
        else
            ok = ok && document_put(out, key, json_object_get(value));
    }
    return ok;
}

static struct json_object *merge_object(const struct merge *merge, const struct key_path *up,
                                        const struct field *fields, struct json_object *current,
                                        struct json_object *patch);

static bool merge_nested(const struct merge *merge, const struct key_path *path,
                         const struct field *field, struct json_object *current,
                         struct json_object *patch, struct json_object *out)
{
    struct json_object *inner_current = json_member(current, path->key);
    struct json_object *inner_patch = json_member(patch, path->key);

    if (!json_object_is_type(inner_current, json_type_object))
        inner_current = NULL;
    if (inner_current == NULL && inner_patch == NULL && (field->flags & FIELD_REQUIRED) == 0)
        return true;
    struct json_object *inner =
        merge_object(merge, path, field->members, inner_current, inner_patch);
    if (inner == NULL)
        return false;
    if (keep_others(merge, path, field->members, inner_current, inner))
        return document_put(out, path->key, inner);
    json_object_put(inner);
    return false;
}

/* `current` and `patch` may be NULL. */
static struct json_object *merge_object(const struct merge *merge, const struct key_path *up,
                                        const struct field *fields, struct json_object *current,
                                        struct json_object *patch)
{
    struct json_object *out = json_object_new_object();
    bool ok = out != NULL;

    for (const struct field *field = fields; ok && field->key != NULL; field++) {
        struct key_path path = {up, field->key};

        if ((field->flags & FIELD_UPDATE) == 0)
            continue;
        ok = (field->members != NULL ? merge_nested : merge_leaf)(merge, &path, field, current,
                                                                  patch, out);
    }
    if (ok)
        return out;
    json_object_put(out);
    return NULL;
}

struct json_object *document_whole(const struct kind *kind, const struct field *fields,
                                   struct json_object *current, struct json_object *patch,
                                   struct problem *refusal)
{
    struct merge merge = {.kind = kind, .refusal = refusal};

    return merge_object(&merge, NULL, fields, current, patch);
}
