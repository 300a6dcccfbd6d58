/* SPDX-License-Identifier: MIT */
/* One record, into what is known: which content stays, and what another one is dated. */
#include "config.h"

#include "cache/take.h"

#include "api/visit.h"

#include <stdlib.h>

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

bool item_take(struct collection *collection, struct item *item, struct record *record,
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

struct item *item_add(struct collection *collection, struct record *record, int64_t seen_ms)
{
    if (record->version == 0) /* else others have it: it was known before */
        record->mtime_ms = record->created_ms != CLOCK_NO_DATE ? record->created_ms : seen_ms;
    struct item *item = collection_add(collection, record);

    if (item != NULL)
        item->partial = !record->complete;
    return item;
}

bool item_mark_got(struct collection *collection, struct item *item, tick_t begun)
{
    struct item_alone *alone = item_make_alone(item);

    if (alone == NULL)
        return false;
    alone->got_begun = begun;
    alone->got_ms = now_ms(collection);
    return true;
}
