/* SPDX-License-Identifier: MIT */
/* The operations: dispatch to the type of directory, and the record of what failed. */
#include "config.h"

#include "vfs/actors.h"
#include "vfs/again.h"
#include "vfs/attr.h"
#include "vfs/content.h"
#include "vfs/dir_cache.h"
#include "vfs/failure.h"
#include "vfs/finish.h"
#include "vfs/file.h"
#include "vfs/lease.h"
#include "util/file_name.h"
#include "vfs/scratch.h"
#include "vfs/truncated.h"
#include "vfs/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define ABSENT_VALID_MS 1000 /* how long a fixed directory's lack of a name may be believed */

/* --- recording ------------------------------------------------------------------------------- */

static int finish(struct call *call, struct dir *dir, const char *name, int rc)
{
    char path[PATH_BYTES];

    if (rc >= 0)
        return rc;
    struct dir *child = dir_child(dir, name);

    dir_path(dir, name, path, sizeof path);
    rc = call_finish(call, child != NULL ? child : dir, path, rc);
    dir_unref(child);
    return rc;
}

/* What every change of `name` in `dir` asks first: 0, or why it can't be. */
static int begin_change(struct call *call, struct dir *dir, const char *name)
{
    vfs_sweep(dir->vfs);
    if (vfs_read_only(dir->vfs))
        return call_fail(call, EROFS, "mounted read-only");
    if (strlen(name) > NAME_MAX_BYTES)
        return call_fail(call, ENAMETOOLONG, "a name has at most %d bytes", NAME_MAX_BYTES);
    return 0;
}

/* The kernel holds the directory of a change until it is answered. Where changes of the kind get no
 * answer that is not waited for as long as each may take. */
static void hold_directory(struct call *call, struct dir *dir)
{
    const struct vfs_hooks *hooks = dir->vfs->config.hooks;

    if (hooks->patience_ms == NULL)
        return;
    int64_t now_ms = clock_now_ms(&clock_system);
    int64_t patience_ms = hooks->patience_ms(dir);
    if (patience_ms >= call->cancel->deadline_ms - now_ms)
        return;
    call->change_ms = call->cancel->deadline_ms;
    cancel_set_deadline(call->cancel, now_ms + patience_ms);
}

/* --- looking --------------------------------------------------------------------------------- */

/* Lets the found directory, or `dir` itself for a leaf, become the entry's node. */
static int make_entry(struct call *call, struct dir *dir, const struct found *found,
                      struct entry *out)
{
    out->node.alias = found->alias;
    out->node.dir = found->dir != NULL ? found->dir : dir_ref(dir);
    int rc = attr_entry(call, dir, out);
    if (found->for_caller)
        out->entry_valid_ms = 0;
    if (rc < 0) {
        node_unref(out->node);
        out->node = (struct node){.dir = NULL};
    }
    return rc;
}

/* What is looked up shows what there is now for ever, but to who is to find the file itself. */
static int make_pinned(struct call *call, struct dir *dir, struct found *found, struct entry *out)
{
    if (!alias_is_dir(found->alias) && again_is_coming(dir->vfs, call->pid, dir, found->alias))
        found->for_caller = true;
    else
        out->node.content = lookup_content(dir, found->alias);
    return make_entry(call, dir, found, out);
}

int vfs_lookup(struct call *call, struct dir *dir, const char *name, struct entry *out)
{
    const struct dir_ops *ops = dir_ops(dir);
    struct found found = {0};
    int rc;

    uint64_t own_changes = atomic_load(&dir->vfs->own_changes);

    *out = (struct entry){0};
    vfs_sweep(dir->vfs);
    if (strlen(name) > NAME_MAX_BYTES)
        return -ENAMETOOLONG;
    rc = ops->lookup == NULL ? leaves_lookup(call, dir, name, &found)
                             : ops->lookup(call, dir, name, &found);
    if (rc == -ENOENT && ops->names == NAMES_FIXED && ops->source == NULL)
        out->entry_valid_ms = ABSENT_VALID_MS;
    if (rc == 0 && found.dir != NULL)
        atomic_fetch_add_explicit(&dir->lookups, 1, memory_order_relaxed);
    else if (rc == 0)
        dir_cache_note_look(dir->vfs, call->pid);
    if (rc == 0)
        rc = make_pinned(call, dir, &found, out);
    lease_check(dir->vfs, own_changes, out);
    return finish(call, dir, name, rc);
}

