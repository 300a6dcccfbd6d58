/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/op.h"
#include "fs/ops.h"

#include <errno.h>

/* A name that is missing may be believed for a while; the kernel takes that as an entry without a
 * node, not as an error. */
static void reply_absent(fuse_req_t req, const struct entry *entry)
{
    struct fuse_entry_param param = {.entry_timeout = fs_seconds(entry->entry_valid_ms)};

    if (entry->entry_valid_ms > 0)
        fuse_reply_entry(req, &param);
    else
        fuse_reply_err(req, ENOENT);
}

void fs_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    struct entry entry = {0};
    struct op op;
    int rc = op_begin(&op, req, "lookup", parent);

    if (rc == 0)
        rc = vfs_lookup(&op.call, op.node.dir, name, &entry);
    op_end(&op);
    if (rc == -ENOENT)
        reply_absent(req, &entry);
    else
        fs_reply_entry(op.fs, req, rc, &entry);
}

void fs_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
    struct entry entry = {0};
    struct op op;
    int rc = op_begin(&op, req, "mkdir", parent);

    if (rc == 0)
        rc = vfs_mkdir(&op.call, op.node.dir, name, mode, &entry);
    op_end(&op);
    fs_reply_entry(op.fs, req, rc, &entry);
}

void fs_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
    struct entry entry = {0};
    struct op op;
    int rc = op_begin(&op, req, "symlink", parent);

    if (rc == 0)
        rc = vfs_symlink(&op.call, target, op.node.dir, name, &entry);
    op_end(&op);
    fs_reply_entry(op.fs, req, rc, &entry);
}

/* An operation on one name that is answered by success or failure alone. */
static void change_name(fuse_req_t req, const char *op_name, fuse_ino_t parent, const char *name,
                        int (*change)(struct call *call, struct dir *dir, const char *name))
{
    struct op op;
    int rc = op_begin(&op, req, op_name, parent);

    if (rc == 0)
        rc = change(&op.call, op.node.dir, name);
    op_end(&op);
    fuse_reply_err(req, -rc);
}

void fs_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    change_name(req, "unlink", parent, name, vfs_unlink);
}

void fs_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
    change_name(req, "rmdir", parent, name, vfs_rmdir);
}

void fs_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t new_parent, const char *new_name)
{
    (void)ino;
    change_name(req, "link", new_parent, new_name, vfs_refuse);
}

void fs_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t rdev)
{
    (void)mode;
    (void)rdev;
    change_name(req, "mknod", parent, name, vfs_refuse);
}

void fs_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
               const char *new_name, unsigned flags)
{
    struct op op;
    int rc = op_begin(&op, req, "rename", parent);

    if (rc == 0)
        rc = op_other(&op, new_parent);
    if (rc == 0)
        rc = vfs_rename(&op.call, op.node.dir, name, op.other.dir, new_name, flags);
    op_end(&op);
    fuse_reply_err(req, -rc);
}
