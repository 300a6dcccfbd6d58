/* SPDX-License-Identifier: MIT */
/* The files of a directory, by number. */
#include "config.h"

#include "vfs/leaf.h"

#include "vfs/content.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- roles ----------------------------------------------------------------------------------- */

uint32_t leaf_acts_as(const struct dir *dir, uint32_t leaf)
{
    uint32_t acts_as = leaf;

    pthread_mutex_lock(&dir->vfs->lock);
    for (size_t i = 0; i < dir->role_count; i++)
        if (dir->roles[i].leaf == leaf)
            acts_as = dir->roles[i].acts_as;
    pthread_mutex_unlock(&dir->vfs->lock);
    return acts_as;
}

/* --- rows ------------------------------------------------------------------------------------ */

const char *leaf_row_name(const struct dir *dir, const struct leaf_row *row)
{
    const struct vfs_hooks *hooks = dir->vfs->config.hooks;

    return hooks->row_name == NULL ? row->name : hooks->row_name(dir, row);
}

bool leaf_row_exists(const struct dir *dir, const struct leaf_row *row)
{
    return row->exists == NULL || row->exists(dir);
}

/* The row of a canonical number below LEAF_FIELDS; NULL: there is none. */
const struct leaf_row *leaf_fixed_row(const struct dir *dir, uint32_t leaf)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (i + 1 == leaf)
            return leaf_row_exists(dir, &rows[i]) ? &rows[i] : NULL;
    return NULL;
}

uint32_t leaf_canonical(struct node node)
{
    return node.content != NULL ? node.leaf : leaf_acts_as(node.dir, node.leaf);
}

static const struct leaf_row *canonical_row(struct dir *dir, uint32_t canonical)
{
    if (canonical == 0)
        return NULL;
    if (canonical >= LEAF_SCRATCH)
        return dir_ops(dir)->others == NULL ? NULL : dir_ops(dir)->others->row(dir, canonical);
    if (canonical >= LEAF_FIELDS)
        return dir_ops(dir)->source == NULL ? NULL : dir_ops(dir)->source->row(dir, canonical);
    return leaf_fixed_row(dir, canonical);
}

const struct leaf_row *leaf_row(struct dir *dir, uint32_t leaf)
{
    return canonical_row(dir, leaf_acts_as(dir, leaf));
}

const struct leaf_row *leaf_row_of(struct node node)
{
    return canonical_row(node.dir, leaf_canonical(node));
}

int leaf_render(struct call *call, struct node node, const struct leaf_row *row, bool wait,
                struct buf *out)
{
    void *before = call->pin;

    call->pin = content_pin(node.content);
    int rc = row->render(call, node, wait, out);
    call->pin = before;
    return rc;
}

void leaf_name(struct dir *dir, uint32_t leaf, char out[LEAF_NAME_BYTES])
{
    leaf_canonical_name(dir, leaf_acts_as(dir, leaf), out);
}

void leaf_canonical_name(struct dir *dir, uint32_t canonical, char out[LEAF_NAME_BYTES])
{
    const struct leaf_row *row = leaf_fixed_row(dir, canonical);

    out[0] = '\0';
    if (canonical >= LEAF_SCRATCH && dir_ops(dir)->others != NULL)
        dir_ops(dir)->others->print_name(dir, canonical, out);
    else if (canonical >= LEAF_FIELDS && canonical < LEAF_SCRATCH && dir_ops(dir)->source != NULL)
        dir_ops(dir)->source->print_name(dir, canonical, out);
    else if (row != NULL)
        snprintf(out, LEAF_NAME_BYTES, "%s", leaf_row_name(dir, row));
}

bool leaf_is_hidden_secret(const struct dir *dir, const char *name)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    if (dir->vfs->config.secrets != SECRETS_HIDE)
        return false;
    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if ((rows[i].flags & LEAF_SECRET) != 0 && strcmp(rows[i].name, name) == 0)
            return true;
    return false;
}

mode_t leaf_mode(struct node node)
{
    const struct leaf_row *row = leaf_row_of(node);
    struct stat st = {.st_mode = row == NULL ? 0 : row->mode};

    if (row != NULL && row->attr != NULL)
        row->attr(node, &st);
    return st.st_mode & 07777;
}

uint32_t leaf_find_fixed(const struct dir *dir, const char *name)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (strcmp(leaf_row_name(dir, &rows[i]), name) == 0 && leaf_row_exists(dir, &rows[i]))
            return i + 1;
    return 0;
}

bool leaf_hidden(struct dir *dir, uint32_t canonical)
{
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    bool hidden = deed_find(vfs->deeds, deed_of_removal(dir_serial(dir), canonical)) != NULL;
    pthread_mutex_unlock(&vfs->lock);
    return hidden;
}
