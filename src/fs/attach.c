/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/attach.h"

#include "fs/mountinfo.h"
#include "fs/mountpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define DEVICE "/dev/fuse"

#define ALWAYS (MS_NOSUID | MS_NODEV)

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

/* The id of what lies on top of the directory now. */
static int topmost_id(int fd)
{
    char path[PATH_MAX];
    struct mountinfo mount;
    char *table = mountinfo_read();
    bool found = table != NULL && mountpoint_path(fd, path) &&
                 mountinfo_topmost(table, mountinfo_id_of(fd), path, &mount);

    free(table);
    return found ? mount.id : -1;
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

int attach_mount(int fd, const struct attach_config *config, int *mount_id)
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
    *mount_id = topmost_id(fd);
    return device;
}

/* A descriptor of the mount's root; -1: it is not to be reached by its path. */
static int open_mount(int mount_id)
{
    struct mountinfo mount;
    char *table = mountinfo_read();
    int fd = table != NULL && mountinfo_by_id(table, mount_id, &mount)
                 ? open(mount.point, O_PATH | O_CLOEXEC)
                 : -1;

    free(table);
    if (fd >= 0 && mountinfo_id_of(fd) != mount_id) {
        close(fd);
        fd = -1;
    }
    return fd;
}

void attach_unmount(int mount_id)
{
    char link[64];
    int fd = mount_id > 0 ? open_mount(mount_id) : -1;

    if (fd < 0)
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    umount2(link, MNT_DETACH);
    close(fd);
}
