/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/deferred.h"
#include "fs/op.h"
#include "fs/ops.h"

#include <errno.h>
#include <stdlib.h>

/* The content is the handle's own, so the kernel must not keep pages of it for other handles,
 * unless it is the node's for ever and nobody has to know who reads it. Who only reads has nothing
 * to say at its close. */
static void show_handle(struct fuse_file_info *fi, struct handle *handle)
{
    bool kept = file_is_kept(handle->file);

    fi->fh = (uintptr_t)handle;
    fi->direct_io = !kept;
    fi->keep_cache = kept;
    fi->noflush = !file_is_writable(handle->file);
}

/* Opens into a new handle; NULL and the error in `rc` when it fails. */
static struct handle *open_handle(struct op *op, int flags, int *rc)
{
    struct handle *handle = handle_open(&op->fs->handles);

    if (handle == NULL) {
        *rc = -ENOMEM;
        return NULL;
    }
    *rc = vfs_open(&op->call, op->node, flags, &handle->file);
    if (*rc == 0)
        return handle;
    handle_close(&op->fs->handles, handle);
    return NULL;
}

void fs_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct handle *handle = NULL;
    struct op op;
    int rc = op_begin(&op, req, "open", ino);

    if (rc == 0)
        handle = open_handle(&op, fi->flags, &rc);
    op_end(&op);
    if (rc != 0) {
        fuse_reply_err(req, -rc);
        return;
    }
    show_handle(fi, handle);
    if (fuse_reply_open(req, fi) != 0)
        handle_close(&op.fs->handles, handle); /* no RELEASE will come */
}

/* Counts the new file's entry and replies with it and its handle. */
static void reply_create(struct fs *fs, fuse_req_t req, const struct entry *entry,
                         struct handle *handle, struct fuse_file_info *fi)
{
    struct fuse_entry_param param;

    if (fs_count_entry(fs, entry, &param) != 0) {
        handle_close(&fs->handles, handle);
        fuse_reply_err(req, ENOMEM);
        return;
    }
    show_handle(fi, handle);
    if (fuse_reply_create(req, &param, fi) != 0) {
        handle_close(&fs->handles, handle);
        inodes_forget(fs->inodes, param.ino, 1);
    }
}

void fs_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
               struct fuse_file_info *fi)
{
    struct handle *handle = NULL;
    struct entry entry = {0};
    struct op op;
    int rc = op_begin(&op, req, "create", parent);

    if (rc == 0 && (handle = handle_open(&op.fs->handles)) == NULL)
        rc = -ENOMEM;
    if (rc == 0)
        rc = vfs_create_file(&op.call, op.node.dir, name, mode, fi->flags, &entry, &handle->file);
    op_end(&op);
    if (rc == 0) {
        reply_create(op.fs, req, &entry, handle, fi);
        return;
    }
    handle_close(&op.fs->handles, handle);
    fuse_reply_err(req, -rc);
}

void fs_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
    char *data = malloc(size > 0 ? size : 1);
    struct op op;
    ssize_t got = op_begin(&op, req, "read", ino);

    if (data == NULL)
        got = -ENOMEM;
    if (got == 0)
        got = vfs_read(&op.call, op_handle(fi)->file, data, size, off);
    op_end(&op);
    if (got == VFS_NOT_YET)
        deferred_read(op.fs->deferred, req, ino, op_handle(fi), size, off);
    else
        fs_reply_read(req, data, got);
    free(data);
}

void fs_write(fuse_req_t req, fuse_ino_t ino, const char *data, size_t size, off_t off,
              struct fuse_file_info *fi)
{
    struct op op;
    ssize_t taken = op_begin(&op, req, "write", ino);

    if (taken == 0)
        taken = vfs_write(&op.call, op_handle(fi)->file, data, size, off);
    op_end(&op);
    if (taken >= 0)
        fuse_reply_write(req, (size_t)taken);
    else
        fuse_reply_err(req, (int)-taken);
}

/* What is answered by success or failure alone. */
static void with_file(fuse_req_t req, const char *name, fuse_ino_t ino, struct fuse_file_info *fi,
                      int (*act)(struct call *call, struct file *file))
{
    struct op op;
    int rc = op_begin(&op, req, name, ino);

    if (rc == 0)
        rc = act(&op.call, op_handle(fi)->file);
    op_end(&op);
    fuse_reply_err(req, -rc);
}

void fs_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    with_file(req, "close", ino, fi, vfs_flush);
}

void fs_fsync(fuse_req_t req, fuse_ino_t ino, int data_only, struct fuse_file_info *fi)
{
    (void)data_only;
    with_file(req, "fsync", ino, fi, vfs_fsync);
}

void fs_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
    struct fs *fs = fuse_req_userdata(req);

    (void)ino;
    handle_close(&fs->handles, op_handle(fi));
    fuse_reply_err(req, 0);
}
