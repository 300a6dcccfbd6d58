/* SPDX-License-Identifier: MIT */
/*
 * What has changed of what is known, for who has told others of it and must take that back: noted
 * under cache->lock, told without it, before anybody wakes who waits for what brought it about.
 */
#include "config.h"

#include "cache/collection.h"

#include "util/digest.h"

#include <string.h>

static void note(struct cache *cache)
{
    atomic_fetch_add(&cache->changed.noted, 1);
}

void changed_note(struct collection *collection, const char *id)
{
    struct changed *changed = &collection->cache->changed;

    if (changed->count < CACHE_CHANGED_MOST)
        changed->keys[changed->count] = digest_key((uintptr_t)collection->kind, id);
    changed->count++;
    note(collection->cache);
}

void changed_note_expired(struct cache *cache)
{
    note(cache);
}

static void tell(struct cache *cache)
{
    struct changed *changed = &cache->changed;
    uint64_t keys[CACHE_CHANGED_MOST];

    pthread_mutex_lock(&cache->lock);
    uint64_t noted = atomic_load(&changed->noted);
    size_t count = changed->count;
    memcpy(keys, changed->keys, sizeof keys);
    changed->count = 0;
    pthread_mutex_unlock(&cache->lock);
    if (noted != atomic_load(&changed->told))
        cache->config.on_changed(cache->config.ctx, keys, count);
    atomic_store(&changed->told, noted);
}

void cache_tell_changed(struct cache *cache)
{
    struct changed *changed = &cache->changed;

    if (cache->config.on_changed == NULL ||
        atomic_load(&changed->told) == atomic_load(&changed->noted))
        return;
    pthread_mutex_lock(&changed->telling);
    tell(cache);
    pthread_mutex_unlock(&changed->telling);
}
