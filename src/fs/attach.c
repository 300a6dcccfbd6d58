/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/attach.h"

#include "fs/mountinfo.h"
#include "fs/mountpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVICE "/dev/fuse"

#define ALWAYS (MS_NOSUID | MS_NODEV)

#define NOSYMFOLLOW 256 /* MS_NOSYMFOLLOW of Linux 5.10 */

#ifndef STATX_MNT_ID_UNIQUE /* Linux 6.8 */
#define STATX_MNT_ID_UNIQUE 0x4000U
#endif

static const struct {
    const char *name;
    unsigned long set, clear;
    const char *text; /* for the filesystem */
} translations[] = {
    {"allow_other", 0, 0, "allow_other"},
    {"allow_root", 0, 0, "allow_other"}, /* libfuse turns the others away */
    {"exec", 0, MS_NOEXEC, NULL},
    {"noexec", MS_NOEXEC, 0, NULL},
    {"sync", MS_SYNCHRONOUS, 0, NULL},
    {"async", 0, MS_SYNCHRONOUS, NULL},
    {"dirsync", MS_DIRSYNC, 0, NULL},
    {"atime", 0, MS_NOATIME, NULL},
    {"noatime", MS_NOATIME, 0, NULL},
};

#define TRANSLATION_COUNT (sizeof translations / sizeof translations[0])

/* The row of the option that `text` begins with; TRANSLATION_COUNT: none. */
static size_t row_of(const char *text)
{
    size_t size = strcspn(text, ","), i = 0;

    while (i < TRANSLATION_COUNT &&
           (strlen(translations[i].name) != size || memcmp(translations[i].name, text, size) != 0))
        i++;
    return i;
}

static const char *next_option(const char *text)
{
    text += strcspn(text, ",");
    return *text == ',' ? text + 1 : text;
}

bool attach_lacks(const char *kernel_options)
{
    for (const char *at = kernel_options; at != NULL && *at != '\0'; at = next_option(at))
        if (row_of(at) == TRANSLATION_COUNT)
            return true;
    return false;
}

bool attach_translate(const struct attach_config *config, unsigned long *flags, char *text,
                      size_t size)
{
    int used = snprintf(text, size, "rootmode=40000,user_id=%ju,group_id=%ju,default_permissions",
                        (uintmax_t)getuid(), (uintmax_t)getgid());
    bool others = false;

    *flags = ALWAYS | (config->read_only ? MS_RDONLY : 0);
    for (const char *at = config->kernel_options; at != NULL && *at != '\0'; at = next_option(at)) {
        size_t row = row_of(at);
        if (row == TRANSLATION_COUNT)
            continue;
        *flags = (*flags & ~translations[row].clear) | translations[row].set;
        others = others || translations[row].text != NULL;
    }
    if (others)
        used += snprintf(text + used, size - (size_t)used, ",allow_other");
    if (config->max_read > 0 && (size_t)used < size)
        used += snprintf(text + used, size - (size_t)used, ",max_read=%u", config->max_read);
    return (size_t)used < size;
}

/* --- what becomes of a mount that is there ------------------------------------------------------
 */

/* What mount(2) would take away if it were not said again. */
static const struct {
    const char *name;
    unsigned long flag;
} kept[] = {
    {"nosuid", MS_NOSUID},        {"nodev", MS_NODEV},      {"noexec", MS_NOEXEC},
    {"nosymfollow", NOSYMFOLLOW}, {"noatime", MS_NOATIME},  {"nodiratime", MS_NODIRATIME},
    {"relatime", MS_RELATIME},    {"sync", MS_SYNCHRONOUS}, {"dirsync", MS_DIRSYNC},
    {"lazytime", MS_LAZYTIME},    {"mand", MS_MANDLOCK},
};

unsigned long attach_remount_flags(const struct mountinfo *present, bool read_only)
{
    unsigned long flags = MS_REMOUNT | (read_only ? MS_RDONLY : 0);

    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (mountinfo_has_option(present->options, kept[i].name) ||
            mountinfo_has_option(present->super, kept[i].name))
            flags |= kept[i].flag;
    if ((flags & (MS_NOATIME | MS_RELATIME)) == 0)
        flags |= MS_STRICTATIME;
    return flags;
}

