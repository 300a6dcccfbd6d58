/* SPDX-License-Identifier: MIT */
/* How fresh a kind is, and that it is to be no longer. */
#include "config.h"

#include "cache/collection.h"

static void expire(struct collection *collection, const char *id)
{
    struct cache *cache = collection->cache;

    pthread_mutex_lock(&cache->lock);
    struct item *item = id == NULL ? NULL : collection_find(collection, id);
    if (id == NULL)
        collection->expired = next_tick(cache);
    else if (item != NULL)
        collection_expire_item(collection, item);
    changed_note_expired(cache);
    pthread_mutex_unlock(&cache->lock);
}

void cache_expire(struct cache *cache, const struct kind *kind, const char *id)
{
    if (kind != NULL)
        expire(collection_of(cache, kind), kind->singleton ? NULL : id);
    for (size_t i = 0; kind == NULL && i < KINDS_COUNT; i++)
        expire(&cache->collections[i], NULL);
    cache_tell_changed(cache);
}

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
    return (struct freshness){true, item_alone(item)->got_ms, item_alone(item)->got_begun};
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
        .count = collection->by_id.count,
        .skipped = collection->skipped,
        .problem = collection->problem,
    };
    pthread_mutex_unlock(&cache->lock);
}
