/* SPDX-License-Identifier: MIT */
/*
 * Flights: fetches on their way, and waiting for them. Whoever waits is woken by each page and by
 * the end.
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

bool fetch_is_item(const struct flight *flight)
{
    return flight->what == FETCH_ITEM || flight->what == FETCH_ITEM_ANEW;
}

/* Whether it is that fetch, or does as well. */
static bool serves(const struct flight *flight, enum fetch_what what)
{
    return flight->what == what || (what == FETCH_ITEM && flight->what == FETCH_ITEM_ANEW);
}

struct flight *fetch_find_locked(struct collection *collection, enum fetch_what what,
                                 const char *id, enum change_verb verb)
{
    struct flight *flight;

    TAILQ_FOREACH (flight, &collection->flights, link) {
        if (serves(flight, what) && flight->verb == verb && strcmp(flight->id, id) == 0)
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

int fetch_refuse(struct problem *problem)
{
    return problem_set(problem, PROBLEM_INTERRUPTED,
                       "nothing more can be fetched: no memory or thread is left, or the mount "
                       "is ending");
}

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
