/* SPDX-License-Identifier: MIT */
/*
 * The directory to mount on: found, checked, freed from what a daemon that died has left.
 *
 * It is held by a descriptor from the first look on. Whoever may write the directories above it can
 * put something else in its place at any time; what is mounted on is what was looked at.
 */
#ifndef FS_MOUNTPOINT_H
#define FS_MOUNTPOINT_H

#include "fs/mountinfo.h"
#include "util/problem.h"

#include <stdbool.h>
#include <stddef.h>

struct mountpoint {
    int fd;      /* O_PATH; -1: none */
    char *path;  /* absolute, without symbolic links, as it was at the first look */
    bool autofs; /* an automounter's trigger: whatever is asked of it waits for the mount */
};

#define MOUNTPOINT_NONE \
    {                   \
        .fd = -1        \
    }

/*
 * Looks at `path`. Returns 0 and fills `out` (mountpoint_finish is due); else -1 and a problem: no
 * such directory, not a directory, a paperspacefs is mounted there already or lies above it, a dead
 * mount of another kind, or something that does not answer within 5 s. A dead mount of ours (its
 * daemon has gone) is detached first. Warns when the directory is not empty. Single-threaded:
 * forks, and starts fusermount3 if need be.
 */
int mountpoint_prepare(const char *path, struct mountpoint *out, struct problem *problem);
void mountpoint_finish(struct mountpoint *point);

/* Just before it is mounted on. Of several that start at once for the same directory one at a time
 * gets past this, until it closes the descriptor in `*lock`; -1 there: somebody else, who does not
 * mount, keeps the lock, and is not waited for longer than a second. Returns 0, or -1 and a
 * problem: a paperspacefs has been mounted there meanwhile. Any thread. */
int mountpoint_enter(const struct mountpoint *point, int *lock, struct problem *problem);

/* Takes away what lies on top at `path`, also when it is in use, by fusermount3: it lets a user do
 * so with mounts of their own. 0 or -1. Starts a process and waits for it,
 * 5 s at most; any thread. */
int mountpoint_release(const char *path);

/* A mount of ours that is there already, and where in it one stands. */
struct mountpoint_ours {
    int fd;                 /* of its root, O_PATH */
    struct mountinfo mount; /* what the kernel says of it */
    char *path;             /* of what was looked at: absolute, without symbolic links */
};

/* Finds the mount of ours that `path` (a directory or a file) lies in; asks nothing of it, but the
 * way to what lies deeper. 0, and mountpoint_ours_finish is due; else -1 and a problem: there is no
 * way to it (PROBLEM_NOT_FOUND), it leads through what does not answer within 5 s
 * (PROBLEM_UNREACHABLE), or it lies in no paperspacefs. Forks: single-threaded. */
int mountpoint_find(const char *path, struct mountpoint_ours *out, struct problem *problem);
void mountpoint_ours_finish(struct mountpoint_ours *ours);

/* The directory's present path into `out` (PATH_MAX bytes). False: it has none, or there is no
 * /proc. */
bool mountpoint_path(int fd, char *out);

#endif
