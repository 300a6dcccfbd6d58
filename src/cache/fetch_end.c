/* SPDX-License-Identifier: MIT */
/*
 * How a flight is run and ended, what its end says about the kind, and the probe of a kind whose
 * server did not answer in time: the fetch that a reader would make, again and again with growing
 * pauses, until it is answered or the mount ends.
 */
#include "config.h"

#include "cache/collection.h"
#include "cache/fetch.h"

/* --- what the end says ------------------------------------------------------------------------ */

/* The server answers, and not only reads if it had been silent. */
void fetch_note_answer_locked(struct collection *collection)
{
    if (collection->suspended)
        patience_note_answer_locked(collection);
    collection->suspended = false;
}

/* Also a 403 that speaks of a quota. */
static bool is_denial(const struct problem *problem)
{
    enum problem_kind kind = problem->kind;

    return kind == PROBLEM_UNAUTHORIZED || kind == PROBLEM_FORBIDDEN || kind == PROBLEM_NOT_FOUND ||
           problem->status == 403;
}

/* What is denied is not shown from memory, until it is allowed again. A denied item says nothing
 * about the others, unless it is the key that is not accepted; any answer says that it is. */
static void note_denial(struct flight *flight)
{
    struct collection *collection = flight->collection;
    enum problem_kind kind = flight->problem.kind;
    bool fine = kind == PROBLEM_NONE;
    bool alone = flight->id[0] != '\0' && kind != PROBLEM_UNAUTHORIZED;
    struct item *item = alone ? collection_find(collection, flight->id) : NULL;

    if (item != NULL && (fine || is_denial(&flight->problem)))
        item->refused = !fine;
    if (!alone && is_denial(&flight->problem))
        collection->refused = kind;
    else if (fine && (!alone || collection->refused == PROBLEM_UNAUTHORIZED))
        collection->refused = PROBLEM_NONE;
}

static bool took_long(const struct flight *flight)
{
    int64_t took_ms = clock_now_ms(&clock_system) - flight->progress_ms;

    return took_ms >= flight->collection->cache->config.timeout_ms / 2;
}

static void probe_start_locked(struct collection *collection);

/* What the end of a list or a GET says about the kind. */
static void note_end(struct flight *flight)
{
    struct collection *collection = flight->collection;
    const struct problem *problem = &flight->problem;
    bool answered = problem->kind == PROBLEM_NONE || problem->status != 0;
    bool outage = fetch_is_outage(problem->kind);

    if (problem->kind == PROBLEM_INTERRUPTED || problem->kind == PROBLEM_NO_MEMORY)
        return;
    collection->asked = true;
    collection->online = answered;
    collection->failed = outage ? flight->begun : 0;
    collection->failed_ms = now_ms(collection);
    if (outage && took_long(flight))
        collection->worn_ms = clock_now_ms(&clock_system);
    if (answered)
        fetch_note_answer_locked(collection);
    if (problem->kind == PROBLEM_TIMEOUT && !answered)
        probe_start_locked(collection);
    note_denial(flight);
    if (flight->id[0] == '\0' || problem->kind == PROBLEM_NONE || outage)
        collection->problem = *problem;
}

void fetch_end_locked(struct flight *flight, const struct problem *problem)
{
    TAILQ_REMOVE(&flight->collection->flights, flight, link);
    flight->problem = *problem;
    flight->done = true;
    if (flight->what != FETCH_EVENT)
        note_end(flight);
    wait_queue_wake(&flight->waiters);
    flight_unref_locked(flight);
}

void fetch_run(struct flight *flight)
{
    struct collection *collection = flight->collection;
    struct cache *cache = collection->cache;
    struct problem problem = {.kind = PROBLEM_NONE};
    struct cancel cancel;

    cancel_init(&cancel, cache->config.group, CANCEL_NEVER);
    cache->fetch_jobs[flight->what](flight, &cancel, &problem);
    cancel_finish(&cancel);
    cache_tell_changed(cache);
    pthread_mutex_lock(&cache->lock);
    fetch_end_locked(flight, &problem);
    pthread_mutex_unlock(&cache->lock);
}

/* --- the probe -------------------------------------------------------------------------------- */

/* Waits out one pause; false: the mount ends. */
static bool wait_pause(struct collection *collection, int64_t pause_ms)
{
    struct cancel cancel;

    cancel_init(&cancel, collection->cache->config.group, CANCEL_NEVER);
    enum cancel_reason reason = cancel_sleep(&cancel, clock_now_ms(&clock_system) + pause_ms);

    cancel_finish(&cancel);
    return reason == CANCEL_NONE;
}

/* A flight that the probe is to run; NULL: one is on its way already. */
static struct flight *prepare_locked(struct collection *collection)
{
    enum fetch_what what = collection->kind->singleton ? FETCH_ITEM : FETCH_LIST;

    if (fetch_find_locked(collection, what, "", CHANGE_CREATE) != NULL)
        return NULL;
    return fetch_prepare_locked(collection, what, "", CHANGE_CREATE);
}

/* One fetch; whether the probe is over. */
static bool probe_once(struct collection *collection)
{
    pthread_mutex_t *lock = &collection->cache->lock;

    pthread_mutex_lock(lock);
    struct flight *flight = collection->suspended ? prepare_locked(collection) : NULL;

    pthread_mutex_unlock(lock);
    if (flight != NULL)
        fetch_run(flight);
    pthread_mutex_lock(lock);
    bool over = !collection->suspended;

    if (over)
        collection->probing = false;
    pthread_mutex_unlock(lock);
    return over;
}

static void end_probe(struct collection *collection)
{
    pthread_mutex_lock(&collection->cache->lock);
    collection->probing = false;
    pthread_mutex_unlock(&collection->cache->lock);
}

static void run_probe(void *arg)
{
    struct collection *collection = arg;
    int64_t pause_ms = collection->cache->config.probe_pause_ms;

    if (pause_ms <= 0)
        pause_ms = CACHE_PROBE_PAUSE_MS;
    while (wait_pause(collection, pause_ms)) {
        if (probe_once(collection))
            return;
        pause_ms =
            pause_ms * 2 < CACHE_PROBE_PAUSE_MAX_MS ? pause_ms * 2 : CACHE_PROBE_PAUSE_MAX_MS;
    }
    end_probe(collection);
}

static void probe_start_locked(struct collection *collection)
{
    collection->suspended = true;
    if (collection->probing)
        return;
    collection->probing = workers_submit(collection->cache->fetchers, kind_index(collection->kind),
                                         run_probe, collection);
    if (!collection->probing)
        collection->suspended = false; /* nobody would ever lift it */
}
