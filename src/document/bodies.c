/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "document/parts.h"

#include <errno.h>
#include <string.h>

bool document_name_edit(const char *name, size_t name_bytes, struct buf *out)
{
    struct json_object *edit = document_named(name, name_bytes);
    bool ok = edit != NULL && json_print(out, edit);

    json_object_put(edit);
    return ok;
}

bool document_create_in_group(const struct kind *kind, const char *name, size_t name_bytes,
                              const char *machine_id, struct buf *out)
{
    struct json_object *body = document_named(name, name_bytes);
    struct json_object *machine = body == NULL ? NULL : json_object_new_string(machine_id);
    bool ok =
        machine != NULL && document_put(body, kind->machine_key, machine) && json_print(out, body);

    json_object_put(body);
    return ok;
}

static void judge_restore(const struct restore_row *row, struct json_object *body,
                          struct problem *refusal)
{
    json_object_object_foreach (body, key, value) {
        struct key_path path = {NULL, key};
        const struct field *field = field_find(row->fields, key, strlen(key));

        if (field == NULL)
            document_refuse(refusal, EINVAL, &path, "a restore takes no key %s",
                            key_words(&path).text);
        else if (!field_accepts(field, value))
            document_refuse(refusal, EINVAL, &path, "%s must be %s", key_words(&path).text,
                            field_type_words(field));
    }
}

int document_restore_body(const struct restore_row *row, const char *text, size_t text_bytes,
                          struct buf *out, struct problem *problem)
{
    struct problem refusal = {0};
    struct json_object *body = document_parse(text, text_bytes, &refusal);

    if (body != NULL)
        judge_restore(row, body, &refusal);
    if (refusal.err == 0 && !json_print(out, body))
        document_refuse(&refusal, ENOMEM, NULL, "out of memory");
    json_object_put(body);
    return document_verdict(&refusal, problem);
}

/* What a copied text has otherwise than what was made of it. */
static bool keep_new(const struct field *fields, struct json_object *text, struct json_object *made,
                     bool keep_name, struct json_object *kept);

static bool keep_member(const struct field *field, struct json_object *value,
                        struct json_object *made, struct json_object *kept)
{
    if (field->members == NULL || !json_object_is_type(value, json_type_object))
        return document_put(kept, field->key, json_object_get(value));
    struct json_object *inner = json_object_new_object();
    bool ok = inner != NULL && keep_new(field->members, value, made, true, inner);

    if (ok && json_object_object_length(inner) > 0)
        return document_put(kept, field->key, inner);
    json_object_put(inner);
    return ok;
}

static bool keep_new(const struct field *fields, struct json_object *text, struct json_object *made,
                     bool keep_name, struct json_object *kept)
{
    bool ok = true;

    json_object_object_foreach (text, key, value) {
        const struct field *field = field_find(fields, key, strlen(key));
        struct json_object *before = made == NULL ? NULL : json_member(made, key);
        struct json_object *number = field == NULL ? NULL : field_integer_of(field, value);
        bool same = before != NULL && (json_same(value, before) || json_same(number, before));

        json_object_put(number);
        if (field == NULL || (field->flags & (FIELD_CREATE | FIELD_UPDATE)) == 0 || same ||
            (!keep_name && strcmp(key, "name") == 0))
            continue;
        ok = ok && keep_member(field, value, before, kept);
    }
    return ok;
}

struct json_object *document_keep_new(const struct kind *kind, enum dialect dialect,
                                      struct json_object *given, const struct buf *made,
                                      bool keep_name)
{
    struct json_object *body = document_load(buf_text(made));
    struct json_object *kept = json_object_new_object();
    bool ok = kept != NULL && keep_new(kind->shapes[dialect].fields, given, body, keep_name, kept);

    json_object_put(body);
    if (ok)
        return kept;
    json_object_put(kept);
    return NULL;
}
