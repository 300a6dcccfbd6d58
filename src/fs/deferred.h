/* SPDX-License-Identifier: MIT */
/*
 * Reads that have nothing to give yet: their requests are kept, so that no thread is held by who
 * reads `wait`, or reads from a handle while another's write to it is on its way. One thread asks
 * again for all of them, and answers each when its text is there, its caller was interrupted, or
 * the mount ends.
 */
#ifndef FS_DEFERRED_H
#define FS_DEFERRED_H

#include "fs/op.h"

/* Starts the thread, which blocks all signals. `fs` is borrowed until deferred_stop. NULL with
 * errno set when it can't. */
struct deferred *deferred_start(struct fs *fs);
/* Answers what is left, once the tokens of the group have been fired, and ends the thread. No
 * handler may run any more. NULL is fine. */
void deferred_stop(struct deferred *deferred);

/* Answers a read for which vfs_read has said VFS_NOT_YET, sooner or later; the handler's own
 * operation has ended. The kernel keeps the handle open until then. Any thread. */
void deferred_read(struct deferred *deferred, fuse_req_t req, fuse_ino_t ino, struct handle *handle,
                   size_t size, off_t off);

/* Answers a read: `got` bytes of `data`, or an error. */
void fs_reply_read(fuse_req_t req, const char *data, ssize_t got);

#endif
