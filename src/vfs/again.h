/* SPDX-License-Identifier: MIT */
/*
 * Threads that were told to walk to a file again (ESTALE, upon which the kernel looks every name on
 * the way up anew, once, unseen by its caller): to write they find the file itself, not what it
 * showed at one time; to read, what it shows now. One entry a thread, until it has opened the file,
 * or for AGAIN_MS. Callers without a pid (of another pid namespace than the daemon's) are all
 * thread 0: they have one entry a file, which ends with AGAIN_MS. Any thread.
 */
#ifndef VFS_AGAIN_H
#define VFS_AGAIN_H

#include "vfs/dir.h"

#define AGAIN_MS   10000
#define AGAIN_MOST 256

enum again_for { AGAIN_READS, AGAIN_WRITES };

struct agains;

struct agains *agains_create(void); /* NULL: no memory */
void agains_destroy(struct agains *agains);
enum again_way {
    AGAIN_GO,     /* it is told to walk there */
    AGAIN_CAME,   /* it was told so, and has found another state */
    AGAIN_NOWHERE /* it has come back without a look-up: by a way without names (/proc/self/fd, a
                   * file that something is mounted on) */
};

/* The thread is to walk to `node`, which has a content, again. */
enum again_way again_walk(struct vfs *vfs, pid_t thread, struct node node, enum again_for why);
/* Whether it is on its way to that file, to write to it. */
bool again_is_coming(struct vfs *vfs, pid_t thread, const struct dir *dir, struct alias alias);
/* It has opened what it wanted. */
void again_came(struct vfs *vfs, pid_t thread);

#endif
