/* SPDX-License-Identifier: MIT */
/* Open addressing: an element is in the first free slot from the one that its hash leads to. */
#include "config.h"

#include "util/table.h"

#include "util/digest.h"

#include <stdlib.h>

#define FEWEST_SLOTS 16

struct table_slot {
    uint32_t hash;
    uint32_t number; /* TABLE_NONE: the slot is free */
};

uint32_t table_hash(const void *data, size_t size)
{
    return (uint32_t)digest_mix(digest_bytes(DIGEST_ROOT, data, size));
}

/* Where a hash leads to in so many slots, a power of two. */
static size_t home(uint32_t hash, size_t capacity)
{
    return hash & (capacity - 1);
}

static size_t after(size_t at, size_t capacity)
{
    return (at + 1) & (capacity - 1);
}

static void put(struct table_slot *slots, size_t capacity, struct table_slot slot)
{
    size_t at = home(slot.hash, capacity);

    while (slots[at].number != TABLE_NONE)
        at = after(at, capacity);
    slots[at] = slot;
}

static bool resize(struct table *table, size_t capacity)
{
    struct table_slot *slots = calloc(capacity, sizeof *slots);

    if (slots == NULL)
        return false;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->slots[i].number != TABLE_NONE)
            put(slots, capacity, table->slots[i]);
    free(table->slots);
    table->slots = slots;
    table->capacity = capacity;
    return true;
}

static bool has_room(const struct table *table)
{
    return (table->count + 1) * 5 <= table->capacity * 4;
}

uint32_t table_find(const struct table *table, uint32_t hash, table_is *is, const void *owner,
                    const void *key)
{
    if (table->count == 0)
        return TABLE_NONE;
    for (size_t at = home(hash, table->capacity);; at = after(at, table->capacity)) {
        const struct table_slot *slot = &table->slots[at];

        if (slot->number == TABLE_NONE || (slot->hash == hash && is(owner, slot->number, key)))
            return slot->number;
    }
}

bool table_add(struct table *table, uint32_t hash, uint32_t number)
{
    if (!has_room(table) &&
        !resize(table, table->capacity == 0 ? FEWEST_SLOTS : table->capacity * 2))
        return false;
    put(table->slots, table->capacity, (struct table_slot){hash, number});
    table->count++;
    return true;
}

/* Where the element is. */
static size_t find_number(const struct table *table, uint32_t hash, uint32_t number)
{
    size_t at = home(hash, table->capacity);

    while (table->slots[at].number != number)
        at = after(at, table->capacity);
    return at;
}

void table_replace(struct table *table, uint32_t hash, uint32_t number, uint32_t other)
{
    table->slots[find_number(table, hash, number)].number = other;
}

/* How far a slot is behind another one. */
static size_t distance(size_t from, size_t to, size_t capacity)
{
    return (to - from) & (capacity - 1);
}

/* Moves into a hole what was put behind it since it was taken, and so on: a search ends at a free
 * slot. */
static void close_hole(struct table *table, size_t hole)
{
    struct table_slot *slots = table->slots;
    size_t capacity = table->capacity;

    for (size_t at = after(hole, capacity); slots[at].number != TABLE_NONE;
         at = after(at, capacity)) {
        size_t from = home(slots[at].hash, capacity);

        if (distance(from, at, capacity) < distance(hole, at, capacity))
            continue;
        slots[hole] = slots[at];
        hole = at;
    }
    slots[hole].number = TABLE_NONE;
}

void table_remove(struct table *table, uint32_t hash, uint32_t number)
{
    close_hole(table, find_number(table, hash, number));
    table->count--;
    if (table->capacity > FEWEST_SLOTS && table->count < table->capacity / 8)
        (void)resize(table, table->capacity / 2); /* without memory it stays large */
}

void table_finish(struct table *table)
{
    free(table->slots);
    *table = TABLE_EMPTY;
}
