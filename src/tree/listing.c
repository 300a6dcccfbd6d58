/* SPDX-License-Identifier: MIT */
/* An open directory: its entries as they were when it was opened. */
#include "config.h"

#include "tree/listing.h"

#include "tree/attr.h"
#include "tree/draft.h"
#include "tree/errors.h"
#include "tree/leaf.h"
#include "tree/lease.h"
#include "tree/names.h"

#include <errno.h>
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

static int fill(struct call *call, struct dir *dir, struct listing *listing)
{
    const struct dir_ops *ops = dir_ops(dir);

    return ops->list == NULL ? leaves_list(call, dir, listing) : ops->list(call, dir, listing);
}

int tree_opendir(struct call *call, struct dir *dir, struct listing **out)
{
    struct listing *listing = calloc(1, sizeof *listing);
    char path[PATH_BYTES];

    if (listing == NULL)
        return -ENOMEM;
    overlay_sweep(dir->tree);
    listing->dir = dir_ref(dir);
    listing->own_changes = atomic_load(&dir->tree->own_changes);
    birth_looked(call, dir);
    int rc = fill(call, dir, listing);
    if (rc < 0) {
        dir_path(dir, NULL, path, sizeof path);
        listing_close(listing);
        return tree_finish(call, dir, path, rc);
    }
    *out = listing;
    return 0;
}

size_t listing_count(const struct listing *listing)
{
    return listing->count;
}

const char *listing_name(const struct listing *listing, size_t index)
{
    return listing->entries[index].name;
}

mode_t listing_type(const struct listing *listing, size_t index)
{
    return listing->entries[index].type;
}

ino_t listing_ino(const struct listing *listing, size_t index)
{
    const struct listed *entry = &listing->entries[index];

    if (entry->leaf != 0)
        return attr_ino(listing->dir, entry->leaf);
    return attr_child_ino(listing->dir, entry->name, entry->id);
}

/* Whether the name still means what was listed: a stream that was opened before a change of this
 * mount must not give the kernel the old names again. */
static bool still_leads(struct dir *dir, const struct listed *entry)
{
    struct record *record = NULL;

    if (entry->ops == &draft_ops) {
        struct dir *draft = draft_find(dir, entry->name);
        dir_unref(draft);
        return draft != NULL;
    }
    if (entry->id == NULL) /* a file, a machine */
        return true;
    name_resolve(dir->tree->config.cache, entry->kind, dir->machine_id, entry->name, &record, NULL);
    bool same = record != NULL && strcmp(record->id, entry->id) == 0;
    record_unref(record);
    return same;
}

int listing_entry(struct call *call, struct listing *listing, size_t index, struct entry *out)
{
    const struct listed *entry = &listing->entries[index];
    struct dir *dir = listing->dir;

    uint64_t own_changes = atomic_load(&dir->tree->own_changes);

    *out = (struct entry){.node = {.leaf = entry->leaf}};
    if (listing->own_changes != own_changes && !still_leads(dir, entry))
        return -ENOENT;
    if (!attr_is_known((struct node){dir, entry->leaf}))
        return -EAGAIN;
    if (entry->leaf != 0)
        out->node.dir = dir_ref(dir);
    else
        out->node.dir =
            dir_intern(dir, entry->name, entry->ops, entry->kind, entry->id, entry->machine_id);
    if (out->node.dir == NULL)
        return -ENOMEM;
    int rc = attr_entry(call, dir, out);
    lease_check(dir->tree, own_changes, out);
    if (rc < 0)
        dir_unref(out->node.dir);
    return rc;
}

int listing_look(struct call *call, struct dir *dir, bool with_hidden, struct listing *out)
{
    *out = (struct listing){.with_hidden = with_hidden};
    return leaves_list(call, dir, out);
}

void listing_finish(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        free(listing->entries[i].name);
        free(listing->entries[i].id);
        free(listing->entries[i].machine_id);
    }
    free(listing->entries);
    *listing = (struct listing){0};
}

void listing_close(struct listing *listing)
{
    if (listing == NULL)
        return;
    dir_unref(listing->dir);
    listing_finish(listing);
    free(listing);
}
