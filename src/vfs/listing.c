/* SPDX-License-Identifier: MIT */
/* What a directory lists. */
#include "config.h"

#include "vfs/listing.h"

#include "util/memory.h"

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

/* --- texts --------------------------------------------------------------------------------------
 */

/* The texts of thousands of entries are in few blocks, so that what was freed can go back to the
 * system as a whole: one by one they would be left between what stays. */
struct listing_block {
    struct listing_block *next;
    size_t used;
    size_t size;
    char text[];
};

#define FIRST_BLOCK ((size_t)512)
#define LAST_BLOCK  ((size_t)1 << 20)

/* One with room for so much, twice as large as the one before. False: no memory. */
static bool add_block(struct listing *listing, size_t size)
{
    const struct listing_block *before = listing->texts;
    size_t wanted = before == NULL ? FIRST_BLOCK : before->size * 2;

    wanted = wanted > LAST_BLOCK ? LAST_BLOCK : wanted;
    wanted = wanted < size ? size : wanted;
    struct listing_block *block = malloc(sizeof *block + wanted);
    if (block == NULL)
        return false;
    block->next = listing->texts;
    block->used = 0;
    block->size = wanted;
    listing->texts = block;
    return true;
}

const char *listing_text(struct listing *listing, const char *text)
{
    size_t size = strlen(text) + 1;
    struct listing_block *block = listing->texts;

    if ((block == NULL || block->size - block->used < size) && !add_block(listing, size))
        return NULL;
    block = listing->texts;
    char *copy = block->text + block->used;
    memcpy(copy, text, size);
    block->used += size;
    return copy;
}

static bool copy_or_null(struct listing *listing, const char *text, const char **copy)
{
    *copy = text == NULL ? NULL : listing_text(listing, text);
    return text == NULL || *copy != NULL;
}

/* All that a machine's directory lists is that machine's. */
static bool copy_machine(struct listing *listing, const char *machine_id, struct listed *entry)
{
    const struct listed *before = listing->count < 2 ? NULL : entry - 1;

    if (before == NULL || before->machine_id == NULL || machine_id == NULL ||
        strcmp(before->machine_id, machine_id) != 0)
        return copy_or_null(listing, machine_id, &entry->machine_id);
    entry->machine_id = before->machine_id;
    return true;
}

/* --- entries ------------------------------------------------------------------------------------
 */

bool listing_add_leaf(struct listing *listing, const char *name, struct alias alias, mode_t type)
{
    struct listed *entry = append(listing);

    if (entry == NULL)
        return false;
    entry->alias = alias;
    entry->type = type;
    entry->name = listing_text(listing, name);
    return entry->name != NULL;
}

bool listing_add_dir(struct listing *listing, const char *name, const struct dir_ops *ops,
                     const struct kind *kind, const char *id, const char *machine_id)
{
    struct listed *entry = append(listing);

    if (entry == NULL)
        return false;
    entry->type = S_IFDIR;
    entry->ops = ops;
    entry->kind = kind;
    entry->name = listing_text(listing, name);
    return entry->name != NULL && copy_or_null(listing, id, &entry->id) &&
           copy_machine(listing, machine_id, entry);
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

bool listing_rename_entry(struct listing *listing, struct listed *entry, const char *name)
{
    if (strcmp(entry->name, name) == 0)
        return true;
    const char *copy = listing_text(listing, name);
    if (copy == NULL)
        return false;
    entry->name = copy;
    return true;
}

void listing_finish(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++)
        dir_unref(listing->entries[i].dir);
    size_t freed = listing->capacity * sizeof *listing->entries;
    free(listing->entries);
    while (listing->texts != NULL) {
        struct listing_block *next = listing->texts->next;
        freed += listing->texts->size;
        free(listing->texts);
        listing->texts = next;
    }
    *listing = (struct listing){0};
    memory_give_back(freed);
}
