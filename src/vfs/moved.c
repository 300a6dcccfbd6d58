/* SPDX-License-Identifier: MIT */
/*
 * What an rmdir is to remove: whether nothing is left in it, and whether it is one of a move to
 * another filesystem, whose process has read what it removes.
 */
#include "config.h"

#include "vfs/moved.h"

#include "vfs/actors.h"
#include "vfs/attr.h"
#include "vfs/leaf.h"
#include "vfs/listing.h"
#include "vfs/process.h"

#include <errno.h>
#include <stdlib.h>

bool moved_is_empty(struct call *call, struct dir *dir)
{
    struct listing listing;
    int rc = listing_look(call, dir, false, &listing);
    bool empty = rc == -ENOENT || (rc == 0 && listing.count == 0);

    listing_finish(&listing);
    return empty;
}

static bool contains(const struct leaf *leaves, size_t count, struct leaf leaf)
{
    for (size_t i = 0; i < count; i++)
        if (leaf_is_same(leaves[i], leaf))
            return true;
    return false;
}

/* Whether another process has unlinked it. */
static bool others_hid(struct dir *dir, struct leaf leaf, struct process_id process)
{
    pthread_mutex_lock(&dir->vfs->lock);
    const struct deed *removed = overlay_find(dir, leaf);
    bool others = removed != NULL && removed->value != process_number(process);
    pthread_mutex_unlock(&dir->vfs->lock);
    return others;
}

/* What is empty need not be opened to be copied: tar does not. */
static bool is_empty(struct call *call, struct dir *dir, struct alias alias)
{
    int64_t valid_ms;
    struct stat st;

    return attr_node(call, (struct node){.dir = dir, .alias = alias}, &st, &valid_ms) == 0 &&
           st.st_size == 0;
}

/* Whether nobody misses it in a copy: no file, empty, or what changes by itself, and may have come
 * after the copy (event.json). */
static bool is_no_content(struct call *call, struct dir *dir, const struct listed *entry)
{
    const struct leaf_row *row = leaf_row(dir, entry->alias);

    return entry->type != S_IFREG || (row != NULL && (row->flags & LEAF_VOLATILE) != 0) ||
           is_empty(call, dir, entry->alias);
}

/* Whether the process has read every file of the directory but those that others have unlinked,
 * which it never met; `alone`: it must have unlinked them all. */
static bool has_read(struct call *call, struct dir *dir, struct process_id process, bool alone)
{
    struct leaf *read;
    size_t count = actors_opened(dir, process, &read);
    struct listing listing = {0};
    bool all = count > 0 && listing_look(call, dir, true, &listing) == 0;

    for (size_t i = 0; all && i < listing.count; i++) {
        struct leaf leaf = leaf_acts_as(dir, listing.entries[i].alias);
        all = is_no_content(call, dir, &listing.entries[i]) ||
              (others_hid(dir, leaf, process) ? !alone : contains(read, count, leaf));
    }
    listing_finish(&listing);
    free(read);
    return all;
}

/* Whether a process has unlinked something here, another than `process`: which did last. */
static bool other_remover(struct dir *dir, struct process_id process, struct process_id *other)
{
    const struct deed *removed;

    pthread_mutex_lock(&dir->vfs->lock);
    LIST_FOREACH (removed, &dir->overlay.hidden, link.of_owner)
        if (removed->value != process_number(process))
            break;
    *other = process_of_number(removed == NULL ? 0 : removed->value);
    pthread_mutex_unlock(&dir->vfs->lock);
    return removed != NULL;
}

bool moved_is_move(struct call *call, struct dir *dir)
{
    struct process_id process = actors_identify(dir->vfs, call->pid);
    struct process_id other;

    /* rsync --remove-source-files leaves the directories to somebody else. */
    return has_read(call, dir, process, false) ||
           (other_remover(dir, process, &other) && has_read(call, dir, other, true));
}
