/* SPDX-License-Identifier: MIT */
/* The cache made and ended: the only file that knows all floors. */
#include "config.h"

#include "cache/change.h"
#include "cache/collection.h"
#include "cache/fetch.h"
#include "cache/memories.h"

#include <stdlib.h>

/* Of each kind, and of the events: what waits for a server that is silent for one of them takes no
 * thread from the others. Changes have their own, so that none ever waits behind fetches. */
#define FETCHER_THREADS 16
#define CHANGER_THREADS 16

struct cache *cache_create(const struct cache_config *config)
{
    struct cache *cache = calloc(1, sizeof(*cache));

    if (cache == NULL)
        return NULL;
    cache->config = *config;
    cache->fetch_jobs = fetch_jobs;
    pthread_mutex_init(&cache->lock, NULL);
    notices_init(&cache->changed);
    TAILQ_INIT(&cache->changes);
    TAILQ_INIT(&cache->old_versions);
    TAILQ_INIT(&cache->doubts);
    for (size_t i = 0; i < KINDS_COUNT; i++)
        collection_init(&cache->collections[i], cache, kinds_all[i]);
    cache->fetchers = workers_create(CACHE_LANES, FETCHER_THREADS);
    cache->changers = workers_create(CACHE_LANES, CHANGER_THREADS);
    if (cache->fetchers != NULL && cache->changers != NULL)
        return cache;
    cache_destroy(cache);
    return NULL;
}

void cache_stop(struct cache *cache)
{
    if (cache == NULL)
        return;
    workers_destroy(cache->changers); /* first: changes may start fetches */
    workers_destroy(cache->fetchers);
    cache->changers = NULL;
    cache->fetchers = NULL;
}

void cache_destroy(struct cache *cache)
{
    if (cache == NULL)
        return;
    cache_stop(cache);
    for (size_t i = 0; i < KINDS_COUNT; i++)
        collection_finish(&cache->collections[i]);
    memories_clear(cache);
    create_clear_doubts(cache);
    notices_finish(&cache->changed);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}
