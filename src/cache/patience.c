/* SPDX-License-Identifier: MIT */
/*
 * How long it is worth waiting for a change in a directory. The kernel lets one change of a
 * directory in after the other, and meanwhile nobody who only wants to list it: where one got no
 * answer in time those behind it are not each given as long again.
 */
#include "config.h"

#include "cache/fetch.h"

#define PATIENCE_MS    5000
#define PATIENCE_SHARE 6     /* of the timeout, where that is less */
#define REMEMBERED_MS  60000 /* without another one that got no answer */

void patience_note_silence_locked(struct collection *collection)
{
    collection->silent = true;
    collection->silent_ms = clock_now_ms(&clock_system);
}

void patience_note_answer_locked(struct collection *collection)
{
    collection->silent = false;
}

void patience_note_end(struct change *change)
{
    struct collection *collection = change->collection;
    bool answered = change->answered || change->problem.status != 0;
    bool late = cancel_reason(&change->cancel) == CANCEL_DEADLINE;

    pthread_mutex_lock(&collection->cache->lock);
    if (answered)
        patience_note_answer_locked(collection);
    else if (late || change->problem.kind == PROBLEM_TIMEOUT)
        patience_note_silence_locked(collection);
    pthread_mutex_unlock(&collection->cache->lock);
}

int64_t cache_patience_ms(struct cache *cache, const struct kind *kind)
{
    struct collection *collection = collection_of(cache, kind);
    int64_t timeout_ms = cache->config.timeout_ms;
    int64_t short_ms =
        timeout_ms / PATIENCE_SHARE < PATIENCE_MS ? timeout_ms / PATIENCE_SHARE : PATIENCE_MS;

    pthread_mutex_lock(&cache->lock);
    bool silent = collection->silent &&
                  clock_now_ms(&clock_system) - collection->silent_ms < REMEMBERED_MS + timeout_ms;
    pthread_mutex_unlock(&cache->lock);
    return silent ? short_ms : timeout_ms;
}
