/* SPDX-License-Identifier: MIT */
/*
 * What fetches and changes bring, merged into what is known.
 *
 * Unchanged content keeps its old record, and with it its mtime. What was begun earlier never
 * undoes what was begun later: a listing passes over items with a later GET or answer of ours
 * (got_begun of item->alone), and over what this mount has deleted or created meanwhile.
 */
#include "config.h"

#include "cache/collection.h"
#include "cache/take.h"

#include <stdlib.h>
#include <time.h>

/* --- listings --------------------------------------------------------------------------------- */

static bool merge_known(struct collection *collection, struct item *item, struct record *record,
                        tick_t begun)
{
    if (begun < item_alone(item)->got_begun)
        return true;
    if (item->alone != NULL)
        item->alone->shown_until_ms = 0;
    return item_take(collection, item, record, FROM_SERVER, NULL);
}

/* Moves it to the end of `order`. */
static void place(struct collection *collection, struct item *item, struct item_list *order)
{
    TAILQ_REMOVE(&collection->order, item, link);
    TAILQ_INSERT_TAIL(order, item, link);
}

/* Merges one record and moves its item to the end of `order`; NULL: leaves it where it is, a new
 * one at the end. False: no memory. */
static bool merge_one(struct collection *collection, struct record *record, int64_t seen_ms,
                      tick_t begun, struct item_list *order)
{
    struct tombstone *tombstone = tombstone_find(collection, record->id);

    if (tombstone != NULL) {
        tombstone_seen(tombstone, record, begun);
        return true;
    }
    struct item *item = collection_find(collection, record->id);

    if (item != NULL) {
        if (!merge_known(collection, item, record, begun))
            return false;
    } else {
        item = item_add(collection, record, seen_ms);
        if (item == NULL)
            return false;
        noticed_add(collection, NULL, record);
        item->first_begun = begun;
        TAILQ_INSERT_TAIL(&collection->order, item, link);
    }
    item->listed = true;
    item->merged = begun;
    if (order != NULL)
        place(collection, item, order);
    return true;
}

/* Whether an item that a listing lacks is shown all the same. */
static bool stays(const struct collection *collection, const struct item *item, tick_t begun)
{
    const struct item_alone *alone = item_alone(item);

    return begun < alone->got_begun || now_ms(collection) < alone->shown_until_ms;
}

static void drop_missing(struct collection *collection, tick_t begun)
{
    struct item *item = TAILQ_FIRST(&collection->order);

    while (item != NULL) {
        struct item *next = TAILQ_NEXT(item, link);

        item->listed = false;
        if (!stays(collection, item, begun)) {
            noticed_add(collection, item->record, NULL);
            collection_remove(collection, item);
        }
        item = next;
    }
}

/* How many records are merged before others get the lock: some milliseconds of work. */
#define SLICE 1000

/* Lets others have the lock, which the system gives to who waits only while nobody takes it. */
static void pause_slice(pthread_mutex_t *lock)
{
    static const struct timespec moment = {.tv_nsec = 50000};

    pthread_mutex_unlock(lock);
    nanosleep(&moment, NULL);
    pthread_mutex_lock(lock);
}

/* Whether one more resource of a name can be added: not beside a single one of which the listing is
 * still to say whether it keeps that name. */
static bool is_settled(struct name_group group, tick_t begun)
{
    return group.count != 1 || group.item->merged == begun;
}

/* Whether a record can be merged before the others of its listing: names go from one resource to
 * another in one step only, or a name would be nobody's, or two's, in between. */
static bool goes_alone(struct collection *collection, const struct record *record, tick_t begun)
{
    const struct item *item = collection_find(collection, record->id);

    if (tombstone_find(collection, record->id) != NULL)
        return false;
    if (item != NULL)
        return record_same_names(item->record, record);
    return is_settled(names_find(collection, record->name, record->name_bytes, NULL), begun) &&
           is_settled(names_find(collection, record->name, record->name_bytes, record->machine_id),
                      begun);
}

/* A listing that is being merged. */
struct merging {
    struct collection *collection;
    const struct record_list *list;
    int64_t seen_ms;
    tick_t begun;
    uint8_t *done; /* a bit for each that was merged ahead; NULL: none is */
    size_t ahead;  /* how many that are */
};

/* Whether all that is known was merged ahead from this listing, and is in its order. */
static bool is_all_there_is(const struct merging *merging)
{
    return merging->collection->by_id.count == merging->ahead;
}

/* Merges ahead what can be, slice by slice; what is new is at the end of the order meanwhile.
 * False: no memory. */
static bool merge_ahead(struct merging *merging)
{
    struct collection *collection = merging->collection;

    for (size_t i = 0; i < merging->list->count; i++) {
        struct record *record = merging->list->records[i];

        if (i % SLICE == SLICE - 1)
            pause_slice(&collection->cache->lock);
        if (!(is_all_there_is(merging) && tombstone_find(collection, record->id) == NULL) &&
            !goes_alone(collection, record, merging->begun))
            continue;
        if (!merge_one(collection, record, merging->seen_ms - (int64_t)i, merging->begun, NULL))
            return false;
        merging->done[i / 8] |= (uint8_t)(1U << i % 8);
        merging->ahead++;
    }
    return true;
}

static bool is_done(const struct merging *merging, size_t index)
{
    return merging->done != NULL && (merging->done[index / 8] & 1U << index % 8) != 0;
}

