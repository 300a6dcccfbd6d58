/* SPDX-License-Identifier: MIT */
/* An open directory: its entries as they were when it was opened. */
#include "config.h"

#include "vfs/attr.h"
#include "vfs/content.h"
#include "vfs/dir_cache.h"
#include "vfs/finish.h"
#include "vfs/ino.h"
#include "vfs/leaf.h"
#include "vfs/lease.h"
#include "vfs/listing.h"
#include "vfs/lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int fill(struct call *call, struct dir *dir, struct listing *listing)
{
    const struct dir_ops *ops = dir_ops(dir);

    return ops->list == NULL ? leaves_list(call, dir, listing) : ops->list(call, dir, listing);
}

/* Each entry that is given with its attributes is a directory object here and an inode in the
 * kernel, and takes ten times as long: of thousands only for who goes on to look at them. So of a
 * directory that long the first ones are given so, and as many again as twice those that were
 * looked up since; all, if most of them were. */
#define DESCRIBED_ALL   ((size_t)4096) /* entries of a directory of which all are */
#define DESCRIBED_FIRST ((size_t)256)

static bool is_long(const struct listing *listing)
{
    return listing->count > DESCRIBED_ALL;
}

/* Whether the kernel's copy of it would be another generation's, or none of whose entries it knows
 * more than the name, whoever looks at them. */
static bool is_not_to_be_kept(struct listing *listing)
{
    return is_long(listing) || !dir_cache_is_of(listing->dir, names_state_of(listing->dir));
}

/* What lists resources is listed at once, so that it is known to be of the generation of what is
 * kept, or not to be kept; the files of a state are the same whenever they are listed. */
static int fill_at_once(struct call *call, struct listing *listing)
{
    struct dir *dir = listing->dir;
    int rc = 0;

    if (listing->keep != LISTING_KEPT || listing->content == NULL)
        rc = listing_fill(call, listing);
    if (listing->keep == LISTING_NEW || listing->content != NULL || !is_not_to_be_kept(listing))
        return rc;
    dir_cache_leave(dir, listing->keep);
    listing->keep = LISTING_NEW;
    return rc;
}

int vfs_opendir(struct call *call, struct dir *dir, struct listing **out)
{
    struct listing *listing = calloc(1, sizeof *listing);
    char path[PATH_BYTES];

    if (listing == NULL)
        return -ENOMEM;
    vfs_sweep(dir->vfs);
    listing->dir = dir_ref(dir);
    listing->lookups = atomic_load_explicit(&dir->lookups, memory_order_relaxed);
    birth_looked(call, dir);
    listing->keep = dir_cache_enter(dir, call->pid, &listing->content);
    int rc = fill_at_once(call, listing);
    if (rc < 0) {
        dir_path(dir, NULL, path, sizeof path);
        listing_close(listing);
        return call_finish(call, dir, path, rc);
    }
    *out = listing;
    return 0;
}

enum listing_keep listing_keep(const struct listing *listing)
{
    return listing->keep;
}

void listing_begin(struct listing *listing, struct dir *dir)
{
    listing->state = names_state_of(dir);
}

int listing_fill(struct call *call, struct listing *listing)
{
    if (listing->filled)
        return 0;
    listing_begin(listing, listing->dir);
    listing->filled = true;
    call->pin = content_pin(listing->content);
    int rc = fill(call, listing->dir, listing);
    call->pin = NULL;
    return rc;
}

void listing_ended(struct listing *listing)
{
    if (listing->keep == LISTING_FILLS)
        dir_cache_complete(listing->dir);
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

    if (!alias_is_dir(entry->alias))
        return attr_ino((struct node){.dir = listing->dir, .alias = entry->alias});
    return attr_child_ino(listing->dir, entry->name, entry->id);
}

static bool has_name(const struct listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->count; i++)
        if (strcmp(listing->entries[i].name, name) == 0)
            return true;
    return false;
}

/* The file that has the entry's name by now: another number than before, when something was moved
 * there. */
