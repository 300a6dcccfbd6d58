/* SPDX-License-Identifier: MIT */
/*
 * What is laid over a resource's directory: which files are hidden by unlink, and by whom.
 * Any thread; vfs->lock is taken inside.
 */
#ifndef VFS_OVERLAY_H
#define VFS_OVERLAY_H

#include "vfs/deeds.h"
#include "vfs/vfs.h"

#include <sys/queue.h>

#define UNLINK_REVERT_MS 10000 /* a lone unlink shows again after this */

/* What this mount has laid over a resource's directory: files hidden by unlink. */
struct overlay {
    struct deed_list hidden; /* DEED_REMOVED */
    int64_t revert_ms;       /* monotonic: when they show again; 0: nothing hidden */
    bool listed;             /* in vfs->hiding */
    LIST_ENTRY(dir) link;
};

/* Hides a file, by the caller's unlink: until the rmdir, or for UNLINK_REVERT_MS. */
void overlay_hide(struct call *call, struct dir *dir, struct leaf leaf);
/* That it is, by which process: with vfs->lock held; NULL: it is not. */
const struct deed *overlay_find(const struct dir *dir, struct leaf leaf);
/* That one shows again: it was made anew. */
void overlay_show(struct dir *dir, struct leaf leaf);
/* Whether the caller's process has unlinked something there: it may be removing the resource. */
bool overlay_hides_by(struct call *call, struct dir *dir);
/* Everything shows again. */
void overlay_clear(struct dir *dir);
/* The same for a resource's directory with all that is nested in it. */
void overlay_clear_all(struct dir *dir);
/* Shows again what was unlinked more than UNLINK_REVERT_MS ago, and says so. */
void overlay_sweep(struct vfs *vfs);

/* Whether a file of it is hidden. */
bool overlay_is_any(struct dir *dir);

#endif
