/* SPDX-License-Identifier: MIT */
/*
 * What has changed of what is known, for who has told others of it and must take that back: noted
 * under cache->lock, told without it, before anybody wakes who waits for what brought it about.
 */
#include "config.h"

#include "cache/collection.h"

#include "util/digest.h"

void changed_note(struct collection *collection, const char *id)
{
    notices_add(&collection->cache->changed, digest_key((uintptr_t)collection->kind, id));
}

void changed_note_expired(struct cache *cache)
{
    notices_add_nameless(&cache->changed);
}

void cache_tell_changed(struct cache *cache)
{
    notices_tell(&cache->changed, cache->config.on_changed, cache->config.ctx);
}
