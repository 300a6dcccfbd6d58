/* SPDX-License-Identifier: MIT */
/* What is answered at once from what is known. */
#include "config.h"

#include "cache/state.h"

#include "cache/collection.h"

#include <stdlib.h>
#include <string.h>

#define JUDGED_BITS ((1u << 26) - 1) /* of a generation, in an item */
#define AGED_MS     1000 /* with a shorter TTL, too, nothing is asked for at each look at a date */

static bool copy_records(struct collection *collection, struct record_list *out)
{
    struct item *item;

    TAILQ_FOREACH (item, &collection->order, link) {
        if (!record_list_add(out, record_ref(item->record))) {
            record_unref(item->record);
            return false;
        }
    }
    return true;
}

bool cache_records(struct cache *cache, const struct kind *kind, struct record_list *out)
{
    *out = RECORD_LIST_EMPTY;
    pthread_mutex_lock(&cache->lock);
    bool complete = copy_records(collection_of(cache, kind), out);

    pthread_mutex_unlock(&cache->lock);
    if (!complete)
        record_list_finish(out);
    return complete;
}

uint64_t cache_names_generation(struct cache *cache, const struct kind *kind)
{
    pthread_mutex_lock(&cache->lock);
    uint64_t generation = collection_of(cache, kind)->names_changed;

    pthread_mutex_unlock(&cache->lock);
    return generation;
}

/* The item that has this very record; NULL: it is not what is known (any more). */
static struct item *item_of(struct cache *cache, const struct record *record)
{
    struct item *item = collection_find(collection_of(cache, record->kind), record->id);

    return item != NULL && item->record == record ? item : NULL;
}

enum name_form cache_name_form(struct cache *cache, const struct record *record)
{
    enum name_form form = NAME_UNJUDGED;

    pthread_mutex_lock(&cache->lock);
    const struct item *item = item_of(cache, record);
    uint64_t generation = collection_of(cache, record->kind)->names_changed;
    if (item != NULL && item->judged == (generation & JUDGED_BITS))
        form = (enum name_form)item->form;
    pthread_mutex_unlock(&cache->lock);
    return form;
}

void cache_keep_name_form(struct cache *cache, const struct record *record, uint64_t generation,
                          enum name_form form)
{
    pthread_mutex_lock(&cache->lock);
    struct item *item = item_of(cache, record);
    if (item != NULL && collection_of(cache, record->kind)->names_changed == generation) {
        item->form = form;
        item->judged = generation & JUDGED_BITS;
    }
    pthread_mutex_unlock(&cache->lock);
}

bool cache_is_aged(struct cache *cache, const struct kind *kind)
{
    pthread_mutex_lock(&cache->lock);
    const struct collection *collection = collection_of(cache, kind);
    int64_t age_ms = now_ms(collection) - collection->listed_ms;
    bool aged = collection->known && age_ms >= cache->config.ttl_ms && age_ms >= AGED_MS;

    pthread_mutex_unlock(&cache->lock);
    return aged;
}

static int64_t names_ms_locked(const struct collection *collection, const char *machine_id)
{
    const struct machine *machine = NULL;

    if (machine_id == NULL)
        return collection->names_ms;
    if (machine_id[0] == '\0')
        return collection->machines_ms;
    HASH_FIND_STR(collection->machines, machine_id, machine);
    return machine == NULL ? 0 : machine->names_ms;
}

int64_t cache_names_ms(struct cache *cache, const struct kind *kind, const char *machine_id)
{
    pthread_mutex_lock(&cache->lock);
    int64_t ms = names_ms_locked(collection_of(cache, kind), machine_id);

    pthread_mutex_unlock(&cache->lock);
    return ms > 0 ? ms : -1;
}

size_t cache_count(struct cache *cache, const struct kind *kind)
{
    pthread_mutex_lock(&cache->lock);
    size_t count = collection_of(cache, kind)->by_id.count;

    pthread_mutex_unlock(&cache->lock);
    return count;
}

struct record *cache_by_id(struct cache *cache, const struct kind *kind, const char *id)
{
    pthread_mutex_lock(&cache->lock);
    struct item *item = collection_find(collection_of(cache, kind), id == NULL ? "" : id);
    struct record *record = item == NULL ? NULL : record_ref(item->record);

    pthread_mutex_unlock(&cache->lock);
    return record;
}

size_t cache_by_name(struct cache *cache, const struct kind *kind, const char *name,
                     size_t name_bytes, const char *machine_id, struct record **out, size_t max)
{
    pthread_mutex_lock(&cache->lock);
    struct name_group group = names_find(collection_of(cache, kind), name, name_bytes, machine_id);

    for (size_t i = 0; i < max && group.item != NULL; names_next(&group))
        out[i++] = record_ref(group.item->record);
    pthread_mutex_unlock(&cache->lock);
    return group.count;
}

/* --- machines --------------------------------------------------------------------------------- */

/* Those of the items, each once, in the items' order; how many came into `ids`. */
static size_t copy_machines(struct collection *collection, char **ids)
{
    tick_t mark = next_tick(collection->cache);
    struct item *item;
    size_t count = 0;

    TAILQ_FOREACH (item, &collection->order, link) {
        if (item->machine == NULL || item->machine->seen == mark)
            continue;
        item->machine->seen = mark;
        ids[count] = strdup(item->machine->id);
        if (ids[count] == NULL)
            break;
        count++;
    }
    return count;
}

bool cache_machines(struct cache *cache, const struct kind *kind, char ***out, size_t *count)
{
    struct collection *collection = collection_of(cache, kind);

    pthread_mutex_lock(&cache->lock);
    size_t all = HASH_COUNT(collection->machines);

    *count = 0;
    *out = calloc(all + 1, sizeof(**out));
    if (*out != NULL)
        *count = copy_machines(collection, *out);
    pthread_mutex_unlock(&cache->lock);
    if (*out != NULL && *count == all)
        return true;
    for (size_t i = 0; i < *count; i++)
        free((*out)[i]);
    free(*out);
    *out = NULL;
    *count = 0;
    return false;
}

bool cache_has_machine(struct cache *cache, const struct kind *kind, const char *machine_id)
{
    struct machine *machine = NULL;

    pthread_mutex_lock(&cache->lock);
    HASH_FIND_STR(collection_of(cache, kind)->machines, machine_id, machine);
    bool found = machine != NULL;

    pthread_mutex_unlock(&cache->lock);
    return found;
}

bool cache_is_gone(struct cache *cache, const struct kind *kind, const char *id)
{
    struct collection *collection = collection_of(cache, kind);

    pthread_mutex_lock(&cache->lock);
    bool gone = collection_find(collection, id) == NULL && gone_has(collection, id);
    pthread_mutex_unlock(&cache->lock);
    return gone;
}
