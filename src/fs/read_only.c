/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/read_only.h"

#include "fs/mountinfo.h"
#include "util/log.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

void read_only_init(struct read_only *read_only, bool now)
{
    *read_only = (struct read_only){.now = now, .table_fd = -1};
    pthread_mutex_init(&read_only->lock, NULL);
}

void read_only_follow(struct read_only *read_only, unsigned dev_major, unsigned dev_minor)
{
    read_only->dev_major = dev_major;
    read_only->dev_minor = dev_minor;
    read_only->table_fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
}

void read_only_finish(struct read_only *read_only)
{
    if (read_only->table_fd >= 0)
        close(read_only->table_fd);
    pthread_mutex_destroy(&read_only->lock);
}

/* Tells of each change of the table once. */
static bool table_has_changed(const struct read_only *read_only)
{
    struct pollfd table = {.fd = read_only->table_fd, .events = POLLPRI};

    return poll(&table, 1, 0) == 1;
}

/* What is mounted nowhere here stays as it was. */
static void look(struct read_only *read_only)
{
    struct mountinfo mount;
    char *table = mountinfo_read();

    if (table != NULL &&
        mountinfo_by_device(table, read_only->dev_major, read_only->dev_minor, &mount)) {
        bool now = mountinfo_has_option(mount.super, "ro");
        if (now != read_only->now)
            log_info("%s: remounted: changes are %s", mount.point, now ? "refused" : "allowed");
        read_only->now = now;
    }
    free(table);
}

bool read_only_now(struct read_only *read_only)
{
    pthread_mutex_lock(&read_only->lock);
    /* `ro` is looked at anew each time: another mount namespace may have changed it. */
    if (read_only->table_fd >= 0 && (read_only->now || table_has_changed(read_only)))
        look(read_only);
    bool now = read_only->now;
    pthread_mutex_unlock(&read_only->lock);
    return now;
}