int attach_remount(int fd, const struct mountinfo *present, bool read_only)
{
    unsigned long flags = attach_remount_flags(present, read_only);
    char link[64];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return mount(NULL, link, NULL, flags, NULL);
}

static int mount_device(int device, int fd, const struct attach_config *config)
{
    unsigned long flags;
    char text[256], data[288], link[64];

    if (!attach_translate(config, &flags, text, sizeof text)) {
        errno = EINVAL;
        return -1;
    }
    snprintf(data, sizeof data, "fd=%d,%s", device, text);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return mount(config->source, link, MOUNTINFO_OURS, flags, data);
}

/* --- which mount it is -------------------------------------------------------------------------
 */

/* Nothing is asked of the filesystem. */
static uint64_t unique_id_of(int fd)
{
    struct statx st;
    unsigned flags = AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;

    return statx(fd, "", (int)flags, STATX_MNT_ID_UNIQUE, &st) == 0 &&
                   (st.stx_mask & STATX_MNT_ID_UNIQUE) != 0
               ? st.stx_mnt_id
               : 0;
}

void attach_find(int fd, struct attachment *out)
{
    char path[PATH_MAX];
    struct mountinfo mount;
    char *table = mountinfo_read();
    bool found = table != NULL && mountpoint_path(fd, path) &&
                 mountinfo_topmost(table, mountinfo_id_of(fd), path, &mount);

    free(table);
    *out = (struct attachment){.mount_id = -1};
    if (!found)
        return;
    *out = (struct attachment){
        .mount_id = mount.id, .dev_major = mount.dev_major, .dev_minor = mount.dev_minor};
    int root = mountinfo_open(mount.id, &mount);
    if (root >= 0) {
        out->unique_id = unique_id_of(root);
        close(root);
    }
}

/* The kernel has ended the connection, as it does when its filesystem is mounted nowhere any more.
 */
static bool is_cut(int device)
{
    struct pollfd fuse = {.fd = device};

    return poll(&fuse, 1, 0) != 0 && (fuse.revents & POLLERR) != 0;
}

/* Whether the mount that has the number now is the one that was made. Without an id that is used
 * once only: as long as our filesystem lives nobody else has its device number, and with a
 * connection that is cut it can't be told. */
static bool is_it(const struct attachment *attachment, int device, int fd,
                  const struct mountinfo *mount)
{
    uint64_t unique_id = unique_id_of(fd);

    if (attachment->unique_id != 0 && unique_id != 0)
        return attachment->unique_id == unique_id;
    return mount->dev_major == attachment->dev_major && mount->dev_minor == attachment->dev_minor &&
           !is_cut(device);
}

/* --- on and off --------------------------------------------------------------------------------
 */

int attach_mount(int fd, const struct attach_config *config, struct attachment *attachment)
{
    int device = open(DEVICE, O_RDWR | O_CLOEXEC);

    if (device < 0)
        return -1;
    if (mount_device(device, fd, config) != 0) {
        int err = errno;
        close(device);
        errno = err;
        return -1;
    }
    attach_find(fd, attachment);
    return device;
}

/* Who may not unmount asks fusermount3, which knows paths only: what is at that one was looked at.
 */
static bool detach(int fd, const struct mountinfo *mount)
{
    char link[64];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return umount2(link, MNT_DETACH) == 0 ||
           (errno == EPERM && mountpoint_release(mount->point) == 0);
}

bool attach_unmount(const struct attachment *attachment, int device)
{
    struct mountinfo mount;
    int fd = attachment->mount_id > 0 ? mountinfo_open(attachment->mount_id, &mount) : -1;

    if (fd < 0)
        return false;
    bool gone = is_it(attachment, device, fd, &mount) && detach(fd, &mount);
    close(fd);
    return gone;
}
