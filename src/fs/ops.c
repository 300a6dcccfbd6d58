/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/op.h"
#include "fs/ops.h"

/* What is agreed with the kernel. A bit that it doesn't offer must never be set. */
static void fs_init(void *userdata, struct fuse_conn_info *conn)
{
    const struct fs *fs = userdata;

    conn->max_read = fs->max_read; /* libfuse wants it said here as in the mount option */
    /* Attributes come with every listing, not only where the kernel guesses that they help. */
    conn->want &= ~(unsigned)FUSE_CAP_READDIRPLUS_AUTO;
    /* Our data is in memory: a pipe between would only cost. */
    conn->want &= ~(unsigned)(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE);
    /* A written byte must reach its handle in the write(2) that brings it. */
    conn->want &= ~(unsigned)FUSE_CAP_WRITEBACK_CACHE;
}

/*
 * What is missing here is answered ENOSYS by libfuse, which the kernel remembers and then does by
 * itself or does without: getxattr, listxattr, removexattr, lseek, poll, ioctl, fallocate,
 * copy_file_range, fsyncdir, access (default_permissions decides it) and bmap. Locks are kept by
 * the kernel only if their handlers are missing: it asks at the start who keeps them.
 */
const struct fuse_lowlevel_ops fs_ops = {
    .init = fs_init,
    .lookup = fs_lookup,
    .forget = fs_forget,
    .forget_multi = fs_forget_multi,
    .getattr = fs_getattr,
    .setattr = fs_setattr,
    .readlink = fs_readlink,
    .statfs = fs_statfs,
    .setxattr = fs_setxattr,
    .mkdir = fs_mkdir,
    .unlink = fs_unlink,
    .rmdir = fs_rmdir,
    .symlink = fs_symlink,
    .rename = fs_rename,
    .link = fs_link,
    .mknod = fs_mknod,
    .opendir = fs_opendir,
    .readdir = fs_readdir,
    .readdirplus = fs_readdirplus,
    .releasedir = fs_releasedir,
    .create = fs_create,
    .open = fs_open,
    .read = fs_read,
    .write = fs_write,
    .flush = fs_flush,
    .fsync = fs_fsync,
    .release = fs_release,
};
