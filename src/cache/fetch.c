/* SPDX-License-Identifier: MIT */
/*
 * Fetches: one flight for however many want the same thing at a time. A flight is run by a worker
 * and outlives who asked for it; whoever waits is woken by each page and by the end.
 */
#include "config.h"

#include "cache/fetch.h"

/* A GET that was still queued when its kind was suspended: the worker is not spent on it, or those
 * of one silent kind would keep all others waiting. False: it is to be run. */
static bool end_if_suspended(struct flight *flight)
{
    struct cache *cache = flight->collection->cache;
    struct problem problem;

    pthread_mutex_lock(&cache->lock);
    bool skipped = fetch_is_item(flight) && flight->collection->suspended;

    if (skipped) {
        fetch_say_suspended(&problem);
        fetch_end_locked(flight, &problem);
    }
    pthread_mutex_unlock(&cache->lock);
    return skipped;
}

static void admit_next_locked(struct collection *collection);

static void run_job(void *arg)
{
    struct flight *flight = arg;
    struct collection *collection = flight->collection;
    bool item = fetch_is_item(flight);

    if (!end_if_suspended(flight))
        fetch_run(flight);
    if (!item)
        return;
    pthread_mutex_lock(&collection->cache->lock);
    admit_next_locked(collection);
    pthread_mutex_unlock(&collection->cache->lock);
}

/* How many GETs of single items of one kind may run: the others need a connection, too. */
static unsigned items_at_once(const struct collection *collection)
{
    unsigned connections = collection->cache->config.connections;

    return connections == 0 ? CACHE_ITEMS_AT_ONCE : (connections * 3 + 3) / 4;
}

static size_t lane_of(const struct flight *flight)
{
    return flight->what == FETCH_EVENT ? CACHE_LANE_EVENTS : kind_index(flight->collection->kind);
}

/* Gives it a worker, or lets it wait for one: single items of one kind, whose server may be silent,
 * leave connections for the others. False: the end. */
static bool admit_locked(struct flight *flight)
{
    struct collection *collection = flight->collection;

    flight->waits = fetch_is_item(flight) && collection->items_running >= items_at_once(collection);
    if (flight->waits)
        return true;
    flight->progress_ms = clock_now_ms(&clock_system);
    if (!workers_submit(collection->cache->fetchers, lane_of(flight), run_job, flight))
        return false;
    collection->items_running += fetch_is_item(flight);
    return true;
}

static struct flight *find_waiting(struct collection *collection)
{
    struct flight *flight;

    TAILQ_FOREACH (flight, &collection->flights, link)
        if (flight->waits)
            break;
    return flight;
}

/* A single item has ended: the next that waits gets its worker; at the end none does. */
static void admit_next_locked(struct collection *collection)
{
    struct flight *flight;
    struct problem problem;

    collection->items_running--;
    while ((flight = find_waiting(collection)) != NULL && !admit_locked(flight)) {
        fetch_refuse(&problem);
        fetch_end_locked(flight, &problem);
    }
}

struct flight *fetch_start_locked(struct collection *collection, enum fetch_what what,
                                  const char *id, enum change_verb verb)
{
    struct flight *flight = fetch_find_locked(collection, what, id, verb);

    if (flight == NULL) {
        flight = fetch_prepare_locked(collection, what, id, verb);
        if (flight == NULL)
            return NULL;
        if (!admit_locked(flight)) {
            TAILQ_REMOVE(&collection->flights, flight, link);
            flight_unref_locked(flight);
            return NULL;
        }
    }
    flight->refs++;
    return flight;
}

/* One listing, waited for to its end. */
static int list_once_locked(struct collection *collection, struct cancel *cancel,
                            struct problem *problem)
{
    struct flight *flight = fetch_start_locked(collection, FETCH_LIST, "", CHANGE_CREATE);

    if (flight == NULL)
        return fetch_refuse(problem);
    enum fetch_end end = fetch_wait_locked(flight, true, cancel, problem);

    if (end == FETCH_FAILED && problem != NULL)
        *problem = flight->problem;
    flight_unref_locked(flight);
    return end == FETCH_DONE ? 0 : -1;
}

int fetch_list_since(struct collection *collection, tick_t since, struct cancel *cancel,
                     struct problem *problem)
{
    int rc = 0;

    pthread_mutex_lock(&collection->cache->lock);
    while (rc == 0 && (!collection->known || collection->listed_begun <= since)) {
        struct flight *old = fetch_find_locked(collection, FETCH_LIST, "", CHANGE_CREATE);
        bool too_old = old != NULL && old->begun <= since;

        rc = list_once_locked(collection, cancel, problem);
        if (rc != 0 && too_old && cancel_may_wait(cancel) && cancel_reason(cancel) == CANCEL_NONE)
            rc = 0; /* it was begun too early to matter */
    }
    pthread_mutex_unlock(&collection->cache->lock);
    return rc;
}
