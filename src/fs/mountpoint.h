/* SPDX-License-Identifier: MIT */
/* The directory to mount on: found, checked, freed from what a daemon that died has left. */
#ifndef FS_MOUNTPOINT_H
#define FS_MOUNTPOINT_H

#include "util/problem.h"

/*
 * Returns 0 and in `*out` (freed by the caller) the absolute path of `path` without symbolic
 * links; else -1 and a problem: no such directory, not a directory, a paperspacefs is mounted there
 * already, or something that does not answer within 5 s. A dead mount on it (its daemon has gone)
 * is detached first. Single-threaded: starts fusermount3 if need be.
 */
int mountpoint_prepare(const char *path, char **out, struct problem *problem);

/* Claims the directory (as from mountpoint_prepare) for one start at a time, until it is mounted
 * on: a descriptor to be closed then, or -1 and a problem: another start has it, or has mounted. */
int mountpoint_claim(const char *path, struct problem *problem);

/* The type of the topmost mount right on `path` (absolute, clean) by the text of
 * /proc/self/mountinfo, into `out`; "" when nothing is mounted there. */
void mountpoint_type(const char *mountinfo, const char *path, char *out, size_t size);

#endif
