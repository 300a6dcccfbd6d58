/* SPDX-License-Identifier: MIT */
/*
 * What the kernel believes of names and dates, and how it is told that it must not any more: the
 * functions of a struct vfs_belief (vfs/vfs.h), whose `ctx` is a struct belief. Any thread; no lock
 * is held while the kernel is written to.
 */
#ifndef FS_BELIEF_H
#define FS_BELIEF_H

#include "fs/fuse.h"
#include "fs/inodes.h"

#include <stdatomic.h>

/* So many directories may be known before names are leased only: the first walk after a change
 * costs the kernel some microseconds for each of what is below it. */
#define BELIEF_DIRS_MOST 50000

enum belief_state {
    BELIEF_UNKNOWN, /* the kernel was not asked yet */
    BELIEF_LASTS,   /* it can be told */
    BELIEF_CROWDED, /* it can, but knows too much: leases for now */
    BELIEF_NONE     /* it can't */
};

struct belief {
    struct fuse_session *fuse; /* borrowed; NULL: there is none yet */
    struct inodes *inodes;     /* likewise */
    _Atomic(enum belief_state) state;
};

/* `leases`: the kernel is not told even where it could be. */
void belief_init(struct belief *belief, struct fuse_session *fuse, struct inodes *inodes,
                 bool leases);
/* Once requests are served; asks the kernel when it was not asked yet. */
void belief_ask(struct belief *belief);

/* Nobody believes anything any more: the kernel is told nothing from now on. */
void belief_end(struct belief *belief);

bool belief_lasts(void *belief);
void belief_forget_names(void *belief);
void belief_forget_dates(void *belief, const uint64_t *keys, size_t count);

#endif
