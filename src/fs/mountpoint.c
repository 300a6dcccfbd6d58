/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/mountpoint.h"

#include "fs/apart.h"
#include "fs/mountinfo.h"
#include "fs/mount_probe.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STACK_MAX 16 /* dead mounts may lie on top of each other */

#define LOCK_TRIES    50
#define WAY_MS        5000 /* how long the way to a path may take */
#define LOCK_PAUSE_NS 20000000L
#define RELEASE_MS    5000 /* how long fusermount3 may take */

bool mountpoint_path(int fd, char *out)
{
    char link[64];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, out, PATH_MAX - 1);
    out[size < 0 ? 0 : size] = '\0';
    return out[0] == '/';
}

/* --- the first look ---- */

/* Nothing is asked of what lies at the end of the path: it may be dead, or silent, or an
 * automounter's trigger (which a slash at the end would pull). */
static int open_quietly(const char *path)
{
    char *clean = strdup(path);
    int fd = -1;

    if (clean == NULL)
        return -1;
    for (size_t size = strlen(clean); size > 1 && clean[size - 1] == '/'; size--)
        clean[size - 1] = '\0';
    fd = open(clean, O_PATH | O_CLOEXEC);
    free(clean);
    return fd;
}

static bool is_directory(int fd)
{
    struct statx st;

    return statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_TYPE, &st) ==
               0 &&
           S_ISDIR(st.stx_mode);
}

/* What is mounted where the descriptor is: the mount itself; `root` tells whether the descriptor is
 * its root. False: it can't be told. */
static bool mount_of(int fd, const char *path, struct mountinfo *mount, bool *root)
{
    char *table = mountinfo_read();
    bool found = table != NULL && mountinfo_by_id(table, mountinfo_id_of(fd), mount);

    *root = found && strcmp(mount->point, path) == 0;
    free(table);
    return found;
}

/* --- the remains of a daemon ---- */

/* The exit status of a child, -1: none in time, and it is killed. The path that it was given may
 * lie in what does not answer. */
static int await_child(pid_t child)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    int64_t end_ms = clock_now_ms(&clock_system) + RELEASE_MS;
    int status = -1;
    pid_t ended;

    while ((ended = waitpid(child, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        if (clock_now_ms(&clock_system) >= end_ms) {
            kill(child, SIGKILL);
            return -1;
        }
        nanosleep(&pause, NULL);
    }
    return ended == child ? status : -1;
}

int mountpoint_release(const char *path)
{
    char *const argv[] = {(char[]){"fusermount3"}, (char[]){"-u"}, (char[]){"-z"},
                          (char[]){"--"},          strdup(path),   NULL};
    int status = -1;
    pid_t pid;

    if (argv[4] != NULL && posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) == 0)
        status = await_child(pid);
    free(argv[4]);
    return status == 0 ? 0 : -1;
}

/* Takes away the mount whose root `fd` is, whatever lies at the path by now. */
static int detach(int fd, const char *path)
{
    char link[64];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return geteuid() == 0 ? umount2(link, MNT_DETACH) : mountpoint_release(path);
}

static int clean_dead(int fd, const char *path, const struct mountinfo *mount,
                      struct problem *problem)
{
    if (!mountinfo_is_ours(mount))
        return problem_set(problem, PROBLEM_INVALID,
                           "%s: a dead mount of another kind (%s) is there; remove it with "
                           "fusermount3 -u",
                           path, mount->type);
    if (detach(fd, path) != 0)
        return problem_set(problem, PROBLEM_INVALID,
                           "%s: a dead mount is there and can't be removed: %s", path,
                           strerror(errno));
    log_info("%s: removed the mount of a daemon that has gone", path);
    return 0;
}

/* --- what is there ---- */

static int refuse_live(const char *path, struct problem *problem)
{
    return problem_set(problem, PROBLEM_INVALID,
                       "%s: a paperspacefs is mounted there already; end it with fusermount3 -u %s",
                       path, path);
}

static int refuse_silent(const char *path, struct problem *problem)
{
    return problem_set(problem, PROBLEM_INVALID,
                       "%s: what is mounted there does not answer; end it with umount -f %s", path,
                       path);
}

/* 0: it can be mounted on; 1: what was dead there has been removed, so look again; -1. */
static int judge(int fd, const char *path, bool *autofs, struct problem *problem)
{
    struct mountinfo mount = {.id = 0};
    bool root;
    bool known = mount_of(fd, path, &mount, &root);

    *autofs = known && strcmp(mount.type, "autofs") == 0;
    if (*autofs)
        return 0;
    if (known && !root && mountinfo_is_ours(&mount))
        return problem_set(problem, PROBLEM_INVALID,
                           "%s: it lies inside a paperspacefs (%s): mount elsewhere", path,
                           mount.point);
    enum probe_life life = probe_directory(fd, known ? mount.type : "");
    if (life == PROBE_DEAD && known && root)
        return clean_dead(fd, path, &mount, problem) == 0 ? 1 : -1;
    if (life == PROBE_SILENT || life == PROBE_DEAD)
        return refuse_silent(path, problem);
    if (known && root && mountinfo_is_ours(&mount))
        return refuse_live(path, problem);
    if (life == PROBE_FULL)
        log_warning("%s: the directory is not empty; what is in it is hidden while this is mounted",
                    path);
    return 0;
}

