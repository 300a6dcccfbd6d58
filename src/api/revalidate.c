/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/revalidate.h"

#include <string.h>

static struct memo_place place_of(const struct page_walk *walk)
{
    return (struct memo_place){.kind = walk->call.kind, .end = walk->end, .page = walk->pages};
}

/* Whether what is known now is what the page has brought. */
static bool is_still_known(struct page_walk *walk)
{
    const struct api_config *config = &walk->call.api->config;
    const struct memo *memo = &walk->memo;
    uint64_t content = MEMO_CONTENT_EMPTY;

    if (memo->count > 0 && (config->known_run == NULL ||
                            !config->known_run(config->ctx, walk->call.kind, memo->first_id,
                                               memo->count, walk->end == LIST_REAR, &walk->known)))
        return false;
    for (size_t i = 0; i < walk->known.count; i++)
        content = memo_add(content, walk->known.records[i]);
    return content == memo->content;
}

void revalidate_drop(struct page_walk *walk)
{
    walk->call.validator = NULL;
    memo_finish(&walk->memo);
    record_list_finish(&walk->known);
}

void revalidate_prepare(struct page_walk *walk, const char *query)
{
    struct memos *memos = &walk->call.api->memos;

    revalidate_drop(walk);
    walk->query = memo_query(query);
    walk->call.era = memos_era(memos);
    walk->memo = memo_find(memos, place_of(walk), walk->query);
    if (walk->memo.etag == NULL)
        return;
    if (is_still_known(walk))
        walk->call.validator = walk->memo.etag;
    else
        revalidate_drop(walk);
}

void revalidate_note(struct page_walk *walk, size_t skipped_before)
{
    bool whole = walk->skipped == skipped_before && walk->call.etag[0] != '\0';
    const struct memo memo = {
        .query = walk->query,
        .content = walk->content,
        .count = walk->count,
        .etag = whole ? walk->call.etag : NULL,
        .first_id = buf_text(&walk->first_id),
        .next = walk->after == NULL ? "" : walk->after,
    };

    if (!walk->call.unchanged)
        memo_keep(&walk->call.api->memos, place_of(walk), walk->call.era, &memo);
}
