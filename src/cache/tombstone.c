/* SPDX-License-Identifier: MIT */
/* Resources that this mount has deleted and that listings may still have. */
#include "config.h"

#include "cache/collection.h"

#include <stdlib.h>
#include <string.h>

struct tombstone *tombstone_find(struct collection *collection, const char *id)
{
    struct tombstone *tombstone = NULL;

    HASH_FIND_STR(collection->tombstones, id, tombstone);
    return tombstone;
}

static struct tombstone *new_tombstone(struct collection *collection, const char *id)
{
    struct tombstone *tombstone = calloc(1, sizeof(*tombstone) + strlen(id) + 1);

    if (tombstone == NULL)
        return NULL;
    memcpy(tombstone->id, id, strlen(id) + 1);
    HASH_ADD_STR(collection->tombstones, id, tombstone);
    if (tombstone->hh.tbl != NULL)
        return tombstone;
    free(tombstone);
    return NULL;
}

bool tombstone_add(struct collection *collection, const char *id, struct record *record)
{
    struct tombstone *tombstone = tombstone_find(collection, id);

    if (tombstone == NULL)
        tombstone = new_tombstone(collection, id);
    if (tombstone == NULL) {
        record_unref(record);
        return false;
    }
    tombstone->answered = next_tick(collection->cache);
    tombstone->answered_ms = now_ms(collection);
    if (record != NULL) {
        record_unref(tombstone->record);
        tombstone->record = record;
    }
    return true;
}

void tombstone_remove(struct collection *collection, struct tombstone *tombstone)
{
    HASH_DEL(collection->tombstones, tombstone);
    record_unref(tombstone->record);
    free(tombstone);
}

void tombstone_seen(struct tombstone *tombstone, struct record *record, tick_t begun)
{
    if (begun > tombstone->answered)
        tombstone->seen = begun;
    if (tombstone->record != NULL && record_equal(tombstone->record, record))
        return;
    if (tombstone->record != NULL)
        record->mtime_ms = tombstone->record->mtime_ms;
    record_unref(tombstone->record);
    tombstone->record = record_ref(record);
}
