/* SPDX-License-Identifier: MIT */
/*
 * Dates and the API's order. Where resources have no dates of their own (snapshots), theirs are
 * when they were first seen here, or what the server's clock said of their making; and what changes
 * is dated now. Two clocks, and a change of something old, must not make `ls -t` another order than
 * the API's, newest first: people keep the first three of it, and delete the rest.
 */
#include "config.h"

#include "cache/collection.h"

bool dates_follow_order(const struct collection *collection)
{
    return collection->kind->machine_key != NULL;
}

/* Without memory it keeps the date that it has. */
static void set_date(struct collection *collection, struct item *item, int64_t ms)
{
    struct record *record =
        item->record->mtime_ms == ms ? NULL : record_with_mtime(item->record, ms);

    if (record != NULL)
        collection_replace(collection, item, record);
    record_unref(record);
}

/* What has changed is dated now, but no later than what is newer; if that leaves no room, the date
 * that it had. */
static void lower_changed(struct collection *collection)
{
    int64_t newer_ms = INT64_MAX;
    struct item *item;

    TAILQ_FOREACH (item, &collection->order, link) {
        int64_t before_ms = item_alone(item)->before_ms;

        if (before_ms != 0 && item->record->mtime_ms >= newer_ms)
            set_date(collection, item, newer_ms - 1 > before_ms ? newer_ms - 1 : before_ms);
        if (before_ms != 0) {
            item->alone->before_ms = 0;
            item_trim_alone(item);
        }
        newer_ms = item->record->mtime_ms;
    }
}

/* What is newer by the order is later by the date, if only by a millisecond. The server's own dates
 * stay as they are, unless two are the same. */
static void raise_newer(struct collection *collection)
{
    int64_t older_ms = INT64_MIN;
    struct item *item;

    TAILQ_FOREACH_REVERSE(item, &collection->order, item_list, link)
    {
        int64_t ms = item->record->mtime_ms;
        bool own = item->record->created_ms != CLOCK_NO_DATE;

        if (ms == older_ms || (ms < older_ms && !own))
            set_date(collection, item, older_ms + 1);
        older_ms = item->record->mtime_ms;
    }
}

void dates_settle(struct collection *collection)
{
    if (!dates_follow_order(collection))
        return;
    lower_changed(collection);
    raise_newer(collection);
}

bool dates_is_newest(const struct collection *collection, int64_t ms)
{
    const struct item *first = TAILQ_FIRST(&collection->order);

    return first == NULL || first->record->mtime_ms < ms;
}
