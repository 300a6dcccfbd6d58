/* SPDX-License-Identifier: MIT */
/* What became of the changes of this mount, as far as it is remembered. */
#include "config.h"

#include "cache/memories.h"

#include "cache/collection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_SIZE 160

static void print_key(char key[KEY_SIZE], const struct collection *collection,
                      enum change_verb verb, const char *id)
{
    snprintf(key, KEY_SIZE, "%u/%zu/%s", (unsigned)verb, kind_index(collection->kind), id);
}

struct remembered *memory_find(struct collection *collection, enum change_verb verb, const char *id)
{
    struct remembered *memory = NULL;
    char key[KEY_SIZE];

    print_key(key, collection, verb, id);
    HASH_FIND_STR(collection->cache->memories, key, memory);
    return memory;
}

struct remembered *memory_find_or_add(struct collection *collection, enum change_verb verb,
                                      const char *id)
{
    struct remembered *memory = memory_find(collection, verb, id);

    if (memory != NULL)
        return memory;
    memory = calloc(1, sizeof(*memory) + KEY_SIZE);
    if (memory == NULL)
        return NULL;
    print_key(memory->key, collection, verb, id);
    memory->id = strrchr(memory->key, '/') + 1;
    memory->collection = collection;
    memory->verb = verb;
    HASH_ADD_STR(collection->cache->memories, key, memory);
    changed_note(collection, id);
    if (memory->hh.tbl != NULL)
        return memory;
    free(memory);
    return NULL;
}

void memory_forget(struct cache *cache, struct remembered *memory)
{
    changed_note(memory->collection, memory->id);
    HASH_DEL(cache->memories, memory);
    free(memory->event);
    free(memory);
}

void memories_clear(struct cache *cache)
{
    struct remembered *memory = NULL;
    struct remembered *next = NULL;

    HASH_ITER (hh, cache->memories, memory, next) {
        memory_forget(cache, memory);
    }
}

bool memory_is_unfinished(const struct remembered *memory)
{
    return memory->known && memory->event != NULL && memory->outcome == EVENT_UNFINISHED;
}

int64_t memory_age_ms(const struct remembered *memory)
{
    return now_ms(memory->collection) - memory->sent_ms;
}

/* A creation without an event that should have one. */
bool memory_lacks_event(const struct remembered *memory)
{
    return memory->known && memory->event == NULL && !memory->answered_whole &&
           !memory->outcome_unknown;
}

/* Whether the server has events of such changes. */
bool memory_has_events(const struct collection *collection)
{
    const struct cache *cache = collection->cache;

    return dialect_rows[cache_dialect(cache)].events_path != NULL &&
           cache_shape(cache, collection->kind)->create_answers_event;
}

bool memory_is_sought(const struct remembered *memory)
{
    return memory->in_flight == 0 && (memory_lacks_event(memory) || memory->outcome_unknown) &&
           memory->machine_id[0] != '\0' && memory_has_events(memory->collection) &&
           memory_age_ms(memory) < CACHE_EVENT_SOUGHT_MS;
}

bool memory_is_pending(const struct remembered *memory)
{
    return memory->in_flight > 0 || ((memory->outcome_unknown || memory_is_unfinished(memory)) &&
                                     memory_age_ms(memory) < CACHE_RESTORE_BLOCKS_MS);
}

bool memory_is_restore_of(const struct remembered *memory, const char *machine_id, const char *id)
{
    if (memory->verb != CHANGE_RESTORE)
        return false;
    return machine_id[0] == '\0' ? strcmp(memory->id, id) == 0
                                 : strcmp(memory->machine_id, machine_id) == 0;
}

bool cache_remembers(struct cache *cache, const struct kind *kind, const char *id)
{
    struct collection *collection = collection_of(cache, kind);
    bool found = false;

    pthread_mutex_lock(&cache->lock);
    for (unsigned verb = 0; !found && cache->memories != NULL && verb < CHANGE_VERBS; verb++)
        found = memory_find(collection, (enum change_verb)verb, id) != NULL;
    pthread_mutex_unlock(&cache->lock);
    return found;
}
