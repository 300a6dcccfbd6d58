/* SPDX-License-Identifier: MIT */
/* What is told of changes of this mount and of their events, brought up to date. */
#include "config.h"

#include "cache/fetch.h"
#include "cache/own_events.h"

#include <stdio.h>

#define ASK_AGAIN_MS 1000

/* Of a deletion that was not heard of for long, the listing has told. */
static bool is_over(const struct remembered *memory)
{
    return memory->verb == CHANGE_DELETE && memory->outcome_unknown &&
           memory_age_ms(memory) >= CACHE_EVENT_SOUGHT_MS;
}

static void describe(const struct remembered *memory, struct cache_event *out)
{
    out->known = (memory->known || memory->in_flight > 0) && !is_over(memory);
    out->sent_ms = memory->sent_ms;
    if (memory->in_flight > 0)
        return;
    out->outcome_unknown =
        memory->outcome_unknown ||
        (memory_lacks_event(memory) && memory_age_ms(memory) >= CACHE_EVENT_SOUGHT_MS);
    out->answered_whole = memory->answered_whole;
    out->outcome = memory->outcome;
    if (memory->event != NULL)
        out->event = *memory->event;
}

void cache_event(struct cache *cache, const struct kind *kind, const char *id,
                 enum change_verb verb, struct cancel *cancel, struct cache_event *out)
{
    struct collection *collection = collection_of(cache, kind);

    *out = (struct cache_event){.known = false};
    pthread_mutex_lock(&cache->lock);
    events_refresh_locked(collection, verb, id, cancel);
    const struct remembered *memory = memory_find(collection, verb, id);

    if (memory != NULL)
        describe(memory, out);
    out->asking = fetch_find_locked(collection, FETCH_EVENT, id, verb) != NULL;
    pthread_mutex_unlock(&cache->lock);
}

/* A restore on that machine whose event was last asked for before `since_ms`; or NULL. */
static struct remembered *find_due(struct cache *cache, const char *machine_id, int64_t since_ms)
{
    struct remembered *memory = NULL;
    struct remembered *next = NULL;

    HASH_ITER (hh, cache->memories, memory, next) {
        if (memory_is_restore_of(memory, machine_id, "") &&
            (memory_is_unfinished(memory) || memory_is_sought(memory)) &&
            memory->asked_ms + ASK_AGAIN_MS <= since_ms)
            return memory;
    }
    return NULL;
}

bool cache_restore_pending(struct cache *cache, const char *machine_id, struct cancel *cancel)
{
    int64_t since_ms = clock_now_ms(cache->config.clock);
    struct remembered *memory = NULL;

    if (machine_id[0] == '\0')
        return false;
    pthread_mutex_lock(&cache->lock);
    while (cancel != NULL && (memory = find_due(cache, machine_id, since_ms)) != NULL) {
        char id[sizeof(memory->machine_id)];

        snprintf(id, sizeof(id), "%s", memory->id);
        events_refresh_locked(memory->collection, CHANGE_RESTORE, id, cancel);
    }
    bool pending = events_block_restore(cache, machine_id, "");

    pthread_mutex_unlock(&cache->lock);
    return pending;
}
