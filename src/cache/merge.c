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

#include "api/visit.h"

#include <stdlib.h>
#include <time.h>

enum origin { FROM_SERVER, FROM_OWN_CHANGE };

static int64_t wall_now_ms(const struct collection *collection)
{
    return clock_wall_ms(collection->cache->config.clock);
}

/* --- incomplete ones -------------------------------------------------------------------------- */

enum { PART, WHOLE };

static bool is_said(const struct visitor *visitor, const struct visit *key)
{
    (void)visitor;
    return key->at[WHOLE].there && json_view_same(key->at[WHOLE], key->at[PART]);
}

/* Whether `whole` says all that `part` says. */
static bool covers(struct record *whole, struct record *part)
{
    static const struct visitor visitor = {.leaf = is_said};
    struct json_index *outer;
    struct json_index *inner;
    const struct visit root = {
        .at = {[PART] = record_view(part, &inner), [WHOLE] = record_view(whole, &outer)}};
    bool result = visit_all(&visitor, NULL, &root);

    free(outer);
    free(inner);
    return result;
}

/* --- one item --------------------------------------------------------------------------------- */

/* A changed content is dated now, and always later than the one before. */
static int64_t later_mtime(const struct collection *collection, const struct record *old)
{
    int64_t wall_ms = wall_now_ms(collection);

    return wall_ms > old->mtime_ms ? wall_ms : old->mtime_ms + 1;
}

/* False: no memory. */
static bool note_before(struct item *item, const struct record *old)
{
    struct item_alone *alone = item_make_alone(item);

    if (alone != NULL)
        alone->before_ms = old->mtime_ms;
    return alone != NULL;
}

/* Gives `record`, which nobody else has yet, its mtime, and puts it in the place of the old one.
 * False: no memory. */
static bool put_changed(struct collection *collection, struct item *item, struct record *record,
                        const char *body)
{
    struct record *old = item->record;
    bool only_completed = record->complete && !old->complete && covers(record, old);

    record->mtime_ms = only_completed ? old->mtime_ms : later_mtime(collection, old);
    record->version = only_completed ? old->version : next_tick(collection->cache);
    if (!only_completed) {
        if (dates_follow_order(collection) && !note_before(item, old))
            return false;
        history_push(collection, item, record, body);
        item->served = false;
    }
    return collection_replace(collection, item, record);
}

/* The same of one that others may have: a page that was unchanged has brought what was known, and
 * meanwhile something else is. */
static bool take_changed(struct collection *collection, struct item *item, struct record *record,
                         const char *body)
{
    if (record->version == 0)
        return put_changed(collection, item, record, body);
    struct record *own = record_with_mtime(record, record->mtime_ms);
    bool put = own != NULL && put_changed(collection, item, own, body);

    record_unref(own);
    return put;
}

/* `body`: what this mount has sent for it, JSON or NULL. */
static bool take(struct collection *collection, struct item *item, struct record *record,
                 enum origin origin, const char *body)
{
    struct record *old = item->record;

    item->partial = !record->complete;
    if (record_equal(old, record) && old->complete == record->complete)
        return true;
    if (origin == FROM_SERVER && !record->complete && old->complete && covers(old, record))
        return true;
    if (origin == FROM_SERVER && (old->complete || !record->complete))
        noticed_add(collection, old, record);
    return take_changed(collection, item, record, body);
}

/* A resource seen for the first time, at `seen_ms`. */
static struct item *add(struct collection *collection, struct record *record, int64_t seen_ms)
{
    if (record->version == 0) /* else others have it: it was known before */
        record->mtime_ms = record->created_ms != CLOCK_NO_DATE ? record->created_ms : seen_ms;
    struct item *item = collection_add(collection, record);

    if (item != NULL)
        item->partial = !record->complete;
    return item;
}

