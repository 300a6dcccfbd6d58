/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "cache/collection.h"

static const struct item *beside(const struct item *item, bool backwards)
{
    return backwards ? TAILQ_PREV(item, item_list, link) : TAILQ_NEXT(item, link);
}

static bool add(struct record_list *out, struct record *record)
{
    if (record_list_add(out, record_ref(record)))
        return true;
    record_unref(record);
    return false;
}

bool cache_run(struct cache *cache, const struct kind *kind, const char *id, size_t count,
               bool backwards, struct record_list *out)
{
    pthread_mutex_lock(&cache->lock);
    struct collection *collection = collection_of(cache, kind);
    const struct item *item = collection_find(collection, id);

    while (out->count < count && item != NULL && add(out, item->record))
        item = beside(item, backwards);
    pthread_mutex_unlock(&cache->lock);
    if (out->count == count)
        return true;
    record_list_finish(out);
    return false;
}