/* Moves one to the end of `order`, merged ahead or not. False: no memory. */
static bool merge_in_order(const struct merging *merging, size_t index, struct item_list *order)
{
    struct collection *collection = merging->collection;
    struct record *record = merging->list->records[index];

    if (!is_done(merging, index))
        return merge_one(collection, record, merging->seen_ms - (int64_t)index, merging->begun,
                         order);
    struct item *item = collection_find(collection, record->id);

    if (item != NULL) /* else this mount has deleted it meanwhile */
        place(collection, item, order);
    return true;
}

/* The rest, in one step: others see the listing before, or this one. */
static bool merge_whole(const struct merging *merging)
{
    struct collection *collection = merging->collection;
    struct item_list order = TAILQ_HEAD_INITIALIZER(order);
    bool complete = true;

    if (merging->ahead == merging->list->count && is_all_there_is(merging))
        return true;
    for (size_t i = 0; i < merging->list->count && complete; i++)
        complete = merge_in_order(merging, i, &order);
    if (complete)
        drop_missing(collection, merging->begun);
    TAILQ_CONCAT(&collection->order, &order, link);
    return complete;
}

static bool merge_records(struct collection *collection, const struct record_list *list,
                          tick_t begun)
{
    /* Their ranks in a newest-first listing sort those that are first seen in it, so that all are
     * counted from one time. */
    struct merging merging = {.collection = collection,
                              .list = list,
                              .seen_ms = clock_wall_ms(collection->cache->config.clock),
                              .begun = begun,
                              .done = list->count < SLICE ? NULL : calloc(list->count / 8 + 1, 1)};
    bool complete = merging.done == NULL || merge_ahead(&merging);

    complete = complete && merge_whole(&merging);
    dates_settle(collection);
    free(merging.done);
    return complete;
}

bool merge_list(struct collection *collection, const struct record_list *list, tick_t begun)
{
    collection->known = merge_records(collection, list, begun);
    if (!collection->known)
        return false;
    collection->listed_begun = begun;
    collection->listed_ms = now_ms(collection);
    history_prune(collection->cache);
    return true;
}

/* --- single ones ------------------------------------------------------------------------------ */

static bool merge_singleton(struct collection *collection, struct record *record, tick_t begun)
{
    struct item *item =
        item_add(collection, record, clock_wall_ms(collection->cache->config.clock));

    if (item == NULL)
        return false;
    TAILQ_INSERT_TAIL(&collection->order, item, link);
    return item_mark_got(collection, item, begun);
}

bool merge_item(struct collection *collection, struct record *record, tick_t begun)
{
    struct item *item = collection_find(collection, record->id);

    if (item == NULL)
        return !collection->kind->singleton || merge_singleton(collection, record, begun);
    if (begun < item_alone(item)->got_begun)
        return true;
    bool partial = item->partial;
    bool outdated = item->listed && begun < collection->listed_begun && !partial;

    if (!item_mark_got(collection, item, begun))
        return false;
    if (outdated)
        return true;
    if (!item_take(collection, item, record, FROM_SERVER, NULL))
        return false;
    item->partial = partial;
    if (item_alone(item)->before_ms != 0)
        dates_settle(collection);
    return true;
}

bool merge_gone(struct collection *collection, const char *id, tick_t begun)
{
    struct item *item = collection_find(collection, id);

    if (item == NULL)
        return true;
    if (stays(collection, item, begun)) {
        if (begun > item_alone(item)->got_begun)
            (void)item_mark_got(collection, item, begun); /* or it is asked for once more */
        return false;
    }
    noticed_add(collection, item->record, NULL);
    collection_remove(collection, item);
    return true;
}

/* --- own changes ------------------------------------------------------------------------------ */

/* The item for an answer, new ones in front. NULL: no memory. */
static struct item *take_answer(struct collection *collection, struct record *record,
                                const char *body)
{
    struct item *item = collection_find(collection, record->id);
    struct tombstone *tombstone = tombstone_find(collection, record->id);

    if (tombstone != NULL)
        tombstone_remove(collection, tombstone);
    if (item == NULL) {
        item = item_add(collection, record, clock_wall_ms(collection->cache->config.clock));
        if (item == NULL)
            return NULL;
        TAILQ_INSERT_HEAD(&collection->order, item, link);
    } else if (!item_take(collection, item, record, FROM_OWN_CHANGE, body)) {
        return NULL;
    }
    if (!item_mark_got(collection, item, next_tick(collection->cache)))
        return NULL;
    item->first_begun = 0;
    return item;
}

bool merge_created(struct collection *collection, struct record *record, int64_t mtime_ms)
{
    bool is_new = collection_find(collection, record->id) == NULL;
    bool newest = mtime_ms >= 0 && dates_is_newest(collection, mtime_ms);
    struct item *item = take_answer(collection, record, NULL);

    if (item == NULL)
        return false;
    if (is_new && record->created_ms == CLOCK_NO_DATE && newest)
        record->mtime_ms = mtime_ms; /* not shared yet: the lock is still held */
    dates_settle(collection);
    item->alone->shown_until_ms = now_ms(collection) + CACHE_CREATED_PIN_MS;
    return true;
}

bool merge_updated(struct collection *collection, struct record *record, const char *body)
{
    bool taken = take_answer(collection, record, body) != NULL;

    dates_settle(collection);
    return taken;
}
