/* SPDX-License-Identifier: MIT */
/* The kernel's table of mounts, /proc/self/mountinfo. */
#ifndef FS_MOUNTINFO_H
#define FS_MOUNTINFO_H

#include <limits.h>
#include <stdbool.h>

#define MOUNTINFO_OURS "fuse.paperspacefs"

struct mountinfo {
    int id;                        /* of the mount; 0 in none that is found */
    int parent;                    /* the id of the mount that it lies on */
    unsigned dev_major, dev_minor; /* of its filesystem */
    char point[PATH_MAX];
    char options[256]; /* of the mount: "ro,nosuid" */
    char type[64];
    char source[PATH_MAX];
    char super[1024]; /* options of the filesystem, the same in all its mounts */
};

/* The table as it is now; freed by the caller; NULL: it can't be read. */
char *mountinfo_read(void);
/* The mount with that id in a table's text. False: there is none. */
bool mountinfo_by_id(const char *table, int id, struct mountinfo *out);
/* The topmost of the mounts that lie on `point`, a directory of the mount `id`; when nothing is
 * mounted on it, false. */
bool mountinfo_topmost(const char *table, int id, const char *point, struct mountinfo *out);
/* A mount of the FUSE filesystem with that device number. False: it is mounted nowhere here. */
bool mountinfo_by_device(const char *table, unsigned dev_major, unsigned dev_minor,
                         struct mountinfo *out);
bool mountinfo_is_ours(const struct mountinfo *mount);
/* Whether a list of options as in the table has that one, as a whole. */
bool mountinfo_has_option(const char *options, const char *option);

/* A descriptor (O_PATH) of the root of the mount with that id, and what the table has of it; -1: it
 * is not to be reached by its path. Nothing is asked of its filesystem. */
int mountinfo_open(int id, struct mountinfo *out);

/* The id of the mount that an open descriptor is in, without asking its filesystem; -1: it can't be
 * told. */
int mountinfo_id_of(int fd);

#endif
