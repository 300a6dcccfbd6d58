/* SPDX-License-Identifier: MIT */
/* What this mount has deleted goes from what is known, and comes back when that has failed. */
#include "config.h"

#include "cache/collection.h"

bool merge_deleted(struct collection *collection, const char *id)
{
    struct item *item = collection_find(collection, id);
    struct record *record = item == NULL ? NULL : record_ref(item->record);

    if (item != NULL)
        collection_remove(collection, item);
    return tombstone_add(collection, id, record);
}

void merge_revived(struct collection *collection, const char *id)
{
    struct tombstone *tombstone = tombstone_find(collection, id);

    if (tombstone == NULL)
        return;
    struct item *item = tombstone->record == NULL || collection_find(collection, id) != NULL
                            ? NULL
                            : collection_add(collection, tombstone->record);

    if (item != NULL) {
        TAILQ_INSERT_TAIL(&collection->order, item, link);
        struct item_alone *alone = item_make_alone(item);
        if (alone != NULL) /* without memory, listings on their way are believed */
            alone->got_begun = next_tick(collection->cache);
    }
    /* Where it belongs in the order, and what it is now, a new listing says. */
    collection->expired = next_tick(collection->cache);
    tombstone_remove(collection, tombstone);
}
