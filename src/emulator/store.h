/* SPDX-License-Identifier: MIT */
/*
 * Collections of resources: by id, by date and by name.
 *
 * Not thread safe: the emulator's lock covers every collection. An item's
 * memory lives until its collection ends, also when the resource is gone, so
 * that a cursor that points at a deleted resource still has its place.
 */
#ifndef EMULATOR_STORE_H
#define EMULATOR_STORE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct emu_item {
    char *id;
    char *name;              /* the document's name, or "" */
    struct json_object *doc; /* the resource as stored; NULL once it is gone */
    int64_t created;         /* milliseconds since 1970 */
    uint64_t sequence;       /* order of arrival, breaks ties of created */
};

/* A sorted array of the items that are not gone. */
struct emu_index {
    struct emu_item **items;
    size_t count;
    size_t room;
    bool sorted;
};

enum emu_order { EMU_BY_DATE, EMU_BY_NAME, EMU_ORDERS };

struct emu_collection {
    struct emu_item **slots; /* open addressing; items are never taken out */
    size_t slot_count;       /* a power of two */
    size_t used;
    uint64_t sequence;
    struct emu_index order[EMU_ORDERS];
};

/* Frees all items; the collection may then be dropped. */
void emu_collection_finish(struct emu_collection *collection);

/* The item of that id, also a gone one (doc is NULL); NULL if unknown. */
struct emu_item *emu_collection_find(const struct emu_collection *collection, const char *id);

/* As above, but NULL for a gone one too. */
struct emu_item *emu_collection_get(const struct emu_collection *collection, const char *id);

/*
 * Adds a document under its `id`. Takes over doc in any case. NULL if the
 * document has no id of type string, if the id is taken, or without memory.
 */
struct emu_item *emu_collection_add(struct emu_collection *collection, struct json_object *doc,
                                    int64_t created);

/* To be called after the document's name changed. */
void emu_collection_renamed(struct emu_collection *collection, struct emu_item *item);

/* The resource is gone: its document is freed, its place remembered. */
void emu_collection_remove(struct emu_collection *collection, struct emu_item *item);

/* The items in ascending order, valid until the collection changes. */
const struct emu_index *emu_collection_order(struct emu_collection *collection,
                                             enum emu_order order);

/* How many items of the index come before this item (present or gone). */
size_t emu_index_rank(const struct emu_index *index, const struct emu_item *item,
                      enum emu_order order);

#endif