static int look(const char *given, struct mountpoint *out, struct problem *problem)
{
    char path[PATH_MAX];

    out->fd = open_quietly(given);
    if (out->fd < 0)
        return problem_set(problem, PROBLEM_INVALID, "%s: %s%s%s", given, strerror(errno),
                           errno == ENOENT && given[0] != '\0' ? "; make it with mkdir -p " : "",
                           errno == ENOENT ? given : "");
    if (!is_directory(out->fd))
        return problem_set(problem, PROBLEM_INVALID, "%s: not a directory", given);
    if (!mountpoint_path(out->fd, path))
        return problem_set(problem, PROBLEM_INVALID, "%s: its path can't be told: is /proc there?",
                           given);
    out->path = strdup(path);
    if (out->path == NULL)
        return problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    return judge(out->fd, out->path, &out->autofs, problem);
}

int mountpoint_prepare(const char *path, struct mountpoint *out, struct problem *problem)
{
    int rc = 1;

    for (unsigned i = 0; i < STACK_MAX && rc == 1; i++) {
        *out = (struct mountpoint)MOUNTPOINT_NONE;
        rc = look(path, out, problem);
        if (rc != 0)
            mountpoint_finish(out);
    }
    return rc == 1
               ? problem_set(problem, PROBLEM_INVALID, "%s: too many dead mounts are there", path)
               : rc;
}

void mountpoint_finish(struct mountpoint *point)
{
    if (point->fd >= 0)
        close(point->fd);
    free(point->path);
    *point = (struct mountpoint)MOUNTPOINT_NONE;
}

/* --- just before it is mounted on ---- */

/* Who starts holds it for milliseconds; who holds it longer does not start, and does not matter. */
static int lock_directory(int fd)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
    char link[64];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int lock = open(link, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (unsigned i = 0; lock >= 0 && i < LOCK_TRIES; i++) {
        if (flock(lock, LOCK_EX | LOCK_NB) == 0)
            return lock;
        nanosleep(&pause, NULL);
    }
    if (lock >= 0)
        close(lock);
    return -1;
}

static bool ours_is_on(const struct mountpoint *point)
{
    char path[PATH_MAX];
    struct mountinfo mount;
    char *table = mountinfo_read();
    bool ours = table != NULL && mountpoint_path(point->fd, path) &&
                mountinfo_topmost(table, mountinfo_id_of(point->fd), path, &mount) &&
                mountinfo_is_ours(&mount);

    free(table);
    return ours;
}

int mountpoint_enter(const struct mountpoint *point, int *lock, struct problem *problem)
{
    *lock = point->autofs ? -1 : lock_directory(point->fd);
    if (!ours_is_on(point))
        return 0;
    if (*lock >= 0)
        close(*lock);
    *lock = -1;
    return refuse_live(point->path, problem);
}

/* --- a mount that is there ---- */

void mountpoint_ours_finish(struct mountpoint_ours *ours)
{
    if (ours->fd >= 0)
        close(ours->fd);
    free(ours->path);
    *ours = (struct mountpoint_ours){.fd = -1};
}

/* Of an open path: the mount that it lies in. */
static int find_ours(int fd, const char *given, struct mountpoint_ours *out,
                     struct problem *problem)
{
    char path[PATH_MAX];
    struct mountinfo *mount = &out->mount;

    if (mountpoint_path(fd, path))
        out->path = strdup(path);
    if (out->path == NULL)
        return problem_set(problem, PROBLEM_NO_MEMORY, "%s: its path can't be told", given);
    out->fd = mountinfo_open(mountinfo_id_of(fd), mount);
    if (mount->id == 0 || !mountinfo_is_ours(mount))
        return problem_set(problem, PROBLEM_INVALID, "%s: no paperspacefs is mounted there", given);
    if (out->fd < 0)
        return problem_set(problem, PROBLEM_INVALID, "%s: something else is mounted over it",
                           given);
    return 0;
}

/* The way to what lies deep in a mount leads through its daemon. */
static void go_there(void *path)
{
    char err = (char)(open_quietly(path) < 0 ? errno : 0);

    (void)!write(1, &err, 1);
}

/* Whether there is a way, and it is not endless. */
static int try_way(const char *path, struct problem *problem)
{
    struct buf said = BUF_EMPTY;
    char *copy = strdup(path);
    int err = copy == NULL ? ENOMEM : apart_run(-1, go_there, copy, WAY_MS, &said);

    if (err == 0)
        err = said.size_bytes == 0 ? EIO : (unsigned char)said.data[0];
    buf_finish(&said);
    free(copy);
    if (err == ETIMEDOUT)
        return problem_set(problem, PROBLEM_UNREACHABLE,
                           "%s: what is mounted on the way there does not answer; end it with "
                           "umount -f",
                           path);
    return err == 0 ? 0 : problem_set(problem, PROBLEM_NOT_FOUND, "%s: %s", path, strerror(err));
}

int mountpoint_find(const char *path, struct mountpoint_ours *out, struct problem *problem)
{
    *out = (struct mountpoint_ours){.fd = -1};
    if (try_way(path, problem) != 0)
        return -1;
    int fd = open_quietly(path), rc;
    if (fd < 0)
        return problem_set(problem, PROBLEM_NOT_FOUND, "%s: %s", path, strerror(errno));
    rc = find_ours(fd, path, out, problem);
    close(fd);
    if (rc != 0)
        mountpoint_ours_finish(out);
    return rc;
}
