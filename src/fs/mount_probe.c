/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/mount_probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/wait.h>
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

/* Leaves only these two open, as 0 and 1: the child may stay for as long as a daemon hangs, so it
 * holds nothing that somebody reads to its end. */
static void keep_only(int fd, int report)
{
    int high = fcntl(fd, F_DUPFD, 10), high_report = fcntl(report, F_DUPFD, 10);

    if (dup2(high, 0) != 0 || dup2(high_report, 1) != 1)
        _exit(EXIT_FAILURE);
    close_range(2, ~0U, 0);
}

/* In the child: tells what it found, and ends at once, with nothing torn down. */
static _Noreturn void tell(int fd, int report)
{
    keep_only(fd, report);
    char life = (char)ask(0);
    if (write(1, &life, 1) == 1)
        kill(getpid(), SIGKILL);
    _exit(EXIT_FAILURE);
}

/* What the child says in time. */
static enum probe_life hear(int report)
{
    struct pollfd answer = {.fd = report, .events = POLLIN};
    char life = PROBE_SILENT;

    if (poll(&answer, 1, PROBE_MS) != 1 || read(report, &life, 1) != 1)
        return PROBE_SILENT;
    return (enum probe_life)life;
}

enum probe_life probe_directory(int fd)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return PROBE_SILENT;
    pid_t child = fork();
    if (child == 0)
        tell(fd, fds[1]);
    close(fds[1]);
    enum probe_life life = child < 0 ? PROBE_SILENT : hear(fds[0]);
    close(fds[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, life == PROBE_SILENT ? WNOHANG : 0);
    }
    return life;
}
