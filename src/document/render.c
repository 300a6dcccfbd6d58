/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "document/parts.h"

#include <string.h>

bool document_render(const struct record *record, bool show_secrets, struct buf *out)
{
    struct json_object *object = record_parse(record);
    bool ok = object != NULL && (show_secrets || secrets_mask(object)) &&
              json_print_pretty(out, object) && buf_append(out, "\n", 1);

    json_object_put(object);
    return ok;
}

static bool tells_secret(struct json_object *value)
{
    if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            if (tells_secret(json_object_array_get_idx(value, i)))
                return true;
        return false;
    }
    if (!json_object_is_type(value, json_type_object))
        return false;
    json_object_object_foreach (value, key, member) {
        bool tells = field_is_secret(key) ? member != NULL && !document_is_masked(member)
                                          : tells_secret(member);
        if (tells)
            return true;
    }
    return false;
}

bool document_tells_secret(const struct buf *text)
{
    struct json_object *value = NULL;

    if (json_read(buf_text(text), text->size_bytes, &value, NULL) != JSON_OK)
        return field_text_has_secret(buf_text(text));
    bool tells = tells_secret(value);
    json_object_put(value);
    return tells;
}
