/* SPDX-License-Identifier: MIT */
/* Reading: what is good enough as it is, what has to be fetched, and when old data will do. */
#include "config.h"

#include "cache/state.h"

#include "cache/collection.h"
#include "cache/fetch.h"

/* What one reader wants and has waited for. */
struct read_wait {
    struct collection *collection;
    const char *id; /* "" for a listing and a singleton */
    struct cancel *cancel;
    tick_t fetched; /* what it waited for was begun then: good however short the TTL; 0: nothing */
};

/* How long old data is shown after a failed attempt before there is another. */
#define RETRY_OLD_MS 5000

/* How soon after a failure that took long the server is asked again, where nothing old will do. */
#define ASK_AGAIN_MS 500

enum plan { PLAN_SERVE, PLAN_GONE, PLAN_LIST, PLAN_GET };

static int64_t age_ms(const struct collection *collection, int64_t since_ms)
{
    return now_ms(collection) - since_ms;
}

/* --- good enough ------------------------------------------------------------------------------ */

/* Whether what was fetched at `begun` and came at `came_ms` is good after an expiry. */
static bool is_good(const struct read_wait *reader, tick_t begun, int64_t came_ms, tick_t expired)
{
    const struct collection *collection = reader->collection;

    if (begun <= expired || begun <= collection->expired)
        return false;
    return age_ms(collection, came_ms) < collection->cache->config.ttl_ms ||
           (reader->fetched != 0 && begun >= reader->fetched);
}

static bool list_is_good(const struct read_wait *reader)
{
    const struct collection *collection = reader->collection;

    bool hides =
        collection->hidden_until_ms == 0 || now_ms(collection) < collection->hidden_until_ms;

    return collection->known && hides &&
           is_good(reader, collection->listed_begun, collection->listed_ms, 0);
}

static bool item_is_good(const struct read_wait *reader, const struct item *item)
{
    const struct collection *collection = reader->collection;

    if (!item->record->complete)
        return false;
    const struct item_alone *alone = item_alone(item);
    if (alone->got_begun != 0 && is_good(reader, alone->got_begun, alone->got_ms, alone->expired))
        return true;
    return item->listed && !item->partial && collection->known &&
           is_good(reader, collection->listed_begun, collection->listed_ms, alone->expired);
}

static bool was_expired_alone(const struct collection *collection, const struct item *item)
{
    const struct item_alone *alone = item_alone(item);

    return alone->expired >= alone->got_begun && alone->expired >= collection->listed_begun &&
           alone->expired != 0;
}

static enum plan plan_missing(const struct read_wait *reader)
{
    struct collection *collection = reader->collection;

    if (tombstone_find(collection, reader->id) != NULL)
        return PLAN_GONE;
    if (collection->known && (!collection_is_small(collection) || list_is_good(reader)))
        return PLAN_GONE;
    return PLAN_LIST;
}

static enum plan plan_read(const struct read_wait *reader, const struct item *item)
{
    const struct collection *collection = reader->collection;

    if (item != NULL && item_is_good(reader, item))
        return PLAN_SERVE;
    if (collection->kind->singleton)
        return PLAN_GET;
    if (item == NULL)
        return plan_missing(reader);
    if (item->partial || was_expired_alone(collection, item))
        return PLAN_GET;
    if (!collection->known || (collection_is_small(collection) && !list_is_good(reader)))
        return PLAN_LIST;
    return PLAN_GET;
}

/* --- old data --------------------------------------------------------------------------------- */

static bool is_servable(const struct collection *collection, int64_t came_ms)
{
    const struct cache_config *config = &collection->cache->config;

    return config->stale_ms > 0 && collection->refused == PROBLEM_NONE &&
           age_ms(collection, came_ms) <= config->stale_ms;
}

static bool has_old_list(const struct collection *collection)
{
    return collection->known && is_servable(collection, collection->listed_ms);
}

static bool has_old_item(const struct collection *collection, const struct item *item)
{
    if (item == NULL || !item->record->complete)
        return false;
    const struct item_alone *alone = item_alone(item);
    return !item->refused && ((alone->got_begun != 0 && is_servable(collection, alone->got_ms)) ||
                              (item->listed && has_old_list(collection)));
}

/* --- waiting for a fetch ---------------------------------------------------------------------- */

enum outcome { OUTCOME_FETCHED, OUTCOME_USE_OLD, OUTCOME_FAILED };

static enum outcome judge_failure(const struct flight *flight, bool has_old,
                                  struct problem *problem)
{
    if (has_old && fetch_is_outage(flight->problem.kind))
        return OUTCOME_USE_OLD;
    if (problem != NULL)
        *problem = flight->problem;
    return OUTCOME_FAILED;
}

static enum outcome wait_for(struct read_wait *reader, struct flight *flight, bool has_old,
                             struct problem *problem)
{
    struct problem left = {.kind = PROBLEM_NONE};

