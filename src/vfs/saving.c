/* SPDX-License-Identifier: MIT */
/*
 * Names within a resource's directory: removing, and renaming among the document, fields and
 * scratch files, which is how most tools save.
 *
 * The kernel moves a file's number along with its name. So what was moved onto the document *is*
 * the document from then on, and the document that was moved away is a scratch copy.
 */
#include "config.h"

#include "vfs/saving.h"

#include "vfs/failure.h"
#include "vfs/file.h"
#include "vfs/scratch.h"
#include "vfs/moved.h"
#include "vfs/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

int leaf_unlink(struct call *call, struct dir *dir, const char *name)
{
    struct leaf leaf = leaf_find(call, dir, name);

    if (leaf_is_none(leaf) || leaf_hidden(dir, leaf))
        return -ENOENT;
    if (!leaf_is_scratch(leaf))
        overlay_hide(call, dir, leaf);
    else if (overlay_hides_by(call, dir))
        scratch_unlink(dir, leaf);
    else
        scratch_remove(dir, leaf);
    return 0;
}

int leaf_rmdir(struct call *call, struct dir *dir, const char *name)
{
    bool nested = false;
    struct leaf leaf = lookup_own(call, dir, name, &nested);

    if (leaf_is_none(leaf) || !nested || leaf_hidden(dir, leaf))
        return -ENOENT;
    struct dir *inner = lookup_object(dir, name);
    if (inner == NULL)
        return -ENOMEM;
    bool empty = moved_is_empty(call, inner);
    dir_unref(inner);
    if (!empty)
        return call_fail(call, ENOTEMPTY, "it has files");
    overlay_hide(call, dir, leaf);
    return 0;
}

/* --- renaming -------------------------------------------------------------------------------- */

/* Both directories show the same resource, or nested object: `dir` is where the file was called,
 * and whose numbers the kernel takes along; `to` is in `new_dir`. */
struct move {
    struct dir *dir;
    struct leaf from;
    struct dir *new_dir;
    struct leaf to; /* LEAF_NONE: nothing has the new name */
    const char *new_name;
};

/* Writes a scratch file's content to the document or field `to`. */
static int write_to(struct call *call, const struct move *move)
{
    struct node node = {.dir = move->new_dir, .alias = leaf_alias(move->new_dir, move->to)};
    struct author author = {0};
    struct buf text = BUF_EMPTY;
    struct file *file = NULL;
    int rc = scratch_read(move->dir, move->from, &text) ? 0 : -ENOMEM;

    if (rc == 0)
        rc = file_open(call, node, O_WRONLY | O_TRUNC, true, &file);
    if (rc == 0) {
        scratch_author(move->dir, move->from, &author);
        rc = file_replace(call, file, &text, &author);
        vfs_release(file);
    }
    author_clear(&author);
    buf_finish(&text);
    return rc;
}

static int scratch_onto(struct call *call, const struct move *move)
{
    int rc = write_to(call, move);

    birth_made(call, move->new_dir, move->to);
    overlay_show(move->new_dir,
                 move->to); /* a refused one, too: the server's truth goes on showing */
    if (rc < 0)
        return rc;
    if (!leaf_become(move->dir, move->from, move->to))
        return -ENOMEM;
    scratch_remove(move->dir, move->from);
    return 0;
}

static int scratch_to_name(const struct move *move)
{
    if (!leaf_is_none(move->to))
        scratch_remove(move->new_dir, move->to);
    return scratch_rename(move->dir, move->from, move->new_name) ? 0 : -ENOMEM;
}

/* A secret's own file: its copy is not listed either. */
static bool is_private(struct node node)
{
    return (leaf_mode(node) & 0044) == 0 && node.dir->vfs->config.secrets != SECRETS_SHOW;
}

/* What is moved away leaves a copy under the new name; the file itself is hidden as by unlink. */
static int move_away(struct call *call, const struct move *move)
{
    struct dir *dir = move->dir;
    struct node node = {.dir = dir, .alias = leaf_alias(dir, move->from)};
    const struct leaf_row *row = leaf_row(dir, node.alias);
    struct buf text = BUF_EMPTY;
    int rc = leaf_render(call, node, row, true, &text);

    if (rc == 0 && !leaf_is_none(move->to))
        scratch_remove(move->new_dir, move->to);
    if (rc == 0)
        rc = scratch_put(call, dir, move->new_name, leaf_mode(node), is_private(node), &text);
    if (rc == 0 && !leaf_assume_role(dir, node.alias, scratch_find(dir, move->new_name)))
        rc = -ENOMEM;
    if (rc == 0)
        overlay_hide(call, dir, move->from);
    buf_finish(&text);
    return rc;
}

static int rename_leaf(struct call *call, const struct move *move)
{
    bool onto_own = !leaf_is_none(move->to) && !leaf_is_scratch(move->to);

    if (leaf_is_scratch(move->from))
        return onto_own ? scratch_onto(call, move) : scratch_to_name(move);
    if (onto_own)
        return call_fail(call, EPERM, "one of the resource's own files can't replace another");
    return move_away(call, move);
}

/* Whether both show the same resource, or the same object in it: then all that lies in one is in
 * the other, and a file is moved as within one directory. */
static bool shows_same(struct dir *dir, struct dir *other)
{
    if (dir == other)
        return true;
    if (dir_ops(dir) != dir_ops(other) || dir->kind != other->kind)
        return false;
    if (dir != dir_resource(dir))
        return strcmp(dir_name(dir), dir_name(other)) == 0 &&
               shows_same(dir->parent, other->parent);
    return dir_id(dir) != NULL && dir_id(other) != NULL && strcmp(dir_id(dir), dir_id(other)) == 0;
}

int leaf_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                const char *new_name, unsigned flags)
{
    struct move move = {.dir = dir, .new_dir = new_dir, .new_name = new_name};
    bool taken_by_dir = false;

    if (!shows_same(dir, new_dir))
        return call_fail(call, EPERM, "a file here can't be moved to another directory: copy it");
    if ((flags & ~(unsigned)RENAME_NOREPLACE) != 0)
        return call_fail(call, EPERM, "two files can't be exchanged here");
    move.from = leaf_find(call, dir, name);
    lookup_own(call, new_dir, new_name, &taken_by_dir);
    if (leaf_is_none(move.from) || leaf_hidden(dir, move.from))
        return taken_by_dir ? -ENOENT : call_fail(call, EPERM, "only files can be renamed here");
    if (taken_by_dir)
        return call_fail(call, EISDIR, "a directory has this name");
    move.to = leaf_find(call, new_dir, new_name);
    if (!leaf_is_none(move.to) && (flags & RENAME_NOREPLACE) != 0 && !leaf_hidden(new_dir, move.to))
        return call_fail(call, EEXIST, "the name is taken");
    return leaf_is_same(move.from, move.to) ? 0 : rename_leaf(call, &move);
}
