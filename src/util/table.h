/* SPDX-License-Identifier: MIT */
/*
 * Which of somebody's elements, by their numbers, has a key, by the key's hash: 8 bytes a slot, of
 * which at most four in five are taken, so 10 to 20 for each element. The elements and their keys
 * are the owner's.
 *
 * No lock: the owner's. Adding one may move all, at some nanoseconds each, without a look at any
 * element; half of the slots are given back when an eighth of them is taken.
 */
#ifndef UTIL_TABLE_H
#define UTIL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_slot;

struct table {
    struct table_slot *slots; /* NULL: empty */
    size_t capacity;
    size_t count;
};

#define TABLE_EMPTY ((struct table){NULL, 0, 0})
#define TABLE_NONE  0 /* no element's number */

/* A hash of `size` bytes, in which every bit counts. */
uint32_t table_hash(const void *data, size_t size);

/* Whether the element of that number has the key. */
typedef bool table_is(const void *owner, uint32_t number, const void *key);

/* The element with that hash and key, or TABLE_NONE. */
uint32_t table_find(const struct table *table, uint32_t hash, table_is *is, const void *owner,
                    const void *key);
/* Adds the element of that number, which is not in it; its key is nobody else's. False: no memory,
 * or too many; the table is as it was. */
bool table_add(struct table *table, uint32_t hash, uint32_t number);
/* Puts `other` in the place of `number`, which is in it; its hash is the same. */
void table_replace(struct table *table, uint32_t hash, uint32_t number, uint32_t other);
/* Removes the element of that number, which is in it. */
void table_remove(struct table *table, uint32_t hash, uint32_t number);
/* Empty again. */
void table_finish(struct table *table);

#endif
