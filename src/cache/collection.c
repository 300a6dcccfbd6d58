/* SPDX-License-Identifier: MIT */
/* A kind's items and their indexes: by id, by name, by machine. */
#include "config.h"

#include "cache/collection.h"

#include <stdlib.h>
#include <string.h>

void collection_init(struct collection *collection, struct cache *cache, const struct kind *kind)
{
    *collection = (struct collection){.cache = cache, .kind = kind};
    TAILQ_INIT(&collection->order);
    STAILQ_INIT(&collection->revived);
    STAILQ_INIT(&collection->noticed);
    TAILQ_INIT(&collection->flights);
}

void collection_finish(struct collection *collection)
{
    struct tombstone *tombstone = NULL;
    struct tombstone *next = NULL;

    while (!TAILQ_EMPTY(&collection->order))
        collection_remove(collection, TAILQ_FIRST(&collection->order));
    HASH_ITER (hh, collection->tombstones, tombstone, next) {
        tombstone_remove(collection, tombstone);
    }
    history_clear(collection);
    noticed_clear(collection);
    gone_clear(collection);
}

struct item *collection_find(struct collection *collection, const char *id)
{
    struct item *item = NULL;

    HASH_FIND_STR(collection->by_id, id, item);
    return item;
}

size_t collection_max_bytes(const struct collection *collection)
{
    size_t configured = collection->cache->config.kind_max_bytes;

    return configured > 0 ? configured : CACHE_KIND_MAX_BYTES;
}

bool collection_has_room(struct collection *collection, const struct record *record)
{
    const struct item *item = collection_find(collection, record->id);
    size_t others_bytes = collection->bytes - (item == NULL ? 0 : item->record->json_bytes);

    return others_bytes + record->json_bytes <= collection_max_bytes(collection);
}

bool collection_is_small(const struct collection *collection)
{
    return HASH_COUNT(collection->by_id) <= CACHE_SMALL_COUNT;
}

/* --- when names changed ----------------------------------------------------------------------- */

/* Now, and always later than before; what is first seen of a kind is no change. */
static void note_change(const struct collection *collection, int64_t *changed_ms)
{
    int64_t now_ms = clock_wall_ms(collection->cache->config.clock);

    if (collection->known)
        *changed_ms = now_ms > *changed_ms ? now_ms : *changed_ms + 1;
}

/* A single namesake is shown otherwise from now on, in whatever machine it is. */
static void note_namesake(struct collection *collection, const struct item *item)
{
    const struct name_slot *slot =
        names_find(collection, item->record->name, item->record->name_bytes, NULL);

    if (slot == NULL || slot->count != 2)
        return;
    for (; slot != NULL; slot = slot->next)
        if (slot->item != item && slot->item->machine != NULL)
            note_change(collection, &slot->item->machine->names_ms);
}

/* The item's name, as it is in the indexes, has come or is about to go. */
static void note_names(struct collection *collection, const struct item *item)
{
    collection->names_changed++;
    changed_note(collection, item->record->id);
    note_change(collection, &collection->names_ms);
    if (item->machine != NULL)
        note_change(collection, &item->machine->names_ms);
    note_namesake(collection, item);
}

/* --- machines --------------------------------------------------------------------------------- */

static struct machine *new_machine(struct collection *collection, const char *id)
{
    struct machine *machine = calloc(1, sizeof(*machine) + strlen(id) + 1);

    if (machine == NULL)
        return NULL;
    memcpy(machine->id, id, strlen(id) + 1);
    HASH_ADD_STR(collection->machines, id, machine);
    if (machine->hh.tbl != NULL)
        return machine;
    free(machine);
    return NULL;
}

/* Counts the item at its machine; false: no memory. */
static bool join_machine(struct collection *collection, struct item *item)
{
    const char *id = item->record->machine_id;
    struct machine *machine = NULL;

    if (id[0] == '\0')
        return true;
    HASH_FIND_STR(collection->machines, id, machine);
    if (machine == NULL)
        machine = new_machine(collection, id);
    if (machine == NULL)
        return false;
    if (machine->items++ == 0)
        note_change(collection, &collection->machines_ms);
    item->machine = machine;
    return true;
}

static void leave_machine(struct collection *collection, struct item *item)
{
    struct machine *machine = item->machine;

    item->machine = NULL;
    if (machine == NULL || --machine->items > 0)
        return;
    note_change(collection, &collection->machines_ms);
    HASH_DEL(collection->machines, machine);
    free(machine);
}

/* --- items ------------------------------------------------------------------------------------ */

static bool index_names(struct collection *collection, struct item *item)
{
    if (!join_machine(collection, item))
        return false;
    if (names_add(collection, item))
        return true;
    names_remove(collection, item);
    leave_machine(collection, item);
    return false;
}

static void free_item(struct item *item)
{
    shown_clear(&item->shown);
    record_unref(item->record);
    free(item);
}

struct item *collection_add(struct collection *collection, struct record *record)
{
    struct item *item = calloc(1, sizeof(*item));

    if (item == NULL)
        return NULL;
    item->record = record_ref(record);
    if (record->version == 0) { /* nobody else has it yet */
        record->version = next_tick(collection->cache);
    } else { /* it is shown again */
        item->served = true;
        shown_add(&item->shown, 0);
    }
    HASH_ADD_KEYPTR(hh, collection->by_id, record->id, strlen(record->id), item);
    if (item->hh.tbl == NULL) {
        free_item(item);
        return NULL;
    }
    if (index_names(collection, item)) {
        note_names(collection, item);
        collection->bytes += record->json_bytes;
        return item;
    }
    HASH_DEL(collection->by_id, item);
    free_item(item);
    return NULL;
}

void collection_remove(struct collection *collection, struct item *item)
{
    gone_note(collection, item->record->id);
    note_names(collection, item);
    collection->bytes -= item->record->json_bytes;
    TAILQ_REMOVE(&collection->order, item, link);
    names_remove(collection, item);
    leave_machine(collection, item);
    HASH_DEL(collection->by_id, item);
    free_item(item);
}

/* The indexes' keys live in the record: they move to the new one, where they are the same. */
static void swap_record(struct collection *collection, struct item *item, struct record *record)
{
    collection->bytes += record->json_bytes;
    collection->bytes -= item->record->json_bytes;
    record_unref(item->record);
    item->record = record;
    changed_note(collection, record->id);
    item->form = NAME_UNJUDGED;
    item->hh.key = record->id;
}

bool collection_replace(struct collection *collection, struct item *item, struct record *record)
{
    record_ref(record);
    if (record_same_names(item->record, record)) {
        swap_record(collection, item, record);
        return true;
    }
    note_names(collection, item);
    names_remove(collection, item);
    leave_machine(collection, item);
    swap_record(collection, item, record);
    if (index_names(collection, item)) {
        note_names(collection, item);
        return true;
    }
    collection_remove(collection, item);
    return false;
}
