/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/apart.h"

#include "util/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Leaves only these two open, as 0 and 1: the child may stay for as long as a daemon hangs, so it
 * holds nothing that somebody reads to its end. */
static void keep_only(int fd, int report)
{
    int high = fd < 0 ? open("/dev/null", O_RDONLY) : fcntl(fd, F_DUPFD, 10);
    int high_report = fcntl(report, F_DUPFD, 10);

    if (dup2(high, 0) != 0 || dup2(high_report, 1) != 1)
        _exit(EXIT_FAILURE);
    close_range(2, ~0U, 0);
}

static _Noreturn void be_child(int fd, int report, apart_look *look, void *ctx)
{
    keep_only(fd, report);
    look(ctx);
    kill(getpid(), SIGKILL);
    _exit(EXIT_FAILURE);
}

/* Waits for more; false: the time is over. */
static bool wait_for_more(int report, int64_t end_ms)
{
    struct pollfd answer = {.fd = report, .events = POLLIN};
    int64_t left_ms = end_ms - clock_now_ms(&clock_system);
    int ready;

    do
        ready = left_ms <= 0 ? 0 : poll(&answer, 1, (int)left_ms);
    while (ready < 0 && errno == EINTR && (left_ms = end_ms - clock_now_ms(&clock_system)) > 0);
    return ready == 1;
}

/* What the child says, to its end. */
static int hear(int report, int64_t timeout_ms, struct buf *found)
{
    int64_t end_ms = clock_now_ms(&clock_system) + timeout_ms;
    char part[8192];

    while (wait_for_more(report, end_ms)) {
        ssize_t got = read(report, part, sizeof part);
        if (got <= 0)
            return got == 0 ? 0 : errno;
        if (!buf_append(found, part, (size_t)got))
            return ENOMEM;
    }
    return ETIMEDOUT;
}

int apart_run(int fd, apart_look *look, void *ctx, int64_t timeout_ms, struct buf *found)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return errno;
    pid_t child = fork();
    if (child == 0)
        be_child(fd, fds[1], look, ctx);
    int err = child < 0 ? errno : 0;
    close(fds[1]);
    if (err == 0)
        err = hear(fds[0], timeout_ms, found);
    close(fds[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, err == ETIMEDOUT ? WNOHANG : 0);
    }
    return err;
}
