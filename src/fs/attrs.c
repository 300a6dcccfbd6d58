/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/op.h"
#include "fs/ops.h"

#include <errno.h>
#include <limits.h>

static void reply_attr(fuse_req_t req, int rc, const struct stat *st, int64_t valid_ms)
{
    if (rc == 0)
        fuse_reply_attr(req, st, fs_seconds(valid_ms));
    else
        fuse_reply_err(req, -rc);
}

/* What a handle shows differs from what a new open would show: its own bytes. */
static void apply_handle(struct stat *st, const struct handle *handle)
{
    off_t size = handle != NULL && handle->file != NULL ? file_size(handle->file) : -1;

    if (size >= 0)
        st->st_size = size;
}

void fs_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    int64_t valid_ms = 0;
    struct stat st = {0};
    struct op op;
    int rc = op_begin(&op, req, "getattr", ino);

    if (rc == 0)
        rc = vfs_getattr(&op.call, op.node, &st, &valid_ms);
    if (rc == 0)
        apply_handle(&st, op_handle(fi));
    op_end(&op);
    reply_attr(req, rc, &st, valid_ms);
}

#define TIMES_NOW \
    (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_ATIME_NOW | FUSE_SET_ATTR_MTIME | FUSE_SET_ATTR_MTIME_NOW)
#define TIMES (TIMES_NOW | FUSE_SET_ATTR_CTIME)

static struct setattr translate(int to_set, const struct stat *attr, bool has_handle)
{
    /* The change's own time is no wish of the caller's: some kernels add it to every request. */
    bool touch = (to_set & ~FUSE_SET_ATTR_CTIME) == TIMES_NOW && !has_handle;

    return (struct setattr){
        .touch_now = touch,
        .set_size = (to_set & FUSE_SET_ATTR_SIZE) != 0,
        .size = attr->st_size,
        .set_mode = (to_set & FUSE_SET_ATTR_MODE) != 0,
        .mode = attr->st_mode & 07777,
        .set_owner = (to_set & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) != 0,
        .set_times = (to_set & TIMES) != 0 && !touch,
    };
}

/* A size that is set through a handle changes that handle's bytes; all else is the node's. */
static int apply_setattr(struct op *op, struct handle *handle, int to_set, const struct stat *attr,
                         struct stat *st, int64_t *valid_ms)
{
    bool has_file = handle != NULL && handle->file != NULL;

    if (has_file && (to_set & FUSE_SET_ATTR_SIZE) != 0) {
        int rc = vfs_truncate(&op->call, handle->file, attr->st_size);
        if (rc != 0)
            return rc;
        to_set &= ~FUSE_SET_ATTR_SIZE;
        if ((to_set & ~TIMES) == 0)
            return vfs_getattr(&op->call, op->node, st, valid_ms);
    }
    struct setattr change = translate(to_set, attr, has_file);
    return vfs_setattr(&op->call, op->node, &change, st, valid_ms);
}

void fs_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set,
                struct fuse_file_info *fi)
{
    struct handle *handle = op_handle(fi);
    int64_t valid_ms = 0;
    struct stat st = {0};
    struct op op;
    int rc = op_begin(&op, req, "setattr", ino);

    if (rc == 0)
        rc = apply_setattr(&op, handle, to_set, attr, &st, &valid_ms);
    if (rc == 0)
        apply_handle(&st, handle);
    op_end(&op);
    reply_attr(req, rc, &st, valid_ms);
}

void fs_readlink(fuse_req_t req, fuse_ino_t ino)
{
    char target[PATH_MAX];
    struct op op;
    int rc = op_begin(&op, req, "readlink", ino);

    if (rc == 0)
        rc = vfs_readlink(&op.call, op.node, target, sizeof target);
    op_end(&op);
    if (rc >= 0)
        fuse_reply_readlink(req, target);
    else
        fuse_reply_err(req, -rc);
}

void fs_statfs(fuse_req_t req, fuse_ino_t ino)
{
    struct statvfs out = {0};
    struct op op;
    int rc = op_begin(&op, req, "statfs", ino);

    if (rc == 0)
        rc = vfs_statfs(&op.call, op.fs->vfs, &out);
    op_end(&op);
    if (rc == 0)
        fuse_reply_statfs(req, &out);
    else
        fuse_reply_err(req, -rc);
}

/* ENOSYS would do too, but cp and tar take this one as "not here" without a word. */
void fs_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name, const char *value, size_t size,
                 int flags)
{
    (void)ino;
    (void)name;
    (void)value;
    (void)size;
    (void)flags;
    fuse_reply_err(req, EOPNOTSUPP);
}

void fs_forget(fuse_req_t req, fuse_ino_t ino, uint64_t lookups)
{
    struct fs *fs = fuse_req_userdata(req);

    inodes_forget(fs->inodes, ino, lookups);
    fuse_reply_none(req);
}

void fs_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
    struct fs *fs = fuse_req_userdata(req);

    for (size_t i = 0; i < count; i++)
        inodes_forget(fs->inodes, forgets[i].ino, forgets[i].nlookup);
    fuse_reply_none(req);
}