int vfs_readlink(struct call *call, struct node node, char *out, size_t size)
{
    if (scratch_readlink(node.dir, leaf_of(node), out, size) == 0)
        return 0;
    return call_fail(call, EINVAL, "not a symbolic link");
}

int vfs_statfs(struct call *call, struct vfs *vfs, struct statvfs *out)
{
    if (vfs->config.hooks->statfs != NULL)
        return vfs->config.hooks->statfs(call, vfs, out);
    *out = (struct statvfs){.f_namemax = NAME_MAX_BYTES};
    return 0;
}

/* --- attributes ------------------------------------------------------------------------------ */

/* Of a resource's own file only that it was cut to nothing is worth a note. */
static void note_size(struct call *call, struct node node, off_t size)
{
    struct vfs *vfs = node.dir->vfs;
    struct kin by = kin_of(vfs, call);

    if (size == 0 && !node_is_dir(node))
        truncated_note(vfs, file_key_of(node), &by);
}

static int cut_scratch(struct call *call, struct dir *dir, struct leaf leaf, off_t size)
{
    struct scratch *scratch = scratch_hold(dir, leaf);

    if (scratch == NULL)
        return -ENOENT;
    int rc = scratch_truncate(call, scratch, size);
    scratch_release(dir, scratch, false);
    return rc;
}

/* A scratch file really takes what is set; of a resource's own files only the touch counts. */
static int apply(struct call *call, struct node node, const struct setattr *change)
{
    const struct leaf_row *row = leaf_row(node.dir, node.alias);
    struct leaf scratch = leaf_of(node);

    if (row != NULL && (row->flags & LEAF_SCRATCH_FILE) != 0) {
        int rc = change->set_size ? cut_scratch(call, node.dir, scratch, change->size) : 0;
        return rc < 0 ? rc : scratch_setattr(node.dir, scratch, change);
    }
    if (change->set_size)
        note_size(call, node, change->size);
    if (!change->touch_now)
        return 0;
    call->changed = true;
    if (!node_is_dir(node))
        return row != NULL && row->touch != NULL ? row->touch(call, node) : 0;
    if (dir_ops(node.dir)->touch != NULL)
        dir_ops(node.dir)->touch(node.dir);
    return 0;
}

int vfs_setattr(struct call *call, struct node node, const struct setattr *change, struct stat *st,
                int64_t *attr_valid_ms)
{
    char path[PATH_BYTES];
    int rc = 0;

    if (vfs_read_only(node.dir->vfs))
        rc = call_fail(call, EROFS, "mounted read-only");
    else
        rc = apply(call, node, change);
    if (rc == 0)
        rc = attr_node(call, node, st, attr_valid_ms);
    if (rc == 0)
        return 0;
    node_path(node, path, sizeof path);
    return call_finish(call, node.dir, path, rc);
}

/* --- changing -------------------------------------------------------------------------------- */

int vfs_mkdir(struct call *call, struct dir *dir, const char *name, mode_t mode, struct entry *out)
{
    const struct dir_ops *ops = dir_ops(dir);
    struct found found = {0};
    int rc = begin_change(call, dir, name);

    (void)mode;
    hold_directory(call, dir);
    if (rc == 0 && ops->mkdir == NULL)
        rc = call_fail(call, EPERM, "no directory can be made here");
    if (rc == 0)
        rc = ops->mkdir(call, dir, name, &found.dir);
    if (rc == 0)
        rc = make_entry(call, dir, &found, out);
    if (call->planned)
        out->entry_valid_ms = out->attr_valid_ms = 0;
    return finish(call, dir, name, rc);
}

/* Opens what was just made, or brings an unlinked file of a resource back, to be written anew. */
static int open_new(struct call *call, struct dir *dir, struct leaf leaf, int flags,
                    struct entry *out, struct file **file)
{
    struct found found = {.alias = leaf_alias(dir, leaf)};
    bool was_hidden = leaf_hidden(dir, leaf);
    bool created = was_hidden || (!leaf_is_scratch(leaf) && birth_hides(call, dir, leaf));
    int rc = file_open(call, (struct node){.dir = dir, .alias = found.alias}, flags, created, file);

    if (rc < 0)
        return rc;
    if (was_hidden)
        overlay_show(dir, leaf);
    birth_made(call, dir, leaf);
    rc = make_entry(call, dir, &found, out);
    if (rc < 0) {
        vfs_release(*file);
        *file = NULL;
    }
    return rc;
}

