/* SPDX-License-Identifier: MIT */
/* Whether what is mounted on a directory answers. */
#ifndef FS_MOUNT_PROBE_H
#define FS_MOUNT_PROBE_H

enum probe_life {
    PROBE_EMPTY,  /* it answers, and nothing is in the directory, or that can't be told */
    PROBE_FULL,   /* it answers, and something is in the directory */
    PROBE_DEAD,   /* its daemon has gone */
    PROBE_SILENT, /* no answer within 5 s */
};

/* Asks of an open directory (O_PATH will do) in a filesystem of that type ("": not known). In a
 * child, because a daemon that hangs would keep us as well, even from being killed:
 * single-threaded; but where the type is one that asks nobody, right here. */
enum probe_life probe_directory(int fd, const char *type);

#endif
