/* SPDX-License-Identifier: MIT */
/* The ids of resources that were known once, so that they go on meaning those and no others. */
#include "config.h"

#include "cache/collection.h"

#include <stdlib.h>
#include <string.h>

void gone_note(struct collection *collection, const char *id)
{
    char **place = &collection->gone[collection->gone_next];

    free(*place);
    *place = strdup(id);
    collection->gone_next = (collection->gone_next + 1) % CACHE_GONE_REMEMBERED;
}

void gone_clear(struct collection *collection)
{
    for (size_t i = 0; i < CACHE_GONE_REMEMBERED; i++)
        free(collection->gone[i]);
}

static bool was_known(struct collection *collection, const char *id)
{
    for (size_t i = 0; i < CACHE_GONE_REMEMBERED; i++)
        if (collection->gone[i] != NULL && strcmp(collection->gone[i], id) == 0)
            return true;
    return false;
}

bool cache_is_gone(struct cache *cache, const struct kind *kind, const char *id)
{
    struct collection *collection = collection_of(cache, kind);

    pthread_mutex_lock(&cache->lock);
    bool gone = collection_find(collection, id) == NULL && was_known(collection, id);
    pthread_mutex_unlock(&cache->lock);
    return gone;
}
