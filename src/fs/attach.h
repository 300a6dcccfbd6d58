/* SPDX-License-Identifier: MIT */
/*
 * Mounting on a directory by its descriptor, without a path that somebody could turn elsewhere in
 * between. Only who has the right to mount can; libfuse asks fusermount3 for the others, which does
 * checks of its own.
 */
#ifndef FS_ATTACH_H
#define FS_ATTACH_H

#include "fs/mountinfo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attach_config {
    const char *source;         /* what mount(8) shows as the device */
    const char *kernel_options; /* as in struct session_config; or NULL */
    bool read_only;
    unsigned max_read; /* 0: the kernel's own limit */
};

/* A mount as it is known later. Its id goes to the next mount of anybody once it is gone, and so
 * does its filesystem's device number. */
struct attachment {
    int mount_id;                  /* mountinfo.h; -1: it can't be told */
    uint64_t unique_id;            /* is used once only; 0: a kernel that has none (before 6.8) */
    unsigned dev_major, dev_minor; /* of its filesystem */
};

/* Opens the FUSE device and mounts on the directory `fd` is open on (O_PATH will do), which may be
 * an automounter's trigger. Returns the device's descriptor, owned by the caller, and in
 * `*attachment` what is mounted; -1 with errno set. */
int attach_mount(int fd, const struct attach_config *config, struct attachment *attachment);
/* What lies on top of the directory `fd` is open on, however it was mounted there. */
void attach_find(int fd, struct attachment *out);
/* Whether these options are in the hands of fusermount3 only: attach_mount has none of them. */
bool attach_lacks(const char *kernel_options);
/* Takes away that mount of the FUSE device `device` (which is open still), wherever it is by now,
 * also when it is in use; nothing when it is gone, whoever has its number. Who is in it goes on,
 * and is answered by whoever reads the device. Whether it was there and is gone; may start a
 * process. */
bool attach_unmount(const struct attachment *attachment, int device);

/* Lets the kernel refuse every change of the filesystem whose mount's root `fd` is open on, in all
 * its mounts, or not any more; all else stays as `present` has it. 0, or -1 with errno set: EPERM
 * to who may not mount, EBUSY while files are open for writing. */
int attach_remount(int fd, const struct mountinfo *present, bool read_only);
/* The flags for mount(2). For tests. */
unsigned long attach_remount_flags(const struct mountinfo *present, bool read_only);

/* What becomes of options: the flags and the text for mount(2). For tests. False: `size` does not
 * suffice. */
bool attach_translate(const struct attach_config *config, unsigned long *flags, char *text,
                      size_t size);

#endif
