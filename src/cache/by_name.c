/* SPDX-License-Identifier: MIT */
/*
 * Items by name, and by machine and name. Items with equal keys form a group: its first is in the
 * table, the others hang on that, so that thousands of one name cost nothing to add and to remove.
 */
#include "config.h"

#include "cache/collection.h"

#include "util/digest.h"

#include <string.h>

struct name_key {
    const char *name;
    size_t name_bytes;
    const char *machine_id; /* NULL: any */
};

static struct item *item_at(const struct collection *collection, uint32_t number)
{
    return collection->places[number].item;
}

static struct item *item_or_null(const struct collection *collection, uint32_t number)
{
    return number == TABLE_NONE ? NULL : item_at(collection, number);
}

static bool has_key(const void *owner, uint32_t number, const void *key)
{
    const struct name_key *wanted = key;
    const struct record *record = item_at(owner, number)->record;

    return record->name_bytes == wanted->name_bytes &&
           memcmp(record->name, wanted->name, wanted->name_bytes) == 0 &&
           (wanted->machine_id == NULL || strcmp(record->machine_id, wanted->machine_id) == 0);
}

static uint32_t hash_key(const struct name_key *key)
{
    uint64_t hash = digest_mix(digest_bytes(DIGEST_ROOT, key->name, key->name_bytes));

    if (key->machine_id != NULL)
        hash = digest_mix(digest_bytes(hash, key->machine_id, strlen(key->machine_id)));
    return (uint32_t)hash;
}

static struct name_key key_of(const struct item *item, enum name_index index)
{
    const struct record *record = item->record;

    return (struct name_key){record->name, record->name_bytes,
                             index == NAMES_ALL ? NULL : record->machine_id};
}

static struct item *find_first(const struct collection *collection, enum name_index index,
                               uint32_t hash, const struct name_key *key)
{
    return item_or_null(collection,
                        table_find(&collection->names[index], hash, has_key, collection, key));
}

/* Behind the first, so that it stays and nothing is walked. */
static void join_group(struct collection *collection, struct item *first, struct item *item,
                       enum name_index index)
{
    struct name_link *head = &first->names[index];
    struct item *second = item_or_null(collection, head->next);

    item->names[index] = (struct name_link){.next = head->next, .before = first->number};
    if (second != NULL)
        second->names[index].before = item->number;
    head->next = item->number;
    head->count++;
}

static bool add_to_index(struct collection *collection, struct item *item, enum name_index index)
{
    const struct name_key key = key_of(item, index);
    uint32_t hash = hash_key(&key);
    struct item *first = find_first(collection, index, hash, &key);

    if (first != NULL) {
        join_group(collection, first, item, index);
        return true;
    }
    item->names[index] = (struct name_link){.count = 1};
    if (table_add(&collection->names[index], hash, item->number))
        return true;
    item->names[index] = (struct name_link){.count = 0};
    return false;
}

/* The second of the group becomes its first, if there is one. */
static void remove_first(struct collection *collection, struct item *item, enum name_index index,
                         uint32_t hash)
{
    const struct name_link *link = &item->names[index];
    struct item *second = item_or_null(collection, link->next);

    if (second == NULL) {
        table_remove(&collection->names[index], hash, item->number);
        return;
    }
    second->names[index].before = TABLE_NONE;
    second->names[index].count = link->count - 1;
    table_replace(&collection->names[index], hash, item->number, second->number);
}

static void leave_group(struct collection *collection, struct item *item, enum name_index index,
                        struct item *first)
{
    const struct name_link *link = &item->names[index];
    struct item *next = item_or_null(collection, link->next);

    item_at(collection, link->before)->names[index].next = link->next;
    if (next != NULL)
        next->names[index].before = link->before;
    first->names[index].count--;
}

static bool is_in_index(const struct item *item, enum name_index index)
{
    return item->names[index].before != TABLE_NONE || item->names[index].count > 0;
}

static void remove_from_index(struct collection *collection, struct item *item,
                              enum name_index index)
{
    if (!is_in_index(item, index))
        return;
    const struct name_key key = key_of(item, index);
    uint32_t hash = hash_key(&key);

    if (item->names[index].before == TABLE_NONE)
        remove_first(collection, item, index, hash);
    else
        leave_group(collection, item, index, find_first(collection, index, hash, &key));
    item->names[index] = (struct name_link){.count = 0};
}

bool names_add(struct collection *collection, struct item *item)
{
    return add_to_index(collection, item, NAMES_ALL) &&
           (item->machine == NULL || add_to_index(collection, item, NAMES_OF_MACHINE));
}

void names_remove(struct collection *collection, struct item *item)
{
    remove_from_index(collection, item, NAMES_ALL);
    remove_from_index(collection, item, NAMES_OF_MACHINE);
}

struct name_group names_find(const struct collection *collection, const char *name,
                             size_t name_bytes, const char *machine_id)
{
    const struct name_key key = {name, name_bytes, machine_id};
    enum name_index index = machine_id == NULL ? NAMES_ALL : NAMES_OF_MACHINE;
    struct item *first = find_first(collection, index, hash_key(&key), &key);

    return (struct name_group){collection, index, first,
                               first == NULL ? 0 : first->names[index].count};
}

void names_next(struct name_group *group)
{
    group->item = item_or_null(group->collection, group->item->names[group->index].next);
}