    switch (fetch_wait_locked(flight, !has_old, reader->cancel, &left)) {
    case FETCH_DONE:
        reader->fetched = flight->begun;
        return OUTCOME_FETCHED;
    case FETCH_SILENT:
        return OUTCOME_USE_OLD;
    case FETCH_FAILED:
        return judge_failure(flight, has_old, problem);
    case FETCH_LEFT:
        break;
    }
    if (has_old && fetch_is_outage(left.kind)) /* in time, or at all: others wait already */
        return OUTCOME_USE_OLD;
    if (problem != NULL)
        *problem = left;
    return OUTCOME_FAILED;
}

/* Without a connection not every reader of old data waits for an attempt of its own, unless it was
 * asked for: what was begun before an expiry does not count. */
static bool has_just_failed(const struct collection *collection)
{
    return collection->failed != 0 && collection->failed > collection->expired &&
           age_ms(collection, collection->failed_ms) < RETRY_OLD_MS;
}

/* Whether the server has just been asked for as long as an operation may take, in vain: who asks
 * again right after that, as the kernel does for a name that it knew, is told the same. */
static bool is_worn_out(const struct collection *collection)
{
    return collection->worn_ms != 0 && collection->failed > collection->expired &&
           clock_now_ms(&clock_system) - collection->worn_ms < ASK_AGAIN_MS;
}

static enum outcome fetch_locked(struct read_wait *reader, enum fetch_what what, bool has_old,
                                 struct problem *problem)
{
    struct collection *collection = reader->collection;

    if (collection->suspended && !has_old) {
        fetch_say_suspended(problem);
        return OUTCOME_FAILED;
    }
    if (!has_old && is_worn_out(collection)) {
        if (problem != NULL)
            *problem = collection->problem;
        return OUTCOME_FAILED;
    }
    if (has_old && (collection->suspended || fetch_is_stalled_locked(collection) ||
                    has_just_failed(collection)))
        return OUTCOME_USE_OLD;
    struct flight *flight =
        fetch_start_locked(collection, what, what == FETCH_LIST ? "" : reader->id, CHANGE_CREATE);

    if (flight == NULL) {
        fetch_refuse(problem);
        return OUTCOME_FAILED;
    }
    enum outcome outcome = wait_for(reader, flight, has_old, problem);

    flight_unref_locked(flight);
    return outcome;
}

/* --- a listing -------------------------------------------------------------------------------- */

static bool is_needless(const struct read_wait *reader, enum cache_need need)
{
    const struct collection *collection = reader->collection;

    if (!collection->known)
        return false;
    if (need == CACHE_ANY || (need == CACHE_LOOKUP && !collection_is_small(collection)))
        return true;
    return list_is_good(reader);
}

static int ensure_locked(struct read_wait *reader, enum cache_need need, struct problem *problem)
{
    while (!is_needless(reader, need)) {
        switch (fetch_locked(reader, FETCH_LIST, has_old_list(reader->collection), problem)) {
        case OUTCOME_FETCHED:
            break;
        case OUTCOME_USE_OLD:
            return 0;
        case OUTCOME_FAILED:
            return -1;
        }
    }
    return 0;
}

int cache_ensure(struct cache *cache, const struct kind *kind, enum cache_need need,
                 struct cancel *cancel, struct problem *problem)
{
    struct read_wait reader = {
        .collection = collection_of(cache, kind), .id = "", .cancel = cancel};

    pthread_mutex_lock(&cache->lock);
    int rc = ensure_locked(&reader, need, problem);
    pthread_mutex_unlock(&cache->lock);
    return rc;
}

/* --- one resource ----------------------------------------------------------------------------- */

static int say_gone(const struct read_wait *reader, struct problem *problem)
{
    return problem_set(problem, PROBLEM_NOT_FOUND, "the %s %s does not exist (any more)",
                       reader->collection->kind->noun, reader->id);
}

static int serve(const struct read_wait *reader, struct record **out, struct problem *problem)
{
    struct item *item = collection_find(reader->collection, reader->id);

    if (item == NULL)
        return say_gone(reader, problem);
    item->served = true;
    *out = record_ref(item->record);
    return 0;
}

static int read_locked(struct read_wait *reader, struct record **out, struct problem *problem)
{
    for (;;) {
        struct item *item = collection_find(reader->collection, reader->id);
        enum plan plan = plan_read(reader, item);

        if (plan == PLAN_SERVE || plan == PLAN_GONE)
            return serve(reader, out, problem);
        bool has_old = item == NULL ? plan == PLAN_LIST && has_old_list(reader->collection)
                                    : has_old_item(reader->collection, item);

        switch (
            fetch_locked(reader, plan == PLAN_LIST ? FETCH_LIST : FETCH_ITEM, has_old, problem)) {
        case OUTCOME_FETCHED:
            break;
        case OUTCOME_USE_OLD:
            return serve(reader, out, problem);
        case OUTCOME_FAILED:
            return -1;
        }
    }
}

int cache_read(struct cache *cache, const struct kind *kind, const char *id, struct cancel *cancel,
               struct record **out, struct problem *problem)
{
    struct read_wait reader = {
        .collection = collection_of(cache, kind), .id = id == NULL ? "" : id, .cancel = cancel};

    *out = NULL;
    pthread_mutex_lock(&cache->lock);
    int rc = read_locked(&reader, out, problem);
    pthread_mutex_unlock(&cache->lock);
    return rc;
}
