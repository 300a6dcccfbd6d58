/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/store.h"

#include "emulator/emu_json.h"

#include <stdlib.h>
#include <string.h>

/*
 * The date order is kept at every change, since each page needs it and new
 * resources mostly belong at its end. The name order is sorted when somebody
 * asks for it after a change.
 */

static int compare_arrival(const struct emu_item *a, const struct emu_item *b)
{
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static int compare_date(const struct emu_item *a, const struct emu_item *b)
{
    if (a->created != b->created)
        return a->created < b->created ? -1 : 1;
    return compare_arrival(a, b);
}

static int compare_name(const struct emu_item *a, const struct emu_item *b)
{
    int names = strcmp(a->name, b->name);

    return names ? names : compare_arrival(a, b);
}

static int (*const comparisons[EMU_ORDERS])(const struct emu_item *, const struct emu_item *) = {
    [EMU_BY_DATE] = compare_date,
    [EMU_BY_NAME] = compare_name,
};

static int compare_name_slots(const void *a, const void *b)
{
    return compare_name(*(struct emu_item *const *)a, *(struct emu_item *const *)b);
}

static uint64_t hash(const char *id)
{
    uint64_t value = 14695981039346656037u;

    for (; *id; id++)
        value = (value ^ (unsigned char)*id) * 1099511628211u;
    return value ^ value >> 32;
}

/* The slot that holds the id, or the empty one where it belongs. */
static struct emu_item **find_slot(struct emu_item **slots, size_t slot_count, const char *id)
{
    size_t at = (size_t)hash(id) & (slot_count - 1);

    while (slots[at] != NULL && strcmp(slots[at]->id, id) != 0)
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static bool grow_slots(struct emu_collection *collection)
{
    size_t count = collection->slot_count ? collection->slot_count * 2 : 64;
    struct emu_item **slots;

    if (collection->used * 2 < collection->slot_count)
        return true;
    slots = calloc(count, sizeof(struct emu_item *));
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < collection->slot_count; i++)
        if (collection->slots[i] != NULL)
            *find_slot(slots, count, collection->slots[i]->id) = collection->slots[i];
    free(collection->slots);
    collection->slots = slots;
    collection->slot_count = count;
    return true;
}

static bool grow_index(struct emu_index *index)
{
    size_t room = index->room ? index->room * 2 : 64;
    struct emu_item **items;

    if (index->count < index->room)
        return true;
    items = realloc(index->items, room * sizeof(struct emu_item *));
    if (items == NULL)
        return false;
    index->items = items;
    index->room = room;
    return true;
}

static void index_insert(struct emu_index *index, struct emu_item *item, size_t at)
{
    memmove(index->items + at + 1, index->items + at,
            (index->count - at) * sizeof(struct emu_item *));
    index->items[at] = item;
    index->count++;
}

static void index_remove(struct emu_index *index, size_t at)
{
    index->count--;
    memmove(index->items + at, index->items + at + 1,
            (index->count - at) * sizeof(struct emu_item *));
}

static void item_free(struct emu_item *item)
{
    if (item == NULL)
        return;
    json_object_put(item->doc);
    free(item->name);
    free(item->id);
    free(item);
}

static char *copy_name(struct json_object *doc)
{
    const char *name = json_string_member(doc, "name");

    return strdup(name != NULL ? name : "");
}

static struct emu_item *item_new(struct json_object *doc, int64_t created)
{
    struct emu_item *item = calloc(1, sizeof *item);
    const char *id = json_string_member(doc, "id");

    if (item == NULL) {
        json_object_put(doc);
        return NULL;
    }
    item->doc = doc;
    item->created = created;
    item->id = id != NULL ? strdup(id) : NULL;
    item->name = copy_name(doc);
    if (item->id != NULL && item->name != NULL)
        return item;
    item_free(item);
    return NULL;
}

void emu_collection_finish(struct emu_collection *collection)
{
    for (size_t i = 0; i < collection->slot_count; i++)
        item_free(collection->slots[i]);
    for (int order = 0; order < EMU_ORDERS; order++)
        free(collection->order[order].items);
    free(collection->slots);
    *collection = (struct emu_collection){0};
}

struct emu_item *emu_collection_find(const struct emu_collection *collection, const char *id)
{
    if (!collection->slot_count)
        return NULL;
    return *find_slot(collection->slots, collection->slot_count, id);
}

struct emu_item *emu_collection_get(const struct emu_collection *collection, const char *id)
{
    struct emu_item *item = emu_collection_find(collection, id);

    return item != NULL && item->doc != NULL ? item : NULL;
}

static bool collection_ready(struct emu_collection *collection)
{
    return grow_slots(collection) && grow_index(&collection->order[EMU_BY_DATE]) &&
           grow_index(&collection->order[EMU_BY_NAME]);
}

static void collection_insert(struct emu_collection *collection, struct emu_item *item)
{
    struct emu_index *dates = &collection->order[EMU_BY_DATE];
    struct emu_index *names = &collection->order[EMU_BY_NAME];

    item->sequence = collection->sequence++;
    *find_slot(collection->slots, collection->slot_count, item->id) = item;
    collection->used++;
    index_insert(dates, item, emu_index_rank(dates, item, EMU_BY_DATE));
    dates->sorted = true;
    index_insert(names, item, names->count);
    names->sorted = false;
}

struct emu_item *emu_collection_add(struct emu_collection *collection, struct json_object *doc,
                                    int64_t created)
{
    struct emu_item *item = item_new(doc, created);

    if (item == NULL || !collection_ready(collection) ||
        emu_collection_find(collection, item->id) != NULL) {
        item_free(item);
        return NULL;
    }
    collection_insert(collection, item);
    return item;
}

void emu_collection_renamed(struct emu_collection *collection, struct emu_item *item)
{
    char *name = copy_name(item->doc);

    if (name == NULL)
        return;
    free(item->name);
    item->name = name;
    collection->order[EMU_BY_NAME].sorted = false;
}

void emu_collection_remove(struct emu_collection *collection, struct emu_item *item)
{
    for (int order = 0; order < EMU_ORDERS; order++) {
        emu_collection_order(collection, (enum emu_order)order);
        index_remove(&collection->order[order],
                     emu_index_rank(&collection->order[order], item, (enum emu_order)order));
    }
    json_object_put(item->doc);
    item->doc = NULL;
}

const struct emu_index *emu_collection_order(struct emu_collection *collection,
                                             enum emu_order order)
{
    struct emu_index *index = &collection->order[order];

    if (order == EMU_BY_NAME && !index->sorted && index->count)
        qsort(index->items, index->count, sizeof(struct emu_item *), compare_name_slots);
    index->sorted = true;
    return index;
}

size_t emu_index_rank(const struct emu_index *index, const struct emu_item *item,
                      enum emu_order order)
{
    size_t low = 0, high = index->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (comparisons[order](index->items[middle], item) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
