/* SPDX-License-Identifier: MIT */
/*
 * Dates of content. Milliseconds tell when something was changed, as far as this mount knows; what
 * is below them is a hash of the document as it is shown, so that a change that was made while
 * nothing was mounted, and left the size as it was, can be seen by who remembers all of the date.
 */
#include "config.h"

#include "tree/record_date.h"

#include "document/document.h"

#include <string.h>

#define BELOW_NS   1000000u                     /* in a millisecond */
#define HASH_START UINT64_C(0xcbf29ce484222325) /* FNV-1a */

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

/* A text without secrets is shown as it is: what is built of it says nothing more. */
static bool hash_shown(const struct tree *tree, const struct record *record, uint64_t *hash)
{
    struct buf text = BUF_EMPTY;
    bool ok = true;

    if (!field_text_has_secret(record->json)) {
        *hash = hash_bytes(HASH_START, record->json, record->json_bytes);
        return true;
    }
    ok = document_render(record, tree->config.secrets == SECRETS_SHOW, &text);
    if (ok)
        *hash = hash_bytes(HASH_START, text.data, text.size_bytes);
    if (text.data != NULL)
        explicit_bzero(text.data, text.capacity_bytes);
    buf_finish(&text);
    return ok;
}

struct date record_date(const struct tree *tree, struct record *record)
{
    unsigned mark = atomic_load_explicit(&record->shown_mark, memory_order_relaxed);
    uint64_t hash;

    if (mark == 0 && hash_shown(tree, record, &hash)) {
        mark = (unsigned)((hash ^ hash >> 32) % BELOW_NS) + 1;
        atomic_store_explicit(&record->shown_mark, mark, memory_order_relaxed);
    }
    return (struct date){.ms = record->mtime_ms, .below_ns = mark == 0 ? 0 : mark - 1};
}
