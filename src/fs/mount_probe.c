/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/mount_probe.h"

#include "fs/apart.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PROBE_MS 5000 /* how long what is mounted there may take to answer */

/* Attributes may still be in the kernel's cache; what statfs says never is. */
static bool is_cut(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) != 0 && errno == ENOTCONN;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool holds_something(int fd)
{
    const struct dirent *entry;
    bool any = false;
    int readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = readable >= 0 ? fdopendir(readable) : NULL;

    while (dir != NULL && !any && (entry = readdir(dir)) != NULL)
        any = !is_dots(entry->d_name);
    if (dir != NULL)
        closedir(dir);
    else if (readable >= 0)
        close(readable);
    return any;
}

static enum probe_life ask(int fd)
{
    if (is_cut(fd))
        return PROBE_DEAD;
    return holds_something(fd) ? PROBE_FULL : PROBE_EMPTY;
}

static void look(void *ctx)
{
    char life = (char)ask(0);

    (void)ctx;
    (void)!write(1, &life, 1);
}

/* Filesystems that are on this machine alone, and wait for nobody else. */
static bool is_local(const char *type)
{
    static const char *const types[] = {"ext4",  "ext3", "ext2",  "xfs",
                                        "btrfs", "f2fs", "tmpfs", "ramfs"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

enum probe_life probe_directory(int fd, const char *type)
{
    if (is_local(type))
        return ask(fd);
    struct buf found = BUF_EMPTY;
    enum probe_life life = apart_run(fd, look, NULL, PROBE_MS, &found) == 0 && found.size_bytes == 1
                               ? (enum probe_life)found.data[0]
                               : PROBE_SILENT;

    buf_finish(&found);
    return life;
}
