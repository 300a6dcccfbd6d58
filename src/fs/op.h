/* SPDX-License-Identifier: MIT */
/*
 * What every handler begins and ends with: who asks, the token that an interrupt, the deadline or
 * the end of the mount fires, and the node that is meant. A handler is
 *
 *     rc = op_begin(&op, req, "lookup", ino);
 *     if (rc == 0)
 *         rc = vfs_…(&op.call, op.node, …);
 *     op_end(&op);
 *     reply
 *
 * The reply comes after op_end: it frees the request, and with it what an interrupt would use.
 */
#ifndef FS_OP_H
#define FS_OP_H

#include "fs/belief.h"
#include "fs/fuse.h"
#include "fs/handles.h"
#include "fs/inodes.h"
#include "fs/interrupts.h"
#include "vfs/vfs.h"
#include "util/cancel.h"

/* What the handlers work on; fuse_req_userdata gives it. */
struct fs {
    struct vfs *vfs;            /* borrowed; set before the first request is read */
    struct cancel_group *group; /* likewise */
    struct waiting_room *room;  /* likewise */
    int64_t timeout_ms;         /* of one operation */
    unsigned max_read;          /* 0: no limit of ours */
    struct inodes *inodes;
    struct deferred *deferred; /* from session_start on, like what follows */
    struct interrupts *interrupts;
    struct belief belief;
    struct handles handles;
};

struct op {
    struct fs *fs;
    fuse_req_t req;
    struct node node;  /* of the request's inode, a reference until op_end; .dir NULL: unknown */
    struct node other; /* of a second one (op_other) */
    struct cancel cancel;
    struct interrupted interrupted;
    struct call call;
};

/* Starts an operation on `ino`. Returns 0 or -ESTALE; op_end is due in either case. */
int op_begin(struct op *op, fuse_req_t req, const char *name, fuse_ino_t ino);
/* Finds the second node of an operation that has two. */
int op_other(struct op *op, fuse_ino_t ino);
/* Its caller was interrupted: as a function of fuse_req_interrupt_func, `data` being the op. */
void op_interrupt(fuse_req_t req, void *data);
/* Ends it: from here on nothing refers to the request but the reply that follows. */
void op_end(struct op *op);

/* The handle that a request came with; NULL: none. */
struct handle *op_handle(const struct fuse_file_info *fi);

/* Fills what FUSE wants to know of an entry, and counts the lookup; takes over the entry's
 * reference. 0 or -ENOMEM. */
int fs_count_entry(struct fs *fs, const struct entry *entry, struct fuse_entry_param *out);
/* Replies with an entry, or with an error when `rc` is not 0. */
void fs_reply_entry(struct fs *fs, fuse_req_t req, int rc, const struct entry *entry);
/* Seconds, for libfuse, of a validity. */
double fs_seconds(int64_t valid_ms);

/* The table of handlers. */
extern const struct fuse_lowlevel_ops fs_ops;

#endif
