/* SPDX-License-Identifier: MIT */
/*
 * Mounting on a directory by its descriptor, without a path that somebody could turn elsewhere in
 * between. Only who has the right to mount can; libfuse asks fusermount3 for the others, which does
 * checks of its own.
 */
#ifndef FS_ATTACH_H
#define FS_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

struct attach_config {
    const char *source;         /* what mount(8) shows as the device */
    const char *kernel_options; /* as in struct session_config; or NULL */
    bool read_only;
    unsigned max_read; /* 0: the kernel's own limit */
};

/* Opens the FUSE device and mounts on the directory `fd` is open on (O_PATH will do), which may be
 * an automounter's trigger. Returns the device's descriptor, owned by the caller, and in
 * `*mount_id` the new mount's id (mountinfo.h; -1: it can't be told); -1 with errno set. */
int attach_mount(int fd, const struct attach_config *config, int *mount_id);
/* Whether these options are in the hands of fusermount3 only: attach_mount has none of them. */
bool attach_lacks(const char *kernel_options);
/* Takes away the mount with that id, wherever it is by now, also when it is in use; nothing when it
 * is gone. */
void attach_unmount(int mount_id);

/* What becomes of options: the flags and the text for mount(2). For tests. False: `size` does not
 * suffice. */
bool attach_translate(const struct attach_config *config, unsigned long *flags, char *text,
                      size_t size);

#endif
