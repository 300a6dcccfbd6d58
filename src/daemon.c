/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "daemon.h"

#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The parent: nothing of it is destroyed here, everything belongs to the child. */
static _Noreturn void await_report(int fd, pid_t child)
{
    char report;
    ssize_t got;
    int status = 0;

    while ((got = read(fd, &report, 1)) < 0 && errno == EINTR)
        ;
    if (got == 1)
        _exit(EXIT_SUCCESS);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFSIGNALED(status))
        log_error("the daemon was killed by signal %d while it started", WTERMSIG(status));
    _exit(WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : EXIT_FAILURE);
}

int daemon_start(struct daemon *daemon, struct problem *problem)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return problem_set(problem, PROBLEM_NO_MEMORY, "no pipe: %s", strerror(errno));
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        problem_set(problem, PROBLEM_NO_MEMORY, "no daemon can be started: %s", strerror(errno));
        close(fds[0]);
        close(fds[1]);
        return -1;
    }
    if (child > 0) {
        close(fds[1]);
        await_report(fds[0], child);
    }
    close(fds[0]);
    daemon->report_fd = fds[1];
    return 0;
}

void daemon_stay(struct daemon *daemon)
{
    daemon->report_fd = -1;
}

static void leave_terminal(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    setsid();
    if (null < 0)
        return;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        dup2(null, fd);
    if (null > STDERR_FILENO)
        close(null);
}

bool daemon_ready(struct daemon *daemon)
{
    if (daemon->report_fd < 0)
        return true;
    if (chdir("/") != 0)
        log_warning("the directory can't be left: %s", strerror(errno));
    log_use_syslog(true);
    leave_terminal();
    bool awaited = write(daemon->report_fd, "", 1) == 1;
    if (!awaited)
        log_warning("who started the daemon has gone: it ends as well");
    daemon_finish(daemon);
    return awaited;
}

void daemon_finish(struct daemon *daemon)
{
    if (daemon->report_fd >= 0)
        close(daemon->report_fd);
    daemon->report_fd = -1;
}

void daemon_keep_secrets(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
