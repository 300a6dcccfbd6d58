/* SPDX-License-Identifier: MIT */
/*
 * The probe of a kind whose server did not answer in time: the fetch that a reader would make,
 * again and again with growing pauses, until it is answered or the mount ends.
 */
#include "config.h"

#include "cache/fetch.h"

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

void probe_start_locked(struct collection *collection)
{
    collection->suspended = true;
    if (collection->probing)
        return;
    collection->probing = workers_submit(collection->cache->fetchers, kind_index(collection->kind),
                                         run_probe, collection);
    if (!collection->probing)
        collection->suspended = false; /* nobody would ever lift it */
}
