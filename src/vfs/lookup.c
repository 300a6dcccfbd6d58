/* SPDX-License-Identifier: MIT */
/* Finding and listing the files of a directory. */
#include "config.h"

#include "vfs/lookup.h"

#include "vfs/content.h"
#include "vfs/scratch.h"

#include <errno.h>
#include <string.h>

struct leaf lookup_own(struct call *call, struct dir *dir, const char *name, bool *nested)
{
    const struct leaf_source *source = dir_ops(dir)->source;
    struct leaf leaf = leaf_find_fixed(dir, name);

    *nested = false;
    return !leaf_is_none(leaf) || source == NULL ? leaf : source->find(call, dir, name, nested);
}

struct leaf leaf_find(struct call *call, struct dir *dir, const char *name)
{
    bool nested;
    struct leaf leaf = lookup_own(call, dir, name, &nested);

    if (nested)
        return LEAF_NONE;
    return !leaf_is_none(leaf) ? leaf : scratch_find(dir, name);
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

struct content *lookup_content(struct dir *dir, struct alias alias)
{
    if (alias_is_dir(alias) || alias.number >= LEAF_SCRATCH ||
        leaf_acts_as(dir, alias).number != alias.number)
        return NULL;
    const struct leaf_row *row = leaf_row(dir, alias);

    if (row == NULL || (row->flags & LEAF_PINNED) == 0 ||
        (row->is_pinned != NULL && !row->is_pinned(dir)) ||
        (leaf_mode((struct node){.dir = dir, .alias = alias}) & 0044) == 0)
        return NULL;
    return content_of(dir);
}

int leaves_lookup(struct call *call, struct dir *dir, const char *name, struct found *out)
{
    bool nested;
    struct leaf leaf = lookup_own(call, dir, name, &nested);

    if (leaf_is_none(leaf))
        leaf = scratch_find(dir, name);
    if (!nested && find_copied_dir(call, dir, name, out))
        return 0;
    if (leaf_is_none(leaf) || leaf_hidden(dir, leaf))
        return -ENOENT;
    if (!leaf_is_scratch(leaf) && birth_hides(call, dir, leaf))
        return -ENOENT;
    if (nested) {
        out->dir = lookup_object(dir, name);
        return out->dir == NULL ? -ENOMEM : 0;
    }
    out->alias = leaf_alias(dir, leaf);
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
        struct leaf leaf = {i + 1};
        bool shown = leaf_row_exists(dir, &rows[i]) && is_listed(dir, &rows[i]) &&
                     (listing->with_hidden || !leaf_hidden(dir, leaf));
        if (shown)
            ok = listing_add_leaf(listing, leaf_row_name(dir, &rows[i]), leaf_alias(dir, leaf),
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
        struct leaf leaf = scratch_find(dir, leaf_row_name(dir, &rows[i]));
        if (!leaf_is_none(leaf) && leaf_row_exists(dir, &rows[i]))
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
