/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/op.h"

#include "util/clock.h"

#include <errno.h>

/* Runs in another worker thread, with the request's lock held: it must do no more than this. */
void op_interrupt(fuse_req_t req, void *data)
{
    struct op *op = data;

    (void)req;
    interrupts_note(op->fs->interrupts, &op->interrupted, op->call.pid, &op->cancel);
}

static int find(const struct op *op, fuse_ino_t ino, struct node *node)
{
    return inodes_find(op->fs->inodes, ino, node) ? 0 : -ESTALE;
}

int op_begin(struct op *op, fuse_req_t req, const char *name, fuse_ino_t ino)
{
    const struct fuse_ctx *ctx = fuse_req_ctx(req);
    struct fs *fs = fuse_req_userdata(req);

    *op = (struct op){.fs = fs, .req = req};
    cancel_init(&op->cancel, fs->group, clock_now_ms(&clock_system) + fs->timeout_ms);
    op->cancel.room = fs->room;
    op->call.cancel = &op->cancel;
    op->call.pid = ctx->pid;
    op->call.uid = ctx->uid;
    op->call.gid = ctx->gid;
    op->call.umask = ctx->umask;
    op->call.op = name;
    belief_ask(&fs->belief);
    fuse_req_interrupt_func(req, op_interrupt, op);
    return find(op, ino, &op->node);
}

int op_other(struct op *op, fuse_ino_t ino)
{
    return find(op, ino, &op->other);
}

void op_end(struct op *op)
{
    fuse_req_interrupt_func(op->req, NULL, NULL); /* waits for one that is just running */
    interrupts_leave(op->fs->interrupts, &op->interrupted);
    cancel_finish(&op->cancel);
    vfs_settle(op->fs->vfs, &op->call);
    node_unref(op->node);
    node_unref(op->other);
}

struct handle *op_handle(const struct fuse_file_info *fi)
{
    return fi == NULL ? NULL : (struct handle *)(uintptr_t)fi->fh; // NOLINT
}

double fs_seconds(int64_t valid_ms)
{
    return valid_ms > 0 ? (double)valid_ms / 1000.0 : 0.0;
}

int fs_count_entry(struct fs *fs, const struct entry *entry, struct fuse_entry_param *out)
{
    *out = (struct fuse_entry_param){
        .ino = inodes_add(fs->inodes, entry->node),
        .generation = entry->generation,
        .attr = entry->st,
        .attr_timeout = fs_seconds(entry->attr_valid_ms),
        .entry_timeout = fs_seconds(entry->entry_valid_ms),
    };
    return out->ino != 0 ? 0 : -ENOMEM;
}

void fs_reply_entry(struct fs *fs, fuse_req_t req, int rc, const struct entry *entry)
{
    struct fuse_entry_param param;

    if (rc == 0)
        rc = fs_count_entry(fs, entry, &param);
    if (rc != 0)
        fuse_reply_err(req, -rc);
    else if (fuse_reply_entry(req, &param) != 0)
        inodes_forget(fs->inodes, param.ino, 1); /* the kernel never saw it */
}
