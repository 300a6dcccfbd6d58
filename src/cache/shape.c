/* SPDX-License-Identifier: MIT */
/* What a kind is like in the dialect that is spoken. */
#include "config.h"

#include "cache/state.h"

enum dialect cache_dialect(const struct cache *cache)
{
    return api_dialect(cache->config.api);
}

const struct kind_shape *cache_shape(const struct cache *cache, const struct kind *kind)
{
    return &kind->shapes[cache_dialect(cache)];
}

bool cache_has(const struct cache *cache, const struct kind *kind)
{
    return api_has(cache->config.api, kind);
}

void cache_expire_singletons_locked(struct cache *cache)
{
    for (size_t i = 0; i < KINDS_COUNT; i++)
        if (cache->collections[i].kind->singleton)
            cache->collections[i].expired = next_tick(cache);
}
