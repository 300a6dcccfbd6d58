/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/mountpoint.h"

#include "util/buf.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUR_TYPE  "fuse.paperspacefs"
#define STACK_MAX 16 /* dead mounts may lie on top of each other */
#define TYPE_SIZE 64

#define PROBE_MS 5000 /* how long what is mounted there may take to answer */

enum life { LIFE_ALIVE, LIFE_DEAD, LIFE_SILENT };

/* mountinfo writes blanks, tabs, newlines and backslashes of a path as \ooo. */
static void unescape(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; to++) {
        unsigned value;
        if (from[0] == '\\' && sscanf(from + 1, "%3o", &value) == 1) {
            *to = (char)value;
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* One line: ID PARENT MAJ:MIN ROOT MOUNTPOINT OPTIONS [TAGS…] - TYPE SOURCE SUPEROPTIONS */
static bool line_matches(const char *line, const char *path, char type[TYPE_SIZE])
{
    char point[PATH_MAX];
    const char *tail = strstr(line, " - ");

    if (tail == NULL || sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1)
        return false;
    unescape(point);
    return strcmp(point, path) == 0 && sscanf(tail + 3, "%63s", type) == 1;
}

void mountpoint_type(const char *mountinfo, const char *path, char *out, size_t size)
{
    char type[TYPE_SIZE];
    char *text = strdup(mountinfo);
    char *rest = text;

    out[0] = '\0';
    for (char *line; text != NULL && (line = strsep(&rest, "\n")) != NULL;)
        if (line_matches(line, path, type)) /* later ones lie on top */
            snprintf(out, size, "%s", type);
    free(text);
}

static void type_now(const char *path, char type[TYPE_SIZE])
{
    struct buf text = BUF_EMPTY;
    char part[4096];
    ssize_t got;
    int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

    while (fd >= 0 && (got = read(fd, part, sizeof part)) > 0)
        if (!buf_append(&text, part, (size_t)got))
            break;
    if (fd >= 0)
        close(fd);
    mountpoint_type(buf_text(&text), path, type, TYPE_SIZE);
    buf_finish(&text);
}

/* The path with its parent resolved and the last part as it is: what lies there may be dead, so
 * that nothing can be asked of it. */
static char *resolve_parent(const char *path)
{
    char *copy = strdup(path);
    char *joined = NULL;

    if (copy == NULL)
        return NULL;
    for (size_t size = strlen(copy); size > 1 && copy[size - 1] == '/'; size--)
        copy[size - 1] = '\0';
    char *slash = strrchr(copy, '/');
    const char *last = slash == NULL ? copy : slash + 1;
    if (strcmp(last, "") == 0 || strcmp(last, ".") == 0 || strcmp(last, "..") == 0) {
        free(copy);
        return realpath(path, NULL);
    }
    if (slash != NULL)
        *slash = '\0';
    char *parent = realpath(slash == NULL ? "." : slash == copy ? "/" : copy, NULL);
    if (parent != NULL &&
        asprintf(&joined, "%s/%s", strcmp(parent, "/") == 0 ? "" : parent, last) < 0)
        joined = NULL;
    free(parent);
    free(copy);
    return joined;
}

static int run_fusermount(const char *path)
{
    char *const argv[] = {(char[]){"fusermount3"}, (char[]){"-u"}, (char[]){"-z"},
                          (char[]){"--"},          strdup(path),   NULL};
    int status = -1;
    pid_t pid;

    if (argv[4] != NULL && posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) == 0)
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    free(argv[4]);
    return status == 0 ? 0 : -1;
}

static int detach(const char *path)
{
    if (geteuid() == 0)
        return umount2(path, MNT_DETACH);
    return run_fusermount(path);
}

/* Whether the daemon of what is mounted there has gone. Attributes may still be in the kernel's
 * cache; what statfs says never is. */
static bool is_cut(const char *path)
{
    struct statfs fs;

    return statfs(path, &fs) != 0 && errno == ENOTCONN;
}

/* In a child: tells what it found, and ends at once, with nothing torn down. It may stay for as
 * long as a daemon hangs, so it holds nothing else open that somebody reads to its end. */
static _Noreturn void tell_life(const char *path, int fd)
{
    close_range(0, (unsigned)fd - 1, 0);
    close_range((unsigned)fd + 1, ~0U, 0);
    char life = is_cut(path) ? LIFE_DEAD : LIFE_ALIVE;
    if (write(fd, &life, 1) == 1)
        kill(getpid(), SIGKILL);
    _exit(EXIT_FAILURE);
}

/* What the child says in time. */
static enum life hear_life(int fd)
{
    struct pollfd answer = {.fd = fd, .events = POLLIN};
    char life = LIFE_SILENT;

    if (poll(&answer, 1, PROBE_MS) != 1 || read(fd, &life, 1) != 1)
        return LIFE_SILENT;
    return (enum life)life;
}

/* Asks in a child, because a daemon that hangs would keep us as well, even from being killed. */
static enum life probe(const char *path)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return is_cut(path) ? LIFE_DEAD : LIFE_ALIVE;
    pid_t child = fork();
    if (child == 0)
        tell_life(path, fds[1]);
    close(fds[1]);
    enum life life = child < 0 ? LIFE_SILENT : hear_life(fds[0]);
    close(fds[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, life == LIFE_SILENT ? WNOHANG : 0);
    }
    return life;
}

