/* SPDX-License-Identifier: MIT */
/*
 * Fetches: one flight for however many want the same thing at a time. A flight is run by a worker
 * and outlives who asked for it; whoever waits is woken by each page and by the end.
 */
#include "config.h"

#include "cache/fetch.h"

#include <stdlib.h>
#include <string.h>

bool fetch_is_outage(enum problem_kind kind)
{
    return kind == PROBLEM_TIMEOUT || kind == PROBLEM_UNREACHABLE || kind == PROBLEM_SERVER ||
           kind == PROBLEM_TRY_LATER;
}

/* --- flights ---------------------------------------------------------------------------------- */

struct flight *fetch_find_locked(struct collection *collection, enum fetch_what what,
                                 const char *id, enum change_verb verb)
{
    struct flight *flight;

    TAILQ_FOREACH (flight, &collection->flights, link) {
        if (flight->what == what && flight->verb == verb && strcmp(flight->id, id) == 0)
            return flight;
    }
    return NULL;
}

struct flight *fetch_prepare_locked(struct collection *collection, enum fetch_what what,
                                    const char *id, enum change_verb verb)
{
    struct flight *flight = calloc(1, sizeof(*flight) + strlen(id) + 1);

    if (flight == NULL)
        return NULL;
    memcpy(flight->id, id, strlen(id) + 1);
    flight->refs = 1;
    flight->what = what;
    flight->collection = collection;
    flight->verb = verb;
    flight->begun = next_tick(collection->cache);
    flight->progress_ms = clock_now_ms(&clock_system);
    wait_queue_init(&flight->waiters);
    TAILQ_INSERT_TAIL(&collection->flights, flight, link);
    return flight;
}

void flight_unref_locked(struct flight *flight)
{
    if (--flight->refs == 0)
        free(flight);
}

int fetch_say_suspended(struct problem *problem)
{
    return problem_set(problem, PROBLEM_TIMEOUT,
                       "the server has not answered in time lately; it is being probed");
}

/* A GET that was still queued when its kind was suspended: the worker is not spent on it, or those
 * of one silent kind would keep all others waiting. False: it is to be run. */
static bool end_if_suspended(struct flight *flight)
{
    struct cache *cache = flight->collection->cache;
    struct problem problem;

    pthread_mutex_lock(&cache->lock);
    bool skipped = flight->what == FETCH_ITEM && flight->collection->suspended;

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
    bool item = flight->what == FETCH_ITEM;

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

    flight->waits =
        flight->what == FETCH_ITEM && collection->items_running >= items_at_once(collection);
    if (flight->waits)
        return true;
    flight->progress_ms = clock_now_ms(&clock_system);
    if (!workers_submit(collection->cache->fetchers, lane_of(flight), run_job, flight))
        return false;
    collection->items_running += flight->what == FETCH_ITEM;
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

int fetch_refuse(struct problem *problem)
{
    return problem_set(problem, PROBLEM_INTERRUPTED,
                       "nothing more can be fetched: no memory or thread is left, or the mount "
                       "is ending");
}

/* --- waiting ---------------------------------------------------------------------------------- */

static int64_t stale_wait_ms(const struct collection *collection)
{
    int64_t wait_ms = collection->cache->config.stale_wait_ms;

    return wait_ms > 0 ? wait_ms : CACHE_STALE_WAIT_MS;
}

static bool is_silent(const struct flight *flight)
{
    return clock_now_ms(&clock_system) >= flight->progress_ms + stale_wait_ms(flight->collection);
}

bool fetch_is_stalled_locked(struct collection *collection)
{
    struct flight *flight;

    TAILQ_FOREACH (flight, &collection->flights, link) {
        if (flight->what != FETCH_EVENT && !flight->waits && is_silent(flight))
            return true;
    }
    return false;
}

static void set_left(enum cancel_reason reason, struct problem *problem)
{
    if (reason == CANCEL_DEADLINE)
        problem_set(problem, PROBLEM_TIMEOUT, "no answer came in time");
    else if (reason == CANCEL_CROWDED)
        problem_set(problem, PROBLEM_TRY_LATER,
                    "too many callers wait already: try again in a moment");
    else
        problem_set(problem, PROBLEM_INTERRUPTED, "interrupted while waiting for an answer");
}

enum fetch_end fetch_wait_locked(struct flight *flight, bool patient, struct cancel *cancel,
                                 struct problem *problem)
{
    struct cache *cache = flight->collection->cache;

    while (!flight->done) {
        int64_t until_ms =
            patient ? CANCEL_NEVER : flight->progress_ms + stale_wait_ms(flight->collection);

        if (!patient && is_silent(flight))
            return FETCH_SILENT;
        enum cancel_reason reason =
            wait_queue_wait(&flight->waiters, &cache->lock, cancel, until_ms);

        if (reason != CANCEL_NONE && !flight->done) {
            set_left(reason, problem);
            return FETCH_LEFT;
        }
    }
    return flight->problem.kind == PROBLEM_NONE ? FETCH_DONE : FETCH_FAILED;
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
