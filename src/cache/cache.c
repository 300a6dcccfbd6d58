/* SPDX-License-Identifier: MIT */
/* Life, expiry, status. */
#include "config.h"

#include "cache/state.h"

#include "cache/change.h"
#include "cache/collection.h"
#include "cache/own_events.h"

#include <stdlib.h>

/* Of each kind, and of the events: what waits for a server that is silent for one of them takes no
 * thread from the others. Changes have their own, so that none ever waits behind fetches. */
#define FETCHER_THREADS 16
#define CHANGER_THREADS 16

/* --- life ------------------------------------------------------------------------------------- */

struct cache *cache_create(const struct cache_config *config)
{
    struct cache *cache = calloc(1, sizeof(*cache));

    if (cache == NULL)
        return NULL;
    cache->config = *config;
    pthread_mutex_init(&cache->lock, NULL);
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

void cache_destroy(struct cache *cache)
{
    if (cache == NULL)
        return;
    workers_destroy(cache->changers); /* first: changes may start fetches */
    workers_destroy(cache->fetchers);
    for (size_t i = 0; i < KINDS_COUNT; i++)
        collection_finish(&cache->collections[i]);
    events_clear(cache);
    create_clear_doubts(cache);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

enum dialect cache_dialect(const struct cache *cache)
{
    return api_dialect(cache->config.api);
}

const struct kind_shape *cache_shape(const struct cache *cache, const struct kind *kind)
{
    return &kind->shapes[cache_dialect(cache)];
}

/* --- expiry ----------------------------------------------------------------------------------- */

void cache_expire_singletons_locked(struct cache *cache)
{
    for (size_t i = 0; i < KINDS_COUNT; i++)
        if (cache->collections[i].kind->singleton)
            cache->collections[i].expired = next_tick(cache);
}

static void expire(struct collection *collection, const char *id)
{
    struct cache *cache = collection->cache;

    pthread_mutex_lock(&cache->lock);
    struct item *item = id == NULL ? NULL : collection_find(collection, id);
    if (id == NULL)
        collection->expired = next_tick(cache);
    else if (item != NULL)
        item->expired = next_tick(cache);
    pthread_mutex_unlock(&cache->lock);
}

void cache_expire(struct cache *cache, const struct kind *kind, const char *id)
{
    if (kind != NULL) {
        expire(collection_of(cache, kind), kind->singleton ? NULL : id);
        return;
    }
    for (size_t i = 0; i < KINDS_COUNT; i++)
        expire(&cache->collections[i], NULL);
}

/* --- status ----------------------------------------------------------------------------------- */

struct freshness {
    bool known;
    int64_t came_ms;
    tick_t begun;
};

/* Of the listing, or of the singleton. */
static struct freshness freshness_of(struct collection *collection)
{
    if (!collection->kind->singleton)
        return (struct freshness){collection->known, collection->listed_ms,
                                  collection->listed_begun};
    const struct item *item = collection_find(collection, "");

    if (item == NULL)
        return (struct freshness){.known = false};
    return (struct freshness){true, item->got_ms, item->got_begun};
}

static int64_t fresh_for_ms(struct collection *collection)
{
    struct freshness freshness = freshness_of(collection);
    int64_t left_ms = collection->cache->config.ttl_ms - (now_ms(collection) - freshness.came_ms);

    if (!freshness.known || freshness.begun <= collection->expired || left_ms < 0)
        return 0;
    return left_ms;
}

int64_t cache_fresh_for_ms(struct cache *cache, const struct kind *kind)
{
    pthread_mutex_lock(&cache->lock);
    int64_t left_ms = fresh_for_ms(collection_of(cache, kind));

    pthread_mutex_unlock(&cache->lock);
    return left_ms;
}

bool cache_is_known(struct cache *cache, const struct kind *kind)
{
    pthread_mutex_lock(&cache->lock);
    bool known = freshness_of(collection_of(cache, kind)).known;

    pthread_mutex_unlock(&cache->lock);
    return known;
}

void cache_get_status(struct cache *cache, const struct kind *kind, struct cache_status *out)
{
    struct collection *collection = collection_of(cache, kind);

    pthread_mutex_lock(&cache->lock);
    struct freshness freshness = freshness_of(collection);

    *out = (struct cache_status){
        .known = freshness.known,
        .online = collection->asked && collection->online,
        .stale = freshness.known && fresh_for_ms(collection) == 0,
        .age_ms = freshness.known ? now_ms(collection) - freshness.came_ms : -1,
        .count = HASH_COUNT(collection->by_id),
        .skipped = collection->skipped,
        .problem = collection->problem,
    };
    pthread_mutex_unlock(&cache->lock);
}