/* False: no memory. */
static bool mark_got(struct collection *collection, struct item *item, tick_t begun)
{
    struct item_alone *alone = item_make_alone(item);

    if (alone == NULL)
        return false;
    alone->got_begun = begun;
    alone->got_ms = now_ms(collection);
    return true;
}

/* --- listings --------------------------------------------------------------------------------- */

static bool merge_known(struct collection *collection, struct item *item, struct record *record,
                        tick_t begun)
{
    if (begun < item_alone(item)->got_begun)
        return true;
    if (item->alone != NULL)
        item->alone->shown_until_ms = 0;
    return take(collection, item, record, FROM_SERVER, NULL);
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
        item = add(collection, record, seen_ms);
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

/* Merges ahead what can be, slice by slice; what is new is at the end of the order meanwhile. Marks
 * in `done` (a bit for each) what was. False: no memory. */
static bool merge_ahead(struct collection *collection, const struct record_list *list,
                        int64_t seen_ms, tick_t begun, uint8_t *done)
{
    for (size_t i = 0; i < list->count; i++) {
        if (i % SLICE == SLICE - 1)
            pause_slice(&collection->cache->lock);
        if (!goes_alone(collection, list->records[i], begun))
            continue;
        if (!merge_one(collection, list->records[i], seen_ms - (int64_t)i, begun, NULL))
            return false;
        done[i / 8] |= (uint8_t)(1U << i % 8);
    }
    return true;
}

/* Moves it to the end of `order`, merged ahead or not. False: no memory. */
static bool merge_in_order(struct collection *collection, struct record *record, bool done,
                           int64_t seen_ms, tick_t begun, struct item_list *order)
{
    if (!done)
        return merge_one(collection, record, seen_ms, begun, order);
    struct item *item = collection_find(collection, record->id);

    if (item != NULL) /* else this mount has deleted it meanwhile */
        place(collection, item, order);
    return true;
}

/* The rest, in one step: others see the listing before, or this one. */
static bool merge_whole(struct collection *collection, const struct record_list *list,
                        int64_t seen_ms, tick_t begun, const uint8_t *done)
{
    struct item_list order = TAILQ_HEAD_INITIALIZER(order);
    bool complete = true;

    for (size_t i = 0; i < list->count && complete; i++)
        complete = merge_in_order(collection, list->records[i],
                                  done != NULL && (done[i / 8] & 1U << i % 8) != 0,
                                  seen_ms - (int64_t)i, begun, &order);
    if (complete)
        drop_missing(collection, begun);
    TAILQ_CONCAT(&collection->order, &order, link);
    return complete;
}

static bool merge_records(struct collection *collection, const struct record_list *list,
                          tick_t begun)
{
    /* Their ranks in a newest-first listing sort those that are first seen in it, so that all are
     * counted from one time. */
    int64_t seen_ms = wall_now_ms(collection);
    uint8_t *done = list->count < SLICE ? NULL : calloc(list->count / 8 + 1, 1);
    bool complete = done == NULL || merge_ahead(collection, list, seen_ms, begun, done);

    complete = complete && merge_whole(collection, list, seen_ms, begun, done);
    dates_settle(collection);
    free(done);
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
    struct item *item = add(collection, record, wall_now_ms(collection));

    if (item == NULL)
        return false;
    TAILQ_INSERT_TAIL(&collection->order, item, link);
    return mark_got(collection, item, begun);
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

    if (!mark_got(collection, item, begun))
        return false;
    if (outdated)
        return true;
    if (!take(collection, item, record, FROM_SERVER, NULL))
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
            (void)mark_got(collection, item, begun); /* or it is asked for once more */
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
        item = add(collection, record, wall_now_ms(collection));
        if (item == NULL)
            return NULL;
        TAILQ_INSERT_HEAD(&collection->order, item, link);
    } else if (!take(collection, item, record, FROM_OWN_CHANGE, body)) {
        return NULL;
    }
    if (!mark_got(collection, item, next_tick(collection->cache)))
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
