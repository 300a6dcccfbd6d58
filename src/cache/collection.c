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
    table_finish(&collection->by_id);
    for (size_t i = 0; i < NAME_INDEXES; i++)
        table_finish(&collection->names[i]);
    free(collection->places);
    HASH_ITER (hh, collection->tombstones, tombstone, next) {
        tombstone_remove(collection, tombstone);
    }
    history_clear(collection);
    noticed_clear(collection);
    gone_clear(collection);
}

/* --- by id -------------------------------------------------------------------------------------
 */

static uint32_t hash_id(const char *id)
{
    return table_hash(id, strlen(id));
}

static bool has_id(const void *owner, uint32_t number, const void *id)
{
    const struct collection *collection = owner;

    return strcmp(collection->places[number].item->record->id, id) == 0;
}

struct item *collection_find(struct collection *collection, const char *id)
{
    uint32_t number = table_find(&collection->by_id, hash_id(id), has_id, collection, id);

    return number == TABLE_NONE ? NULL : collection->places[number].item;
}

static bool grow_places(struct collection *collection)
{
    uint32_t size = collection->places_size == 0 ? 16 : collection->places_size * 2;
    union item_place *places = reallocarray(collection->places, size, sizeof *places);

    if (places == NULL)
        return false;
    collection->places = places;
    collection->places_size = size;
    if (collection->places_used == 0)
        collection->places_used = TABLE_NONE + 1;
    return true;
}

/* Gives the item a number; false: no memory. */
static bool take_place(struct collection *collection, struct item *item)
{
    uint32_t number = collection->first_free;

    if (number != TABLE_NONE)
        collection->first_free = collection->places[number].next_free;
    else if (collection->places_used < collection->places_size || grow_places(collection))
        number = collection->places_used++;
    else
        return false;
    item->number = number;
    collection->places[number].item = item;
    return true;
}

static void leave_place(struct collection *collection, const struct item *item)
{
    collection->places[item->number].next_free = collection->first_free;
    collection->first_free = item->number;
}

/* Gives the item a number, and makes it found by its id; false: no memory. */
static bool index_id(struct collection *collection, struct item *item)
{
    if (!take_place(collection, item))
        return false;
    if (table_add(&collection->by_id, hash_id(item->record->id), item->number))
        return true;
    leave_place(collection, item);
    return false;
}

static void unindex_id(struct collection *collection, const struct item *item)
{
    table_remove(&collection->by_id, hash_id(item->record->id), item->number);
    leave_place(collection, item);
}

/* --- how much there is -------------------------------------------------------------------------
 */

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
    return collection->by_id.count <= CACHE_SMALL_COUNT;
}

/* --- when names changed ----------------------------------------------------------------------- */

/* Now, and always later than before; what is first seen of a kind is no change. */
static void note_change(const struct collection *collection, int64_t *changed_ms)
{
    if (!collection->known)
        return;
    int64_t now_ms = clock_wall_ms(collection->cache->config.clock);
    *changed_ms = now_ms > *changed_ms ? now_ms : *changed_ms + 1;
}

/* A single namesake is shown otherwise from now on, in whatever machine it is. */
static void note_namesake(struct collection *collection, const struct item *item)
{
    if (!collection->known)
        return;
    struct name_group group =
        names_find(collection, item->record->name, item->record->name_bytes, NULL);

    for (; group.count == 2 && group.item != NULL; names_next(&group))
        if (group.item != item && group.item->machine != NULL)
            note_change(collection, &group.item->machine->names_ms);
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

const struct item_alone *item_alone(const struct item *item)
{
    static const struct item_alone nothing;

    return item->alone == NULL ? &nothing : item->alone;
}

struct item_alone *item_make_alone(struct item *item)
{
    if (item->alone == NULL)
        item->alone = calloc(1, sizeof *item->alone);
    return item->alone;
}

void item_trim_alone(struct item *item)
{
    static const struct item_alone nothing;

    if (item->alone == NULL || memcmp(item->alone, &nothing, sizeof nothing) != 0)
        return;
    free(item->alone);
    item->alone = NULL;
}

void collection_expire_item(struct collection *collection, struct item *item)
{
    struct item_alone *alone = item_make_alone(item);
    tick_t *expired = alone == NULL ? &collection->expired : &alone->expired;

    *expired = next_tick(collection->cache);
}

static void free_item(struct item *item)
{
    free(item->alone);
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
    if (!index_id(collection, item)) {
        free_item(item);
        return NULL;
    }
    if (index_names(collection, item)) {
        note_names(collection, item);
        collection->bytes += record->json_bytes;
        return item;
    }
    unindex_id(collection, item);
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
    unindex_id(collection, item);
    free_item(item);
}

/* The indexes' keys live in the record: they are the same in the new one. */
static void swap_record(struct collection *collection, struct item *item, struct record *record)
{
    collection->bytes += record->json_bytes;
    collection->bytes -= item->record->json_bytes;
    record_unref(item->record);
    item->record = record;
    changed_note(collection, record->id);
    item->form = NAME_UNJUDGED;
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
