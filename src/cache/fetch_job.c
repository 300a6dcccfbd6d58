/* SPDX-License-Identifier: MIT */
/* What a worker does with a flight: asks the api room, and merges what comes. */
#include "config.h"

#include "cache/fetch.h"

#include "cache/collection.h"
#include "cache/own_events.h"

/* A fetch goes on when all who waited for it have left; but not as fast as it can, and not for
 * longer than so many pages that bring next to nothing. */
#define UNWANTED_PAUSE_MS  50
#define UNWANTED_PAGES_MAX 40
#define THIN_ITEMS         30

/* A listing while its pages come. */
struct paging {
    struct flight *flight;
    struct cancel *cancel;
    size_t items; /* after the page before */
    unsigned unwanted_pages;
};

/* Notes that the server answers; whether anybody waits for it. */
static bool note_page(struct flight *flight)
{
    struct cache *cache = flight->collection->cache;

    pthread_mutex_lock(&cache->lock);
    flight->progress_ms = clock_now_ms(&clock_system);
    fetch_note_answer_locked(flight->collection);
    wait_queue_wake(&flight->waiters);
    bool wanted = flight->refs > 1;
    pthread_mutex_unlock(&cache->lock);
    return wanted;
}

/* A page came. */
static bool on_page(void *ctx, size_t items)
{
    struct paging *paging = ctx;
    bool thin = items - paging->items < THIN_ITEMS;

    paging->items = items;
    if (note_page(paging->flight)) {
        paging->unwanted_pages = 0;
        return true;
    }
    paging->unwanted_pages += thin;
    (void)cancel_sleep(paging->cancel, clock_now_ms(&clock_system) + UNWANTED_PAUSE_MS);
    return paging->unwanted_pages <= UNWANTED_PAGES_MAX;
}

static void merge_failed(struct problem *problem)
{
    problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
}

static struct flight *find_deletion_locked(struct collection *collection)
{
    struct flight *flight;

    TAILQ_FOREACH (flight, &collection->flights, link)
        if (flight->what == FETCH_EVENT && flight->verb == CHANGE_DELETE)
            return flight;
    return NULL;
}

/* What was deleted and is still listed: its events, which are being asked for, say whether it is to
 * be shown again. Who waits for the listing learns that with it. */
static void await_deletions_locked(struct collection *collection, struct cancel *cancel)
{
    struct flight *flight;
    bool ended = true;

    while (ended && (flight = find_deletion_locked(collection)) != NULL) {
        flight->refs++;
        fetch_wait_locked(flight, false, cancel, NULL);
        ended = flight->done;
        flight_unref_locked(flight);
    }
}

/* Once for each of them: a broken item that stays is no news with every listing. */
static void tell_skipped(struct collection *collection, const struct record_list *list)
{
    const struct cache_config *config = &collection->cache->config;

    pthread_mutex_lock(&collection->cache->lock);
    size_t before = collection->skipped;
    collection->skipped = list->skipped;
    pthread_mutex_unlock(&collection->cache->lock);
    if (list->skipped > before && config->on_skipped != NULL)
        config->on_skipped(config->ctx, collection->kind, list->skipped, list->first_skipped);
}

static void fetch_list(struct flight *flight, struct cancel *cancel, struct problem *problem)
{
    struct collection *collection = flight->collection;
    struct cache *cache = collection->cache;
    struct record_list list = RECORD_LIST_EMPTY;
    struct paging paging = {.flight = flight, .cancel = cancel};

    if (api_list(cache->config.api, collection->kind, cancel, on_page, &paging, &list, problem) ==
        0) {
        pthread_mutex_lock(&cache->lock);
        if (merge_list(collection, &list, flight->begun))
            deleted_settle_locked(collection, flight->begun);
        else
            merge_failed(problem);
        await_deletions_locked(collection, cancel);
        pthread_mutex_unlock(&cache->lock);
        deleted_tell_revived(collection);
        tell_skipped(collection, &list);
        noticed_tell(cache, collection);
    }
    record_list_finish(&list);
}

/* The answer to a GET, or that there is nothing. */
static void merge_answer(struct flight *flight, struct record *record, struct problem *problem)
{
    struct collection *collection = flight->collection;

    if (record != NULL && !collection_has_room(collection, record)) {
        problem_set(problem, PROBLEM_TOO_LARGE, "with it the %s would be larger than %zu bytes",
                    collection->kind->singleton ? collection->kind->noun : collection->kind->plural,
                    collection_max_bytes(collection));
    } else if (record != NULL) {
        if (!merge_item(collection, record, flight->begun))
            merge_failed(problem);
    } else if (problem->kind == PROBLEM_NOT_FOUND && !collection->kind->singleton) {
        if (!merge_gone(collection, flight->id, flight->begun))
            *problem = (struct problem){.kind = PROBLEM_NONE};
    }
}

typedef int get_function(struct api *api, const struct kind *kind, const char *id,
                         struct cancel *cancel, struct record **out, struct problem *problem);

static void fetch_by(get_function *get, struct flight *flight, struct cancel *cancel,
                     struct problem *problem)
{
    struct collection *collection = flight->collection;
    struct cache *cache = collection->cache;
    const char *id = collection->kind->singleton ? NULL : flight->id;
    struct record *record = NULL;

    get(cache->config.api, collection->kind, id, cancel, &record, problem);
    pthread_mutex_lock(&cache->lock);
    merge_answer(flight, record, problem);
    pthread_mutex_unlock(&cache->lock);
    noticed_tell(cache, collection);
    record_unref(record);
}

static void fetch_item(struct flight *flight, struct cancel *cancel, struct problem *problem)
{
    fetch_by(api_refresh, flight, cancel, problem);
}

static void fetch_item_anew(struct flight *flight, struct cancel *cancel, struct problem *problem)
{
    fetch_by(api_get, flight, cancel, problem);
}

fetch_function *const fetch_jobs[] = {
    [FETCH_LIST] = fetch_list,
    [FETCH_ITEM] = fetch_item,
    [FETCH_ITEM_ANEW] = fetch_item_anew,
    [FETCH_EVENT] = events_fetch,
};