static int check_scratch(struct call *call, struct dir *dir, const char *name, bool *unlisted)
{
    const struct vfs_hooks *hooks = dir->vfs->config.hooks;

    *unlisted = false;
    if (leaf_is_hidden_secret(dir, name))
        return call_fail(call, EPERM, "secrets=hide: this file does not exist, nothing was sent");
    return hooks->check_scratch == NULL ? 0 : hooks->check_scratch(call, dir, name, unlisted);
}

/* 0, or why none can be made here. */
static int make_scratch(struct call *call, struct dir *dir, const char *name, mode_t mode,
                        const char *target, struct leaf *out)
{
    bool unlisted;

    if (!dir_ops(dir)->scratch)
        return call_fail(call, EPERM, "no other file can be made here");
    int rc = check_scratch(call, dir, name, &unlisted);
    if (rc < 0)
        return rc;
    rc = scratch_create(call, dir, name, mode, target, out);
    if (rc == 0 && unlisted)
        scratch_set_unlisted(dir, *out, true);
    return rc;
}

int vfs_create_file(struct call *call, struct dir *dir, const char *name, mode_t mode, int flags,
                    struct entry *out, struct file **file)
{
    int rc = begin_change(call, dir, name);
    struct leaf leaf = rc == 0 ? leaf_find(call, dir, name) : LEAF_NONE;

    *out = (struct entry){0};
    if (rc == 0 && leaf_is_none(leaf))
        rc = make_scratch(call, dir, name, mode, NULL, &leaf);
    if (rc == 0)
        rc = open_new(call, dir, leaf, flags, out, file);
    return finish(call, dir, name, rc);
}

int vfs_symlink(struct call *call, const char *target, struct dir *dir, const char *name,
                struct entry *out)
{
    int rc = begin_change(call, dir, name);
    struct found found = {0};
    struct leaf leaf;

    *out = (struct entry){0};
    if (rc == 0 && !leaf_is_none(leaf_find(call, dir, name)))
        rc = call_fail(call, EEXIST, "the name is taken");
    if (rc == 0)
        rc = make_scratch(call, dir, name, 0777, target, &leaf);
    if (rc == 0)
        found.alias = leaf_alias(dir, leaf);
    if (rc == 0)
        rc = make_entry(call, dir, &found, out);
    return finish(call, dir, name, rc);
}

int vfs_refuse(struct call *call, struct dir *dir, const char *name)
{
    int rc = begin_change(call, dir, name);

    if (rc == 0)
        rc = call_fail(call, EPERM, "hard links and special files can't be made here");
    return finish(call, dir, name, rc);
}

static int remove_entry(struct call *call, struct dir *dir, const char *name,
                        int (*remove)(struct call *, struct dir *, const char *))
{
    int rc = begin_change(call, dir, name);

    if (rc == 0 && remove == NULL)
        rc = call_fail(call, EPERM, "nothing can be removed here");
    if (rc == 0)
        rc = remove(call, dir, name);
    return finish(call, dir, name, rc);
}

int vfs_unlink(struct call *call, struct dir *dir, const char *name)
{
    return remove_entry(call, dir, name, dir_ops(dir)->unlink);
}

int vfs_rmdir(struct call *call, struct dir *dir, const char *name)
{
    hold_directory(call, dir);
    return remove_entry(call, dir, name, dir_ops(dir)->rmdir);
}

/* Puts where to before the words of a rename that failed, all else stays. */
static void name_target(struct call *call, struct dir *new_dir, const char *new_name, int rc)
{
    char path[PATH_BYTES];
    struct problem said;

    dir_path(new_dir, new_name, path, sizeof path);
    problem_set(&said, call->problem.kind, "to %s: %s", path,
                call->problem.message[0] != '\0' ? call->problem.message : strerror(-rc));
    memcpy(call->problem.message, said.message, sizeof said.message);
}

int vfs_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
               const char *new_name, unsigned flags)
{
    const struct dir_ops *ops = dir_ops(dir);
    int rc = begin_change(call, dir, new_name);

    hold_directory(call, dir);
    if (rc == 0 && ops->rename == NULL)
        rc = call_fail(call, EPERM, "nothing can be renamed here");
    if (rc == 0)
        rc = ops->rename(call, dir, name, new_dir, new_name, flags);
    if (rc == -EINVAL)
        rc = -EBADMSG; /* mv would send the rename once more after EINVAL */
    if (rc < 0 && (rc != -ENOENT || call->problem.message[0] != '\0'))
        name_target(call, new_dir, new_name, rc);
    return finish(call, dir, name, rc);
}
