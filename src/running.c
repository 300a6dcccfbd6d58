/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "running.h"

#include "fs/apart.h"
#include "util/json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MS 5000

/* What went wrong with the file, in words; 0: nothing did. */
static int fail(const struct mountpoint_ours *ours, const char *path, int err,
                struct problem *problem)
{
    const char *point = ours->mount.point;

    if (err == ENOTCONN)
        return problem_set(problem, PROBLEM_UNREACHABLE,
                           "%s: its daemon has gone; take it away with fusermount3 -u -z %s, and "
                           "mount it again",
                           point, point);
    if (err == ETIMEDOUT)
        return problem_set(problem, PROBLEM_UNREACHABLE,
                           "%s: its daemon does not answer; end it with umount -f %s", point,
                           point);
    return err == 0
               ? 0
               : problem_set(problem, PROBLEM_FORBIDDEN, "%s/%s: %s%s", point, path, strerror(err),
                             err == EACCES ? " (it is for who has mounted it)" : "");
}

/* An errno as the first byte, then what is in the file. */
static void tell(void *path)
{
    char part[4096];
    int fd = openat(0, path, O_RDONLY | O_CLOEXEC);
    char err = (char)(fd < 0 ? errno : 0);
    ssize_t got = write(1, &err, 1);

    while (fd >= 0 && got > 0 && (got = read(fd, part, sizeof part)) > 0)
        if (write(1, part, (size_t)got) != got)
            break;
}

int running_read(const struct mountpoint_ours *ours, const char *name, struct buf *out,
                 struct problem *problem)
{
    char path[NAME_MAX + 20];
    struct buf said = BUF_EMPTY;

    snprintf(path, sizeof path, ".paperspacefs/%s", name);
    int err = apart_run(ours->fd, tell, path, ANSWER_MS, &said);
    if (err == 0)
        err = said.size_bytes == 0 ? EIO : (unsigned char)said.data[0];
    if (err == 0 && !buf_append(out, said.data + 1, said.size_bytes - 1))
        err = ENOMEM;
    buf_finish(&said);
    return fail(ours, path, err, problem);
}

struct json_object *running_status(const struct mountpoint_ours *ours, struct problem *problem)
{
    struct buf text = BUF_EMPTY;
    struct json_object *status = NULL;

    if (running_read(ours, "status.json", &text, problem) == 0 &&
        json_read(buf_text(&text), text.size_bytes, &status, NULL) != JSON_OK)
        problem_set(problem, PROBLEM_PROTOCOL, "%s/.paperspacefs/status.json: no JSON is in it",
                    ours->mount.point);
    buf_finish(&text);
    return status;
}
