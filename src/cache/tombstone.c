/* SPDX-License-Identifier: MIT */
/* Resources that this mount has deleted and that listings may still have. */
#include "config.h"

#include "cache/collection.h"

#include "cache/own_events.h"
#include "cache/fetch.h"

#include <stdlib.h>
#include <string.h>

struct tombstone *tombstone_find(struct collection *collection, const char *id)
{
    struct tombstone *tombstone = NULL;

    HASH_FIND_STR(collection->tombstones, id, tombstone);
    return tombstone;
}

static struct tombstone *new_tombstone(struct collection *collection, const char *id)
{
    struct tombstone *tombstone = calloc(1, sizeof(*tombstone) + strlen(id) + 1);

    if (tombstone == NULL)
        return NULL;
    memcpy(tombstone->id, id, strlen(id) + 1);
    HASH_ADD_STR(collection->tombstones, id, tombstone);
    if (tombstone->hh.tbl != NULL)
        return tombstone;
    free(tombstone);
    return NULL;
}

bool tombstone_add(struct collection *collection, const char *id, struct record *record)
{
    struct tombstone *tombstone = tombstone_find(collection, id);

    if (tombstone == NULL)
        tombstone = new_tombstone(collection, id);
    if (tombstone == NULL) {
        record_unref(record);
        return false;
    }
    tombstone->answered = next_tick(collection->cache);
    tombstone->answered_ms = now_ms(collection);
    if (record != NULL) {
        record_unref(tombstone->record);
        tombstone->record = record;
    }
    return true;
}

void tombstone_remove(struct collection *collection, struct tombstone *tombstone)
{
    HASH_DEL(collection->tombstones, tombstone);
    record_unref(tombstone->record);
    free(tombstone);
}

void tombstone_seen(struct tombstone *tombstone, struct record *record, tick_t begun)
{
    if (begun > tombstone->answered)
        tombstone->seen = begun;
    if (tombstone->record != NULL && record_equal(tombstone->record, record))
        return;
    if (tombstone->record != NULL)
        record->mtime_ms = tombstone->record->mtime_ms;
    record_unref(tombstone->record);
    tombstone->record = record_ref(record);
}

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
    const struct remembered *memory = events_find(collection, CHANGE_DELETE, id);
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
        tombstone_revive(collection, tombstone->id);
        return;
    }
    ask_for_event(collection, tombstone->id);
    if (collection->hidden_until_ms == 0 || until_ms < collection->hidden_until_ms)
        collection->hidden_until_ms = until_ms;
}

void tombstone_settle(struct collection *collection, tick_t begun)
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
}

void tombstone_tell_revived(struct cache *cache, struct collection *collection)
{
    struct revived_list revived = STAILQ_HEAD_INITIALIZER(revived);

    pthread_mutex_lock(&cache->lock);
    STAILQ_CONCAT(&revived, &collection->revived);
    pthread_mutex_unlock(&cache->lock);
    while (!STAILQ_EMPTY(&revived)) {
        struct revived *first = STAILQ_FIRST(&revived);

        STAILQ_REMOVE_HEAD(&revived, link);
        events_tell_undeleted(collection, first->id, &first->event);
        free(first);
    }
}

void tombstone_revive(struct collection *collection, const char *id)
{
    struct tombstone *tombstone = tombstone_find(collection, id);

    if (tombstone == NULL)
        return;
    struct item *item = tombstone->record == NULL || collection_find(collection, id) != NULL
                            ? NULL
                            : collection_add(collection, tombstone->record);

    if (item != NULL) {
        TAILQ_INSERT_TAIL(&collection->order, item, link);
        item->got_begun = next_tick(collection->cache);
    }
    /* Where it belongs in the order, and what it is now, a new listing says. */
    collection->expired = next_tick(collection->cache);
    tombstone_remove(collection, tombstone);
}