static int find_again(struct call *call, struct dir *dir, struct listed *entry)
{
    struct found found = {0};
    int rc = leaves_lookup(call, dir, entry->name, &found);

    dir_unref(found.dir);
    if (rc == 0 && alias_is_dir(found.alias))
        rc = -ENOENT;
    if (rc == 0)
        entry->alias = found.alias;
    return rc;
}

static int refresh_leaf(struct call *call, struct listing *listing, struct listed *entry)
{
    char name[LEAF_NAME_BYTES];

    if (leaf_hidden(listing->dir, leaf_acts_as(listing->dir, entry->alias)))
        return -ENOENT;
    leaf_name_of(listing->dir, entry->alias, name);
    if (strcmp(name, entry->name) == 0)
        return 0;
    int rc = find_again(call, listing->dir, entry);
    if (rc != -ENOENT || name[0] == '\0' || has_name(listing, name))
        return rc;
    return listing_rename_entry(listing, entry, name) ? 0 : -ENOMEM;
}

/* A stream that was opened before a change must neither give the kernel the old names again, nor
 * lack what has got a new one, for that is nowhere else in it. */
int listing_refresh(struct call *call, struct listing *listing, size_t index)
{
    struct listed *entry = &listing->entries[index];

    if (names_state_is_same(listing->state, names_state_of(listing->dir)))
        return 0;
    if (!alias_is_dir(entry->alias))
        return refresh_leaf(call, listing, entry);
    const struct dir_ops *ops = dir_ops(listing->dir);
    return ops->refresh == NULL ? 0 : ops->refresh(listing, entry);
}

static struct dir *object_of(struct dir *dir, const struct listed *entry)
{
    if (!alias_is_dir(entry->alias))
        return dir_ref(dir);
    if (entry->dir != NULL)
        return dir_ref(entry->dir);
    if (entry->id != NULL)
        return dir_home(dir, entry->name, entry->ops, entry->kind, entry->id, entry->machine_id);
    return dir_intern(dir, entry->name, entry->ops, entry->kind, entry->id, entry->machine_id);
}

static bool is_described(struct listing *listing, size_t index)
{
    if (!is_long(listing) || index < DESCRIBED_FIRST)
        return true;
    uint32_t lookups = atomic_load_explicit(&listing->dir->lookups, memory_order_relaxed);
    size_t looked = (uint32_t)(lookups - listing->lookups);

    if (looked > 0 && index >= listing->described) {
        listing->described = looked >= listing->plain / 2 ? SIZE_MAX : index + 2 * looked;
        listing->lookups = lookups;
        listing->plain = 0;
    }
    listing->plain += index >= listing->described;
    return index < listing->described;
}

int listing_entry(struct call *call, struct listing *listing, size_t index, struct entry *out)
{
    const struct listed *entry = &listing->entries[index];
    struct dir *dir = listing->dir;

    uint64_t own_changes = atomic_load(&dir->vfs->own_changes);

    *out = (struct entry){.node = {.alias = entry->alias}};
    if (!attr_is_known((struct node){.dir = dir, .alias = entry->alias}))
        return -EAGAIN;
    if (!is_described(listing, index)) {
        if (entry->id != NULL)
            dir_note_listed(dir, entry->name, entry->id);
        return -EAGAIN;
    }
    out->node.dir = object_of(dir, entry);
    if (out->node.dir == NULL)
        return -ENOMEM;
    out->node.content = lookup_content(dir, entry->alias);
    int rc = attr_entry(call, dir, out);
    lease_check(dir->vfs, own_changes, out);
    if (rc < 0)
        node_unref(out->node);
    return rc;
}

int listing_look(struct call *call, struct dir *dir, bool with_hidden, struct listing *out)
{
    *out = (struct listing){.with_hidden = with_hidden};
    return leaves_list(call, dir, out);
}

void listing_close(struct listing *listing)
{
    if (listing == NULL)
        return;
    dir_cache_leave(listing->dir, listing->keep);
    content_unref(listing->content);
    dir_unref(listing->dir);
    listing_finish(listing);
    free(listing);
}
