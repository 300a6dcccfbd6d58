/* SPDX-License-Identifier: MIT */
/*
 * After a listing: what this mount has deleted and the listing still has. The events of the
 * deletions are asked for; what has been hidden for long enough is shown again.
 */
#include "config.h"

#include "cache/collection.h"
#include "cache/fetch.h"
#include "cache/own_events.h"

#include <stdlib.h>
#include <string.h>

static void ask_for_event(struct collection *collection, const char *id)
{
    struct flight *flight = events_ask_locked(collection, CHANGE_DELETE, id);

    if (flight != NULL)
        flight_unref_locked(flight);
}

/* Until when it stays hidden although it is listed: from the answer on, or from the last news of
 * its event, which is asked for with each listing. */
static int64_t hidden_until_ms(struct collection *collection, const struct tombstone *tombstone)
{
    int64_t heard_ms = events_heard_ms(collection, tombstone->id);

    return CACHE_DELETED_PIN_MS +
           (heard_ms > tombstone->answered_ms ? heard_ms : tombstone->answered_ms);
}

static void note_revived(struct collection *collection, const char *id)
{
    const struct remembered *memory = memory_find(collection, CHANGE_DELETE, id);
    struct revived *revived = calloc(1, sizeof(*revived) + strlen(id) + 1);

    if (revived == NULL)
        return;
    memcpy(revived->id, id, strlen(id) + 1);
    if (memory != NULL && memory->event != NULL)
        revived->event = *memory->event;
    STAILQ_INSERT_TAIL(&collection->revived, revived, link);
}

/* One that is still listed. */
static void settle_listed(struct collection *collection, struct tombstone *tombstone)
{
    int64_t until_ms = hidden_until_ms(collection, tombstone);

    if (until_ms <= now_ms(collection)) {
        note_revived(collection, tombstone->id);
        merge_revived(collection, tombstone->id);
        return;
    }
    ask_for_event(collection, tombstone->id);
    if (collection->hidden_until_ms == 0 || until_ms < collection->hidden_until_ms)
        collection->hidden_until_ms = until_ms;
}

void deleted_settle_locked(struct collection *collection, tick_t begun)
{
    struct tombstone *tombstone = NULL;
    struct tombstone *next = NULL;

    collection->hidden_until_ms = 0;
    HASH_ITER (hh, collection->tombstones, tombstone, next) {
        if (begun < tombstone->answered)
            continue;
        if (tombstone->seen == begun)
            settle_listed(collection, tombstone);
        else
            tombstone_remove(collection, tombstone);
    }
    events_prune_locked(collection);
}

void deleted_tell_revived(struct collection *collection)
{
    struct revived_list revived = STAILQ_HEAD_INITIALIZER(revived);

    pthread_mutex_lock(&collection->cache->lock);
    STAILQ_CONCAT(&revived, &collection->revived);
    pthread_mutex_unlock(&collection->cache->lock);
    while (!STAILQ_EMPTY(&revived)) {
        struct revived *first = STAILQ_FIRST(&revived);

        STAILQ_REMOVE_HEAD(&revived, link);
        events_tell_undeleted(collection, first->id, &first->event);
        free(first);
    }
}
