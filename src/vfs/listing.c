/* SPDX-License-Identifier: MIT */
/* What a directory lists. */
#include "config.h"

#include "vfs/listing.h"

#include <stdlib.h>
#include <string.h>

static struct listed *append(struct listing *listing)
{
    if (listing->count == listing->capacity) {
        size_t capacity = listing->capacity == 0 ? 16 : listing->capacity * 2;
        struct listed *entries = realloc(listing->entries, capacity * sizeof *entries);
        if (entries == NULL)
            return NULL;
        listing->entries = entries;
        listing->capacity = capacity;
    }
    struct listed *entry = &listing->entries[listing->count++];
    *entry = (struct listed){0};
    return entry;
}

bool listing_add_leaf(struct listing *listing, const char *name, uint32_t leaf, mode_t type)
{
    struct listed *entry = append(listing);

    if (entry == NULL)
        return false;
    entry->leaf = leaf;
    entry->type = type;
    entry->name = strdup(name);
    return entry->name != NULL;
}

bool listing_add_dir(struct listing *listing, const char *name, const struct dir_ops *ops,
                     const struct kind *kind, const char *id, const char *machine_id)
{
    struct listed *entry = append(listing);

    if (entry == NULL)
        return false;
    entry->name = strdup(name);
    entry->type = S_IFDIR;
    entry->ops = ops;
    entry->kind = kind;
    entry->id = id == NULL ? NULL : strdup(id);
    entry->machine_id = machine_id == NULL ? NULL : strdup(machine_id);
    return entry->name != NULL && (id == NULL || entry->id != NULL) &&
           (machine_id == NULL || entry->machine_id != NULL);
}

bool listing_add_object(struct listing *listing, struct dir *dir)
{
    const struct dir_ops *ops = dir_ops(dir); /* before its id, which it gets first */
    const char *id = dir_id(dir);

    if (id != NULL && ops->draft)
        ops = ops->becomes;
    if (!listing_add_dir(listing, dir_name(dir), ops, dir->kind, id, dir->machine_id))
        return false;
    listing->entries[listing->count - 1].dir = dir_ref(dir);
    return true;
}

bool listing_rename_entry(struct listed *entry, const char *name)
{
    if (strcmp(entry->name, name) == 0)
        return true;
    char *copy = strdup(name);
    if (copy == NULL)
        return false;
    free(entry->name);
    entry->name = copy;
    return true;
}

void listing_finish(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        free(listing->entries[i].name);
        dir_unref(listing->entries[i].dir);
        free(listing->entries[i].id);
        free(listing->entries[i].machine_id);
    }
    free(listing->entries);
    *listing = (struct listing){0};
}
