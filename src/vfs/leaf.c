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

struct leaf leaf_acts_as(const struct dir *dir, struct alias alias)
{
    struct leaf acts_as = {alias.number};

    pthread_mutex_lock(&dir->vfs->lock);
    for (size_t i = 0; i < dir->role_count; i++)
        if (alias_is_same(dir->roles[i].alias, alias))
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

const struct leaf_row *leaf_fixed_row(const struct dir *dir, struct leaf leaf)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (i + 1 == leaf.number)
            return leaf_row_exists(dir, &rows[i]) ? &rows[i] : NULL;
    return NULL;
}

/* What shows one state is never renamed under its number. */
struct leaf leaf_of(struct node node)
{
    struct leaf own = {node.alias.number};

    return node.content != NULL ? own : leaf_acts_as(node.dir, node.alias);
}

/* The source that has it; NULL: a row of the type has it, or nothing. */
static const struct leaf_source *source_of(const struct dir *dir, struct leaf leaf)
{
    if (leaf_is_scratch(leaf))
        return dir_ops(dir)->others;
    return leaf_is_field(leaf) ? dir_ops(dir)->source : NULL;
}

static const struct leaf_row *find_row(struct dir *dir, struct leaf leaf)
{
    const struct leaf_source *source = source_of(dir, leaf);

    return source != NULL ? source->row(dir, leaf) : leaf_fixed_row(dir, leaf);
}

const struct leaf_row *leaf_row(struct dir *dir, struct alias alias)
{
    return find_row(dir, leaf_acts_as(dir, alias));
}

const struct leaf_row *leaf_row_of(struct node node)
{
    return find_row(node.dir, leaf_of(node));
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

void leaf_name_of(struct dir *dir, struct alias alias, char out[LEAF_NAME_BYTES])
{
    leaf_name(dir, leaf_acts_as(dir, alias), out);
}

void leaf_name(struct dir *dir, struct leaf leaf, char out[LEAF_NAME_BYTES])
{
    const struct leaf_source *source = source_of(dir, leaf);
    const struct leaf_row *row = leaf_fixed_row(dir, leaf);

    out[0] = '\0';
    if (source != NULL)
        source->print_name(dir, leaf, out);
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

struct leaf leaf_find_fixed(const struct dir *dir, const char *name)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (strcmp(leaf_row_name(dir, &rows[i]), name) == 0 && leaf_row_exists(dir, &rows[i]))
            return (struct leaf){i + 1};
    return LEAF_NONE;
}

bool leaf_hidden(struct dir *dir, struct leaf leaf)
{
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    bool hidden = deed_find(vfs->deeds, deed_of_removal(dir_serial(dir), leaf)) != NULL;
    pthread_mutex_unlock(&vfs->lock);
    return hidden;
}
