/* SPDX-License-Identifier: MIT */
/*
 * Items by name, and by machine and name. Keys are not stored: an element's key is its item's
 * record, which is why comparing takes a function.
 */
#include "config.h"

#define HASH_KEYCMP(element, key, size) names_differ((element), (key), (size))
#include "cache/collection.h"

#include <string.h>

struct name_key {
    const char *name;
    size_t name_bytes;
    const char *machine_id; /* NULL: any */
};

/* 0 when the group that `element` heads has the key. */
static int names_differ(const void *element, const void *key, size_t name_bytes)
{
    const struct name_slot *slot = element;
    const struct name_key *wanted = key;
    const struct record *record = slot->item->record;

    if (memcmp(record->name, wanted->name, name_bytes) != 0)
        return 1;
    return wanted->machine_id != NULL && strcmp(record->machine_id, wanted->machine_id) != 0;
}

static unsigned hash_key(const struct name_key *key)
{
    unsigned name_hash = 0;
    unsigned machine_hash = 0;

    HASH_VALUE(key->name, key->name_bytes, name_hash);
    if (key->machine_id != NULL)
        HASH_VALUE(key->machine_id, strlen(key->machine_id), machine_hash);
    return name_hash ^ (machine_hash * 31);
}

static struct name_slot *find_group(struct name_slot *table, const struct name_key *key)
{
    struct name_slot *head = NULL;

    HASH_FIND_BYHASHVALUE(hh, table, key, key->name_bytes, hash_key(key), head);
    return head;
}

static struct name_key key_of(const struct item *item, enum name_index index)
{
    const struct record *record = item->record;

    return (struct name_key){record->name, record->name_bytes,
                             index == NAMES_ALL ? NULL : record->machine_id};
}

/* Makes `slot` the head of a group of `count`; false: no memory. */
static bool add_head(struct name_slot **table, const struct name_key *key, struct name_slot *slot,
                     size_t count)
{
    slot->count = count;
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, *table, slot, key->name_bytes, hash_key(key), slot);
    return slot->hh.tbl != NULL;
}

/* Behind the head, so that the head stays and nothing is walked. */
static void join_group(struct name_slot *head, struct name_slot *slot)
{
    slot->prev = head;
    slot->next = head->next;
    if (head->next != NULL)
        head->next->prev = slot;
    head->next = slot;
    head->count++;
}

static bool add_to_index(struct collection *collection, struct item *item, enum name_index index)
{
    const struct name_key key = key_of(item, index);
    struct name_slot *slot = &item->names[index];
    struct name_slot *head = find_group(collection->names[index], &key);

    *slot = (struct name_slot){.item = item};
    if (head == NULL)
        return add_head(&collection->names[index], &key, slot, 1);
    join_group(head, slot);
    return true;
}

static void leave_group(struct name_slot *head, struct name_slot *slot)
{
    slot->prev->next = slot->next;
    if (slot->next != NULL)
        slot->next->prev = slot->prev;
    if (head != NULL)
        head->count--;
}

/* The second of the group becomes its head. */
static void replace_head(struct name_slot **table, const struct name_key *key,
                         struct name_slot *slot)
{
    if (slot->next != NULL) {
        slot->next->prev = NULL;
        add_head(table, key, slot->next, slot->count - 1);
    }
    if (slot->hh.tbl != NULL)
        HASH_DEL(*table, slot);
}

static void remove_from_index(struct collection *collection, struct item *item,
                              enum name_index index)
{
    const struct name_key key = key_of(item, index);
    struct name_slot **table = &collection->names[index];
    struct name_slot *slot = &item->names[index];

    if (slot->prev != NULL)
        leave_group(find_group(*table, &key), slot);
    else
        replace_head(table, &key, slot);
    *slot = (struct name_slot){.item = NULL};
}

bool names_add(struct collection *collection, struct item *item)
{
    return add_to_index(collection, item, NAMES_ALL) &&
           (item->machine == NULL || add_to_index(collection, item, NAMES_OF_MACHINE));
}

void names_remove(struct collection *collection, struct item *item)
{
    remove_from_index(collection, item, NAMES_ALL);
    if (item->machine != NULL)
        remove_from_index(collection, item, NAMES_OF_MACHINE);
}

struct name_slot *names_find(struct collection *collection, const char *name, size_t name_bytes,
                             const char *machine_id)
{
    const struct name_key key = {name, name_bytes, machine_id};

    return find_group(collection->names[machine_id == NULL ? NAMES_ALL : NAMES_OF_MACHINE], &key);
}
