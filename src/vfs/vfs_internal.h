/* SPDX-License-Identifier: MIT */
/*
 * The filesystem itself, for who makes one and for the files of vfs/. Not for fs/.
 *
 * Lock order: a file's `busy` turn → vfs->lock → whatever the hooks take. vfs->lock is held for
 * short looks at directory objects only: never across anything that waits.
 */
#ifndef VFS_VFS_INTERNAL_H
#define VFS_VFS_INTERNAL_H

#include "vfs/vfs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include <uthash.h>

struct actors;
struct deeds;
struct agains;
struct lingering;
struct dates;
struct dir_ops;
struct scratch_store;

/* Guarded by lock, but for what is atomic, and what never changes: config, root, started_ms. */
#define LOOKERS 64 /* a power of two */

struct vfs {
    struct vfs_config config;
    pthread_mutex_t lock;
    uint64_t last_serial;
    struct dir *root;
    _Atomic(int64_t) leased_ms;          /* monotonic: when the last lease was given */
    int64_t started_ms;                  /* wall clock */
    LIST_HEAD(, dir) hiding;             /* directories with hidden files, referenced */
    _Atomic(uint64_t) own_changes;       /* how many were waited for so far */
    _Atomic(uint64_t) forgets;           /* how often no name was to be believed any more */
    struct agains *agains;               /* who walks somewhere again: again.c */
    struct lingering *lingering;         /* what the kernel has forgotten of late: linger.c */
    struct dates *dates;                 /* when names changed: dates.c */
    struct actors *actors;               /* who callers are: actors.c */
    struct deeds *deeds;                 /* what each process has done: deeds.h */
    _Atomic(pid_t) lookers[LOOKERS];     /* threads that look at files, by hash: dir_cache.h */
    LIST_HEAD(, file) files;             /* newest first */
    struct scratch_store *scratch;       /* what lies in resources: scratch_set.h */
    void (*on_dir_end)(struct dir *dir); /* before it is freed, with the lock held; never changes */
};

/* Makes it, empty but for a root of that type; false: no memory. */
bool vfs_init(struct vfs *vfs, const struct vfs_config *config, const struct dir_ops *root);
/* Shows again what was unlinked, which drops what is held for it: before vfs_finish. */
void vfs_forget_hidden(struct vfs *vfs);
/* No call may be running, every directory reference but its own must have been dropped. */
void vfs_finish(struct vfs *vfs);

/* Whether no change is let through now. Any thread. */
static inline bool vfs_read_only(const struct vfs *vfs)
{
    return vfs->config.read_only != NULL && vfs->config.read_only(vfs->config.read_only_ctx);
}

/* Ends what has lasted long enough, or belongs to what is gone; costs nothing while there is
 * nothing of that kind. At the beginning of an operation, no lock held. */
void vfs_sweep(struct vfs *vfs);

#endif
