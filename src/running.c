/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "running.h"

#include "util/clock.h"
#include "util/json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

/* In the child: an errno as the first byte, then what is in the file. */
static _Noreturn void tell(int root, const char *path, int report)
{
    char part[4096];
    int fd = openat(root, path, O_RDONLY | O_CLOEXEC);
    char err = (char)(fd < 0 ? errno : 0);
    ssize_t got = write(report, &err, 1);

    while (fd >= 0 && got > 0 && (got = read(fd, part, sizeof part)) > 0)
        if (write(report, part, (size_t)got) != got)
            break;
    kill(getpid(), SIGKILL); /* nothing is torn down twice */
    _exit(EXIT_FAILURE);
}

/* What the child says, to its end. Returns an errno, or 0. */
static int hear(int report, struct buf *out)
{
    int64_t end_ms = clock_now_ms(&clock_system) + ANSWER_MS;
    struct pollfd answer = {.fd = report, .events = POLLIN};
    char part[8192];
    ssize_t got;
    int err = -1;

    while (poll(&answer, 1, (int)(end_ms - clock_now_ms(&clock_system))) == 1) {
        got = read(report, part, sizeof part);
        if (got <= 0)
            return err < 0 ? EIO : err;
        size_t skip = err < 0 ? 1 : 0;
        if (skip == 1)
            err = (unsigned char)part[0];
        if (!buf_append(out, part + skip, (size_t)got - skip))
            return ENOMEM;
        if (end_ms <= clock_now_ms(&clock_system))
            break;
    }
    return ETIMEDOUT;
}

/* By a child: a daemon that hangs would keep us as well, even from being killed. */
int running_read(const struct mountpoint_ours *ours, const char *name, struct buf *out,
                 struct problem *problem)
{
    char path[NAME_MAX + 20];
    int fds[2];

    snprintf(path, sizeof path, ".paperspacefs/%s", name);
    if (pipe2(fds, O_CLOEXEC) != 0)
        return fail(ours, path, errno, problem);
    pid_t child = fork();
    if (child == 0)
        tell(ours->fd, path, fds[1]);
    close(fds[1]);
    int err = child < 0 ? errno : hear(fds[0], out);
    close(fds[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, err == ETIMEDOUT ? WNOHANG : 0);
    }
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
