/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/document_parts.h"

#include <errno.h>
#include <string.h>

bool document_create_in_machine(const struct kind *kind, const char *name, size_t name_bytes,
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

/* Whether a key of a copied document can have an effect on a resource that exists by now. */
static bool is_settable(const struct kind_shape *shape, const char *key, bool keep_name)
{
    const struct field *field = field_find(shape->fields, key, strlen(key));

    return field != NULL && (field->flags & FIELD_UPDATE) != 0 &&
           (keep_name || strcmp(key, "name") != 0);
}

bool document_keep_settable(const struct kind *kind, enum dialect dialect, const struct buf *text,
                            bool keep_name, struct buf *out)
{
    struct json_object *object = NULL;
    struct json_object *kept = json_object_new_object();
    bool ok = kept != NULL &&
              json_read(buf_text(text), text->size_bytes, &object, NULL) == JSON_OK &&
              json_object_is_type(object, json_type_object);

    if (ok) {
        json_object_object_foreach (object, key, value) {
            if (is_settable(&kind->shapes[dialect], key, keep_name))
                ok = ok && document_put(kept, key, json_object_get(value));
        }
    }
    ok = ok && json_print(out, kept);
    json_object_put(object);
    json_object_put(kept);
    return ok;
}
