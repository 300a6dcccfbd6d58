/* SPDX-License-Identifier: MIT */
/*
 * Whether the kernel refuses every change of our filesystem: as it was mounted, or as somebody has
 * remounted it since (mount -o remount,ro), of which FUSE tells us nothing.
 */
#ifndef FS_READ_ONLY_H
#define FS_READ_ONLY_H

#include <pthread.h>
#include <stdbool.h>

struct read_only {
    pthread_mutex_t lock; /* guards the rest; held while /proc is read */
    bool now;             /* as it was last seen */
    int table_fd;         /* of the kernel's table of mounts, which says when it has changed; -1 */
    unsigned dev_major, dev_minor; /* of the filesystem; 0, 0: not mounted yet */
};

/* As it will be mounted. */
void read_only_init(struct read_only *read_only, bool now);
/* Once it is mounted, with that device number. Before the first request is read. */
void read_only_follow(struct read_only *read_only, unsigned dev_major, unsigned dev_minor);
void read_only_finish(struct read_only *read_only);

/* Asks the kernel, and nothing of the filesystem; one system call while nothing has changed. The
 * kernel refuses changes by itself: so what it lets through is never met by an old `true`. A change
 * to read-only by way of another mount namespace may be seen late. Any thread. */
bool read_only_now(struct read_only *read_only);

#endif
