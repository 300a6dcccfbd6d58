/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "document/parts.h"

bool document_render(const struct record *record, bool show_secrets, struct buf *out)
{
    struct json_slice whole = {record->json, record->json_bytes};

    return secrets_print(out, whole, true, show_secrets) && buf_append(out, "\n", 1);
}

bool document_tells_secret(const struct buf *text)
{
    if (json_scan_all(buf_text(text), text->size_bytes, SIZE_MAX, NULL) != JSON_OK)
        return field_text_has_secret(buf_text(text));
    return secrets_are_told(json_slice_of(buf_text(text), text->size_bytes));
}