static int clean_dead(const char *path, struct problem *problem)
{
    char type[TYPE_SIZE];

    enum life life;

    for (unsigned i = 0; i < STACK_MAX && (life = probe(path)) != LIFE_ALIVE; i++) {
        if (life == LIFE_SILENT)
            return problem_set(
                problem, PROBLEM_INVALID,
                "%s: what is mounted there does not answer; end it with umount -f %s", path, path);
        type_now(path, type);
        if (type[0] != '\0' && strcmp(type, OUR_TYPE) != 0)
            return problem_set(problem, PROBLEM_INVALID,
                               "%s: a dead mount of another kind (%s) is there; remove it with "
                               "fusermount3 -u",
                               path, type);
        if (detach(path) != 0)
            return problem_set(problem, PROBLEM_INVALID,
                               "%s: a dead mount is there and can't be removed: %s", path,
                               strerror(errno));
        log_info("%s: removed the mount of a daemon that has gone", path);
    }
    return 0;
}

static int refuse_live(const char *path, struct problem *problem)
{
    char type[TYPE_SIZE];

    type_now(path, type);
    if (strcmp(type, OUR_TYPE) != 0)
        return 0;
    return problem_set(problem, PROBLEM_INVALID,
                       "%s: a paperspacefs is mounted there already; end it with fusermount3 -u %s",
                       path, path);
}

static int check_directory(const char *path, struct problem *problem)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return problem_set(problem, PROBLEM_INVALID, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return problem_set(problem, PROBLEM_INVALID, "%s: not a directory", path);
    return 0;
}

int mountpoint_prepare(const char *path, char **out, struct problem *problem)
{
    char *rough = resolve_parent(path);

    if (rough == NULL)
        return problem_set(problem, PROBLEM_INVALID, "%s: %s", path, strerror(errno));
    if (clean_dead(rough, problem) != 0 || refuse_live(rough, problem) != 0 ||
        check_directory(rough, problem) != 0) {
        free(rough);
        return -1;
    }
    char *clean = realpath(rough, NULL); /* the last part may be a symbolic link */
    free(rough);
    if (clean == NULL)
        return problem_set(problem, PROBLEM_INVALID, "%s: %s", path, strerror(errno));
    if (refuse_live(clean, problem) != 0) {
        free(clean);
        return -1;
    }
    *out = clean;
    return 0;
}

int mountpoint_claim(const char *path, struct problem *problem)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return problem_set(problem, PROBLEM_INVALID, "%s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        problem_set(problem, PROBLEM_INVALID, "%s: another paperspacefs is just starting there",
                    path);
    else if (refuse_live(path, problem) == 0)
        return fd;
    close(fd);
    return -1;
}
