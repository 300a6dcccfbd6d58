/* SPDX-License-Identifier: MIT */
/*
 * Names within a resource's directory: removing, and renaming among the document, fields and
 * scratch files, which is how most tools save.
 *
 * The kernel moves a file's number along with its name. So what was moved onto the document *is*
 * the document from then on, and the document that was moved away is a scratch copy.
 */
#include "config.h"

#include "tree/failure.h"
#include "tree/fields.h"
#include "tree/file.h"
#include "tree/resource.h"
#include "tree/scratch.h"
#include "tree/moved.h"
#include "tree/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

int resource_file_unlink(struct call *call, struct dir *dir, const char *name)
{
    uint32_t leaf = leaf_find(call, dir, name);

    if (leaf == 0 || leaf_hidden(dir, leaf))
        return -ENOENT;
    if (leaf >= LEAF_SCRATCH)
        scratch_remove(dir, leaf);
    else
        overlay_hide(call, dir, leaf);
    return 0;
}

int resource_nested_rmdir(struct call *call, struct dir *dir, const char *name)
{
    bool nested = false;
    uint32_t leaf = lookup_own(call, dir, name, &nested);

    if (leaf == 0 || !nested || leaf_hidden(dir, leaf))
        return -ENOENT;
    struct dir *inner = lookup_object(dir, name);
    if (inner == NULL)
        return -ENOMEM;
    bool empty = moved_is_empty(call, inner);
    dir_unref(inner);
    if (!empty)
        return tree_fail(call, ENOTEMPTY, "it has files");
    overlay_hide(call, dir, leaf);
    return 0;
}

/* --- renaming -------------------------------------------------------------------------------- */

/* Writes a scratch file's content to the document or field `to`. */
static int write_to(struct call *call, struct dir *dir, uint32_t from, uint32_t to)
{
    struct node node = {dir, leaf_number(dir, to)};
    struct author author = {0};
    struct buf text = BUF_EMPTY;
    struct file *file = NULL;
    int rc = scratch_read(dir, from, &text) ? 0 : -ENOMEM;

    if (rc == 0)
        rc = file_open(call, node, O_WRONLY | O_TRUNC, true, &file);
    if (rc == 0) {
        scratch_author(dir, from, &author);
        rc = file_replace(call, file, &text, &author);
        tree_release(file);
    }
    author_clear(&author);
    buf_finish(&text);
    return rc;
}

static int scratch_onto(struct call *call, struct dir *dir, uint32_t from, uint32_t to)
{
    uint32_t number = leaf_number(dir, from);
    int rc = write_to(call, dir, from, to);

    birth_made(call, dir, to);
    overlay_show(dir, to); /* also a refused one: the server's truth goes on showing */
    if (rc < 0)
        return rc;
    if (!leaf_assume_role(dir, number, to))
        return -ENOMEM;
    scratch_remove(dir, from);
    return 0;
}

static int scratch_to_name(struct dir *dir, uint32_t from, uint32_t replaced, const char *new_name)
{
    if (replaced != 0)
        scratch_remove(dir, replaced);
    return scratch_rename(dir, from, new_name) ? 0 : -ENOMEM;
}

/* A secret's own file: its copy is not listed either. */
static bool is_private(struct node node)
{
    return (leaf_mode(node) & 0044) == 0 && node.dir->tree->config.secrets != SECRETS_SHOW;
}

/* What is moved away leaves a copy under the new name; the file itself is hidden as by unlink. */
static int move_away(struct call *call, struct dir *dir, uint32_t from, uint32_t replaced,
                     const char *new_name)
{
    struct node node = {dir, leaf_number(dir, from)};
    const struct leaf_row *row = leaf_row(dir, node.leaf);
    struct buf text = BUF_EMPTY;
    int rc = row->render(call, node, true, &text);

    if (rc == 0 && replaced != 0)
        scratch_remove(dir, replaced);
    if (rc == 0)
        rc = scratch_put(call, dir, new_name, leaf_mode(node), is_private(node), &text);
    if (rc == 0 && !leaf_assume_role(dir, node.leaf, scratch_find(dir, new_name)))
        rc = -ENOMEM;
    if (rc == 0)
        overlay_hide(call, dir, from);
    buf_finish(&text);
    return rc;
}

static int rename_leaf(struct call *call, struct dir *dir, uint32_t from, uint32_t to,
                       const char *new_name)
{
    if (from >= LEAF_SCRATCH)
        return to != 0 && to < LEAF_SCRATCH ? scratch_onto(call, dir, from, to)
                                            : scratch_to_name(dir, from, to, new_name);
    if (to != 0 && to < LEAF_SCRATCH)
        return tree_fail(call, EPERM, "one of the resource's own files can't replace another");
    return move_away(call, dir, from, to, new_name);
}

int resource_file_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                         const char *new_name, unsigned flags)
{
    uint32_t from = leaf_find(call, dir, name);
    bool taken_by_dir = false;

    if (dir != new_dir)
        return tree_fail(call, EPERM, "a file here can't be moved to another directory: copy it");
    if ((flags & ~(unsigned)RENAME_NOREPLACE) != 0)
        return tree_fail(call, EPERM, "two files can't be exchanged here");
    lookup_own(call, dir, new_name, &taken_by_dir);
    if (from == 0 || leaf_hidden(dir, from))
        return taken_by_dir ? -ENOENT : tree_fail(call, EPERM, "only files can be renamed here");
    if (taken_by_dir)
        return tree_fail(call, EISDIR, "a directory has this name");
    uint32_t to = leaf_find(call, dir, new_name);
    if (to != 0 && (flags & RENAME_NOREPLACE) != 0 && !leaf_hidden(dir, to))
        return tree_fail(call, EEXIST, "the name is taken");
    return from == to ? 0 : rename_leaf(call, dir, from, to, new_name);
}
