/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/document_parts.h"

#include <string.h>

bool document_render(const struct record *record, bool show_secrets, struct buf *out)
{
    struct json_object *object = record_parse(record);
    bool ok = object != NULL && (show_secrets || document_mask(object)) &&
              json_print_pretty(out, object) && buf_append(out, "\n", 1);

    json_object_put(object);
    return ok;
}

bool document_mask_body(const char *body, struct buf *out)
{
    struct json_object *value = NULL;

    if (body == NULL || json_read(body, strlen(body), &value, NULL) != JSON_OK)
        return buf_append_text(out, "null");
    bool ok = document_mask(value) && json_print(out, value);
    json_object_put(value);
    return ok;
}
