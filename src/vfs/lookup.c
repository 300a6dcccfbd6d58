/* SPDX-License-Identifier: MIT */
/* Finding and listing the files of a directory. */
#include "config.h"

#include "vfs/lookup.h"

#include "vfs/content.h"
#include "vfs/scratch.h"

#include <errno.h>
#include <string.h>

uint32_t lookup_own(struct call *call, struct dir *dir, const char *name, bool *nested)
{
    const struct leaf_source *source = dir_ops(dir)->source;
    uint32_t leaf = leaf_find_fixed(dir, name);

    *nested = false;
    return leaf != 0 || source == NULL ? leaf : source->find(call, dir, name, nested);
}

uint32_t leaf_find(struct call *call, struct dir *dir, const char *name)
{
    bool nested;
    uint32_t leaf = lookup_own(call, dir, name, &nested);

    if (nested)
        return 0;
    return leaf != 0 ? leaf : scratch_find(dir, name);
}

struct dir *lookup_object(struct dir *dir, const char *name)
{
    return dir_intern(dir, name, dir_ops(dir)->objects, dir->kind, NULL, NULL);
}

/* A directory that a copy has made of what is none here: it is there until the copy is over. */
static bool find_copied_dir(struct call *call, struct dir *dir, const char *name, struct found *out)
{
    if (dir_ops(dir)->objects == NULL || !birth_is_copying(call, dir))
        return false;
    struct dir *child = dir_child(dir, name);
    if (child != NULL && dir_ops(child)->nested) {
        out->dir = child;
        return true;
    }
    dir_unref(child);
    return false;
}

struct content *lookup_content(struct dir *dir, uint32_t leaf)
{
    if (leaf == 0 || leaf >= LEAF_SCRATCH || leaf_acts_as(dir, leaf) != leaf)
        return NULL;
    const struct leaf_row *row = leaf_row(dir, leaf);

    if (row == NULL || (row->flags & LEAF_PINNED) == 0 ||
        (row->is_pinned != NULL && !row->is_pinned(dir)) ||
        (leaf_mode((struct node){.dir = dir, .leaf = leaf}) & 0044) == 0)
        return NULL;
    return content_of(dir);
}

int leaves_lookup(struct call *call, struct dir *dir, const char *name, struct found *out)
{
    bool nested;
    uint32_t leaf = lookup_own(call, dir, name, &nested);

    if (leaf == 0)
        leaf = scratch_find(dir, name);
    if (!nested && find_copied_dir(call, dir, name, out))
        return 0;
    if (leaf == 0 || leaf_hidden(dir, leaf))
        return -ENOENT;
    if (leaf < LEAF_SCRATCH && birth_hides(call, dir, leaf))
        return -ENOENT;
    if (nested) {
        out->dir = lookup_object(dir, name);
        return out->dir == NULL ? -ENOMEM : 0;
    }
    out->leaf = leaf_number(dir, leaf);
    return 0;
}

static bool is_listed(const struct dir *dir, const struct leaf_row *row)
{
    if ((row->flags & LEAF_SECRET) != 0)
        return dir->vfs->config.secrets == SECRETS_SHOW;
    return (row->flags & LEAF_UNLISTED) == 0;
}

static bool list_fixed(struct dir *dir, struct listing *listing)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;
    bool ok = true;

    for (uint32_t i = 0; ok && rows != NULL && rows[i].name != NULL; i++) {
        bool shown = leaf_row_exists(dir, &rows[i]) && is_listed(dir, &rows[i]) &&
                     (listing->with_hidden || !leaf_hidden(dir, i + 1));
        if (shown)
            ok = listing_add_leaf(listing, leaf_row_name(dir, &rows[i]), leaf_number(dir, i + 1),
                                  S_IFREG);
    }
    return ok;
}

void leaves_drop_shadowed(struct dir *dir)
{
    const struct leaf_source *source = dir_ops(dir)->source;
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    if (!scratch_is_any(dir))
        return;
    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++) {
        uint32_t leaf = scratch_find(dir, leaf_row_name(dir, &rows[i]));
        if (leaf != 0 && leaf_row_exists(dir, &rows[i]))
            scratch_remove(dir, leaf);
    }
    if (source != NULL && source->drop_shadowed != NULL)
        source->drop_shadowed(dir);
}

int leaves_list(struct call *call, struct dir *dir, struct listing *listing)
{
    leaves_drop_shadowed(dir);
    if (!list_fixed(dir, listing))
        return -ENOMEM;
    const struct leaf_source *source = dir_ops(dir)->source;
    const struct leaf_source *others = dir_ops(dir)->others;
    int rc = source == NULL ? 0 : source->list(call, dir, listing);

    return rc == 0 && others != NULL ? others->list(call, dir, listing) : rc;
}
