/* SPDX-License-Identifier: MIT */
/* The files of a directory, by number. */
#include "config.h"

#include "tree/tree_internal.h"

#include <errno.h>
#include <string.h>

const struct kind *leaf_singleton(void)
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        if (kinds_all[i]->singleton)
            return kinds_all[i];
    return NULL;
}

const struct kind *machine_kind(void)
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        if (kinds_all[i]->machine_key != NULL)
            return kinds_all[i];
    return NULL;
}

const char *leaf_name(const struct dir *dir, const struct leaf_row *row)
{
    if ((row->flags & LEAF_DOCUMENT) != 0)
        return dir->kind->document;
    if ((row->flags & LEAF_SINGLETON) != 0)
        return leaf_singleton()->document;
    return row->name;
}

bool leaf_exists(const struct dir *dir, const struct leaf_row *row)
{
    if ((row->flags & LEAF_RESTORE) != 0)
        return cache_shape(dir->tree->config.cache, dir->kind)->restore != NULL;
    return true;
}

const struct leaf_row *leaf_row(const struct dir *dir, uint32_t leaf)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    if (leaf == 0 || rows == NULL)
        return NULL;
    for (uint32_t i = 0; rows[i].name != NULL; i++)
        if (i + 1 == leaf)
            return leaf_exists(dir, &rows[i]) ? &rows[i] : NULL;
    return NULL;
}

uint32_t leaf_find(const struct dir *dir, const char *name)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (strcmp(leaf_name(dir, &rows[i]), name) == 0 && leaf_exists(dir, &rows[i]))
            return i + 1;
    return 0;
}

bool leaf_hidden(struct dir *dir, uint32_t leaf)
{
    pthread_mutex_lock(&dir->tree->lock);
    bool hidden = leaf != 0 && (dir->overlay.hidden >> (leaf - 1) & 1) != 0;
    pthread_mutex_unlock(&dir->tree->lock);
    return hidden;
}

int leaves_lookup(struct call *call, struct dir *dir, const char *name, struct found *out)
{
    uint32_t leaf = leaf_find(dir, name);

    (void)call;
    if (leaf == 0 || leaf_hidden(dir, leaf))
        return -ENOENT;
    out->leaf = leaf;
    return 0;
}

int leaves_list(struct call *call, struct dir *dir, struct listing *listing)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    (void)call;
    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++) {
        if (!leaf_exists(dir, &rows[i]) || leaf_hidden(dir, i + 1))
            continue;
        if (!listing_add_leaf(listing, leaf_name(dir, &rows[i]), i + 1))
            return -ENOMEM;
    }
    return 0;
}
