/* SPDX-License-Identifier: MIT */
/*
 * The program as mount(8)'s helper: called mount.paperspacefs or mount.fuse.paperspacefs, with
 *
 *     SOURCE TARGET [-sfnv] [-N NAMESPACE] [-o OPTIONS] [-t TYPE]
 *
 * whose letters mean something else than the program's own: -f there mounts nothing.
 */
#ifndef CONFIG_MOUNT_HELPER_H
#define CONFIG_MOUNT_HELPER_H

#include "util/problem.h"

#include <stdbool.h>

#define MOUNT_HELPER_USAGE  1  /* exit statuses of mount(8): wrong usage */
#define MOUNT_HELPER_FAILED 32 /* not mounted */

/* What mount(8) says besides what the program is told by its own arguments. */
struct mount_helper {
    bool called; /* by such a name; else the arguments are as they were */
    bool fake;   /* -f: everything but the mount itself */
};

/* Rewrites mount(8)'s arguments into the program's own, in place; argv[*argc] stays NULL. Returns
 * 0, or -1 and a problem: a letter that mount(8) has not, or -N, which is another's namespace.
 * Single-threaded. */
int mount_helper_rewrite(int *argc, char **argv, struct mount_helper *out, struct problem *problem);

/* The exit status for one of the program's own: what failed is MOUNT_HELPER_FAILED for mount(8). */
int mount_helper_status(const struct mount_helper *helper, int status);

#endif
