/* SPDX-License-Identifier: MIT */
/*
 * What was changed elsewhere, as fetches bring it: kept while they are merged, told when no lock is
 * held any more.
 *
 * What this mount has under way, or does not know the outcome of, may be its own doing, and is not
 * told. After an outage, or a denial, what was known before is too old to compare with.
 */
#include "config.h"

#include "cache/collection.h"
#include "cache/memories.h"

#include <stdlib.h>
#include <string.h>

/* A listing may bring more than anybody keeps; the records before it would be held in memory. */
#define NOTICED_MAX       1000
#define NOTICED_MAX_BYTES ((size_t)16 << 20)

/* What was not sent yet has done nothing. */
static bool is_sent(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    bool sent = change->sent;

    pthread_mutex_unlock(&change->lock);
    return sent;
}

static bool is_under_way(const struct collection *collection, const char *id, bool created)
{
    const struct cache *cache = collection->cache;
    const struct doubt *doubt;
    struct change *change;

    TAILQ_FOREACH (change, &cache->changes, link)
        if (change->collection == collection &&
            (created ? change->verb == CHANGE_CREATE
                     : change->id != NULL && strcmp(change->id, id) == 0) &&
            is_sent(change))
            return true;
    TAILQ_FOREACH (doubt, &cache->doubts, link)
        if (created && doubt->collection == collection)
            return true;
    return false;
}

/* Whether it may be this mount's doing. */
static bool is_own(struct collection *collection, const char *id, const struct record *before,
                   const struct record *after)
{
    return is_under_way(collection, id, before == NULL) ||
           (after == NULL && memory_find(collection, CHANGE_DELETE, id) != NULL);
}

static bool is_worth_it(const struct collection *collection)
{
    return collection->cache->config.on_seen != NULL && collection->known &&
           !collection->kind->singleton && collection->failed == 0 &&
           collection->refused == PROBLEM_NONE && collection->noticed_count < NOTICED_MAX &&
           collection->noticed_bytes < NOTICED_MAX_BYTES;
}

static size_t bytes_of(const struct record *record)
{
    return record == NULL ? 0 : record->all_bytes;
}

void noticed_add(struct collection *collection, struct record *before, struct record *after)
{
    const char *id = before != NULL ? before->id : after->id;

    if (!is_worth_it(collection) || is_own(collection, id, before, after))
        return;
    struct noticed *noticed = calloc(1, sizeof *noticed);
    if (noticed == NULL)
        return;
    noticed->before = before == NULL ? NULL : record_ref(before);
    noticed->after = after == NULL ? NULL : record_ref(after);
    collection->noticed_count++;
    collection->noticed_bytes += bytes_of(before) + bytes_of(after);
    STAILQ_INSERT_TAIL(&collection->noticed, noticed, link);
}

static void tell(struct cache *cache, struct noticed_list *list)
{
    while (!STAILQ_EMPTY(list)) {
        struct noticed *first = STAILQ_FIRST(list);

        STAILQ_REMOVE_HEAD(list, link);
        if (cache != NULL)
            cache->config.on_seen(cache->config.ctx, first->before, first->after);
        record_unref(first->before);
        record_unref(first->after);
        free(first);
    }
}

void noticed_tell(struct cache *cache, struct collection *collection)
{
    struct noticed_list list = STAILQ_HEAD_INITIALIZER(list);

    pthread_mutex_lock(&cache->lock);
    STAILQ_CONCAT(&list, &collection->noticed);
    collection->noticed_count = 0;
    collection->noticed_bytes = 0;
    pthread_mutex_unlock(&cache->lock);
    tell(cache, &list);
}

void noticed_clear(struct collection *collection)
{
    tell(NULL, &collection->noticed);
}
