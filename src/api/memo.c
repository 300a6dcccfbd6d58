/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/memo.h"

#include "util/digest.h"

#include <stdlib.h>
#include <string.h>

/* Twice as many as the longest list has, but for one of thin pages. */
#define PAGES_MAX 4096

void memos_init(struct memos *memos)
{
    *memos = (struct memos){.era = 0};
    pthread_mutex_init(&memos->lock, NULL);
}

static void clear(struct memo_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        memo_finish(&list->pages[i]);
    free(list->pages);
    *list = (struct memo_list){.pages = NULL};
}

static void clear_all(struct memos *memos)
{
    for (size_t kind = 0; kind <= KINDS_COUNT; kind++)
        for (size_t end = 0; end < LIST_ENDS; end++)
            clear(&memos->lists[kind][end]);
    tags_finish(&memos->tags);
}

void memos_finish(struct memos *memos)
{
    clear_all(memos);
    pthread_mutex_destroy(&memos->lock);
}

void memos_forget(struct memos *memos)
{
    pthread_mutex_lock(&memos->lock);
    clear_all(memos);
    memos->era++;
    pthread_mutex_unlock(&memos->lock);
}

unsigned memos_era(struct memos *memos)
{
    pthread_mutex_lock(&memos->lock);
    unsigned era = memos->era;
    pthread_mutex_unlock(&memos->lock);
    return era;
}

/* --- one page --------------------------------------------------------------------------------- */

uint64_t memo_add(uint64_t content, const struct record *record)
{
    content = digest_bytes(content, &record->json_bytes, sizeof record->json_bytes);
    content = digest_bytes(content, &record->complete, sizeof record->complete);
    return digest_mix(digest_bytes(content, record->json, record->json_bytes));
}

uint64_t memo_query(const char *query)
{
    return digest_text(query, strlen(query));
}

void memo_finish(struct memo *memo)
{
    free(memo->etag);
    *memo = MEMO_NONE;
}

/* Without an etag: none, or no memory. */
static struct memo copy(const struct memo *memo)
{
    struct memo out = *memo;

    out.etag = NULL;
    if (memo->etag == NULL)
        return out;
    size_t etag_bytes = strlen(memo->etag) + 1;
    size_t id_bytes = strlen(memo->first_id) + 1;
    size_t next_bytes = strlen(memo->next) + 1;
    out.etag = malloc(etag_bytes + id_bytes + next_bytes);
    if (out.etag == NULL)
        return out;
    memcpy(out.etag, memo->etag, etag_bytes);
    out.first_id = memcpy(out.etag + etag_bytes, memo->first_id, id_bytes);
    out.next = memcpy(out.etag + etag_bytes + id_bytes, memo->next, next_bytes);
    return out;
}

/* --- where they are; the lock is held --------------------------------------------------------- */

static struct memo_list *list_of(struct memos *memos, struct memo_place place)
{
    return &memos->lists[kind_index(place.kind)][place.end];
}

/* Room for the memo of that page; false: no memory, or it is none of those that are kept. */
static bool make_room(struct memo_list *list, size_t page)
{
    if (page < list->count)
        return true;
    struct memo *pages =
        page >= PAGES_MAX ? NULL : realloc(list->pages, (page + 1) * sizeof(*pages));

    if (pages == NULL)
        return false;
    list->pages = pages;
    while (list->count <= page)
        list->pages[list->count++] = MEMO_NONE;
    return true;
}

struct memo memo_find(struct memos *memos, struct memo_place place, uint64_t query)
{
    struct memo found = MEMO_NONE;

    pthread_mutex_lock(&memos->lock);
    const struct memo_list *list = list_of(memos, place);
    if (place.page < list->count && list->pages[place.page].query == query)
        found = copy(&list->pages[place.page]);
    pthread_mutex_unlock(&memos->lock);
    return found;
}

void memo_keep(struct memos *memos, struct memo_place place, unsigned era, const struct memo *memo)
{
    pthread_mutex_lock(&memos->lock);
    struct memo_list *list = list_of(memos, place);
    if (place.page < list->count)
        memo_finish(&list->pages[place.page]);
    if (memo->etag != NULL && era == memos->era && make_room(list, place.page))
        list->pages[place.page] = copy(memo);
    pthread_mutex_unlock(&memos->lock);
}

/* --- single resources ------------------------------------------------------------------------- */

bool memo_find_tag(struct memos *memos, uint64_t resource, struct tag *out)
{
    pthread_mutex_lock(&memos->lock);
    const struct tag *found = tags_find(&memos->tags, resource);
    if (found != NULL)
        *out = *found;
    pthread_mutex_unlock(&memos->lock);
    return found != NULL;
}

void memo_keep_tag(struct memos *memos, unsigned era, const struct tag *tag)
{
    pthread_mutex_lock(&memos->lock);
    if (tag->etag[0] == '\0')
        tags_remove(&memos->tags, tag->resource);
    else if (era == memos->era)
        tags_put(&memos->tags, tag);
    pthread_mutex_unlock(&memos->lock);
}

void memo_forget_tag(struct memos *memos, uint64_t resource)
{
    pthread_mutex_lock(&memos->lock);
    tags_remove(&memos->tags, resource);
    pthread_mutex_unlock(&memos->lock);
}
