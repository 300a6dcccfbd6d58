/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "running.h"

#include "fs/mount_probe.h"
#include "util/json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int check_life(const struct mountpoint_ours *ours, struct problem *problem)
{
    const char *point = ours->mount->point;
    enum probe_life life = probe_directory(ours->fd);

    if (life == PROBE_DEAD)
        return problem_set(problem, PROBLEM_UNREACHABLE,
                           "%s: its daemon has gone; take it away with fusermount3 -u -z %s, and "
                           "mount it again",
                           point, point);
    if (life == PROBE_SILENT)
        return problem_set(problem, PROBLEM_UNREACHABLE,
                           "%s: its daemon does not answer; end it with umount -f %s", point,
                           point);
    return 0;
}

static int fail(const struct mountpoint_ours *ours, const char *path, struct problem *problem)
{
    int err = errno;

    return problem_set(problem, PROBLEM_FORBIDDEN, "%s/%s: %s%s", ours->mount->point, path,
                       strerror(err),
                       err == EACCES ? " (only who has mounted it, and root where allow_root or "
                                       "allow_other lets it in, can read it)"
                                     : "");
}

static bool read_all(int fd, struct buf *out)
{
    char part[8192];
    ssize_t got;

    while ((got = read(fd, part, sizeof part)) > 0)
        if (!buf_append(out, part, (size_t)got))
            return false;
    return got == 0;
}

int running_read(const struct mountpoint_ours *ours, const char *name, struct buf *out,
                 struct problem *problem)
{
    char path[NAME_MAX + 20];

    if (check_life(ours, problem) != 0)
        return -1;
    snprintf(path, sizeof path, ".paperspacefs/%s", name);
    int fd = openat(ours->fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(ours, path, problem);
    int rc = read_all(fd, out) ? 0 : fail(ours, path, problem);
    close(fd);
    return rc;
}

struct json_object *running_status(const struct mountpoint_ours *ours, struct problem *problem)
{
    struct buf text = BUF_EMPTY;
    struct json_object *status = NULL;

    if (running_read(ours, "status.json", &text, problem) == 0 &&
        json_read(buf_text(&text), text.size_bytes, &status, NULL) != JSON_OK)
        problem_set(problem, PROBLEM_PROTOCOL, "%s/.paperspacefs/status.json: no JSON is in it",
                    ours->mount->point);
    buf_finish(&text);
    return status;
}
