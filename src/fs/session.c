/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/session.h"

#include "fs/attach.h"
#include "fs/deferred.h"
#include "fs/interrupts.h"
#include "fs/op.h"
#include "fs/read_only.h"
#include "fs/watcher.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOUNT_OPTIONS "subtype=paperspacefs,default_permissions,nosuid,nodev"

/* Wakes the main thread from libfuse's waiting; its handler does nothing. */
#define WAKE_SIGNAL   SIGUSR1
#define WAKE_EVERY_NS 20000000L

struct session {
    struct fs fs;
    struct fuse_session *fuse;
    unsigned max_threads;
    unsigned max_idle_threads;
    atomic_bool mounted;
    atomic_bool taken; /* it is gone from its directory; requests may be under way still */
    bool attached;     /* mounted by us, not by libfuse */
    struct attachment attachment;
    struct read_only read_only;
    struct attach_config attach;
    char *source; /* what `attach` points to */
    char *kernel_options;
    struct watcher *watcher;
    struct session_events events;
    pthread_t main_thread;
    atomic_bool loop_left;
};

/* --- libfuse's own messages ---- */

static void log_fuse(enum fuse_log_level level, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void log_fuse(enum fuse_log_level level, const char *format, va_list args)
{
    char line[1024];

    vsnprintf(line, sizeof line, format, args);
    line[strcspn(line, "\n")] = '\0';
    log_message(level <= FUSE_LOG_ERR       ? LOG_LEVEL_ERROR
                : level == FUSE_LOG_WARNING ? LOG_LEVEL_WARNING
                : level <= FUSE_LOG_INFO    ? LOG_LEVEL_INFO
                                            : LOG_LEVEL_DEBUG,
                "%s", line);
}

/* --- from creation to mount ---- */

static bool add_option(struct fuse_args *args, const char *option)
{
    return fuse_opt_add_arg(args, "-o") == 0 && fuse_opt_add_arg(args, option) == 0;
}

/* The source may hold what separates options. */
static bool add_source(struct fuse_args *args, const char *source)
{
    char *escaped = NULL;
    char *option = NULL;
    bool ok = asprintf(&option, "fsname=%s", source) >= 0 &&
              fuse_opt_add_opt_escaped(&escaped, option) == 0 && add_option(args, escaped);

    free(option);
    free(escaped);
    return ok;
}

static bool add_max_read(struct fuse_args *args, unsigned max_read)
{
    char option[32];

    snprintf(option, sizeof option, "max_read=%u", max_read);
    return max_read == 0 || add_option(args, option);
}

static bool make_args(struct fuse_args *args, const struct session_config *config)
{
    return fuse_opt_add_arg(args, PACKAGE_NAME) == 0 && add_source(args, config->source) &&
           add_option(args, MOUNT_OPTIONS) && add_max_read(args, config->max_read) &&
           (config->kernel_options == NULL || add_option(args, config->kernel_options)) &&
           (!config->read_only || add_option(args, "ro")) &&
           (!config->debug || add_option(args, "debug"));
}

static int create_parts(struct session *session, const struct session_config *config)
{
    struct fuse_args args = FUSE_ARGS_INIT(0, NULL);

    handles_init(&session->fs.handles);
    session->fs.timeout_ms = config->timeout_ms;
    session->fs.max_read = config->max_read;
    session->fs.inodes = inodes_create();
    if (session->fs.inodes != NULL && make_args(&args, config))
        session->fuse = fuse_session_new(&args, &fs_ops, sizeof fs_ops, &session->fs);
    fuse_opt_free_args(&args);
    belief_init(&session->fs.belief, session->fuse, session->fs.inodes, config->leases);
    return session->fuse != NULL ? 0 : -1;
}

/* What is mounted with, kept until then. */
static bool keep_config(struct session *session, const struct session_config *config)
{
    session->source = strdup(config->source);
    session->kernel_options =
        config->kernel_options != NULL ? strdup(config->kernel_options) : NULL;
    session->attach = (struct attach_config){
        .source = session->source,
        .kernel_options = session->kernel_options,
        .read_only = config->read_only,
        .max_read = config->max_read,
    };
    return session->source != NULL &&
           (config->kernel_options == NULL || session->kernel_options != NULL);
}

struct session *session_create(const struct session_config *config, struct problem *problem)
{
    struct session *session = calloc(1, sizeof *session);

    fuse_set_log_func(log_fuse);
    if (session != NULL) {
        session->max_threads = config->max_threads;
        session->max_idle_threads = config->max_idle_threads;
        read_only_init(&session->read_only, config->read_only);
        if (create_parts(session, config) == 0 && keep_config(session, config))
            return session;
        session_destroy(session);
    }
    problem_set(problem, PROBLEM_NO_MEMORY, "no session with FUSE could be made");
    return NULL;
}

void session_destroy(struct session *session)
{
    if (session == NULL)
        return;
    session_unmount(session);
    handles_finish(&session->fs.handles);
    inodes_destroy(session->fs.inodes);
    if (session->fuse != NULL)
        fuse_session_destroy(session->fuse);
    read_only_finish(&session->read_only);
    free(session->source);
    free(session->kernel_options);
    free(session);
}

/* --- on the directory, and off it ---- */

/* By the descriptor, which takes the right to mount. */
static bool attach(struct session *session, int fd)
{
    char device_name[32];

    if (geteuid() != 0 || attach_lacks(session->attach.kernel_options))
        return false;
    int device = attach_mount(fd, &session->attach, &session->attachment);
    if (device < 0)
        return false;
    snprintf(device_name, sizeof device_name, "/dev/fd/%d", device);
    if (fuse_session_mount(session->fuse, device_name) == 0)
        return true;
    attach_unmount(&session->attachment, device);
    close(device);
    return false;
}

/* libfuse knows a path only: the directory's own, wherever it has gone. */
static int mount_path(struct session *session, const struct mountpoint *point,
                      struct problem *problem)
{
    char path[PATH_MAX];

    if (mountpoint_path(point->fd, path) && fuse_session_mount(session->fuse, path) == 0)
        return 0;
    return problem_set(problem, PROBLEM_INVALID, "%s: can't be mounted on", point->path);
}

int session_mount(struct session *session, const struct mountpoint *point, struct problem *problem)
{
    int lock;

    if (mountpoint_enter(point, &lock, problem) != 0)
        return -1;
    session->attached = attach(session, point->fd);
    int rc = session->attached ? 0 : mount_path(session, point, problem);
    if (lock >= 0)
        close(lock);
    if (rc != 0)
        return -1;
    if (!session->attached)
        attach_find(point->fd, &session->attachment);
    session->mounted = true;
    read_only_follow(&session->read_only, session->attachment.dev_major,
                     session->attachment.dev_minor);
    watcher_watch(session->watcher, fuse_session_fd(session->fuse));
    return 0;
}

/* Takes the mount from its directory, once; who waits in it is answered all the same. */
static void take_away(struct session *session)
{
    if (session->mounted && !session->taken)
        session->taken = attach_unmount(&session->attachment, fuse_session_fd(session->fuse));
}

/* Cuts the connection, so that nobody waits in the kernel for what is answered no more. libfuse
 * closes the descriptor later; a pipe that nobody reads tells it by POLLERR that nothing is mounted
 * any more, so that it takes nothing away from where the mount was. */
static void cut(int device)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    dup3(ends[1], device, O_CLOEXEC);
    close(ends[0]);
    close(ends[1]);
}

void session_unmount(struct session *session)
{
    if (!session->mounted)
        return;
    belief_end(&session->fs.belief);
    take_away(session);
    if (session->attached || session->taken)
        cut(fuse_session_fd(session->fuse));
    if (!session->attached)
        fuse_session_unmount(session->fuse);
    session->mounted = false;
}

bool session_attach(struct session *session, struct vfs *vfs, struct cancel_group *group,
                    struct waiting_room *room)
{
    session->fs.vfs = vfs;
    session->fs.group = group;
    session->fs.room = room;
    return inodes_set_root(session->fs.inodes, vfs_root(vfs));
}

void session_detach(struct session *session)
{
    handles_clear(&session->fs.handles);
    inodes_clear(session->fs.inodes);
}

bool session_read_only(void *ctx)
{
    struct session *session = ctx;

    return read_only_now(&session->read_only);
}

struct vfs_belief session_belief(struct session *session)
{
    return (struct vfs_belief){.lasts = belief_lasts,
                               .forget_names = belief_forget_names,
                               .forget_dates = belief_forget_dates,
                               .ctx = &session->fs.belief};
}

/* --- the end ---- */

static void ignore_signal(int number)
{
    (void)number;
}

/*
 * libfuse's loop waits on a semaphore, after a look at its exit flag, and a signal between the two
 * is lost: so the main thread is signalled until it has left the loop.
 */
static void wake_main_thread(struct session *session)
{
    const struct timespec pause = {.tv_nsec = WAKE_EVERY_NS};

    while (!session->loop_left) {
        pthread_kill(session->main_thread, WAKE_SIGNAL);
        nanosleep(&pause, NULL);
    }
}

/* A signal asked for the end: all that waits is freed, nobody comes any more, and then the loop is
 * left, which joins the workers: those of changes that were sent have to end first. */
static void on_end(void *ctx)
{
    struct session *session = ctx;

    cancel_group_fire(session->fs.group);
    take_away(session);
    fuse_session_exit(session->fuse);
    wake_main_thread(session);
}

/* The kernel has cut the connection: the loop ends by itself once running handlers are freed. */
static void on_cut(void *ctx)
{
    struct session *session = ctx;

    cancel_group_fire(session->fs.group);
}

static void on_hangup(void *ctx)
{
    struct session *session = ctx;

    session->events.on_hangup(session->events.ctx);
}

static void on_look(void *ctx)
{
    struct session *session = ctx;

    session->events.on_look(session->events.ctx);
}

/* --- serving ---- */

static void accept_wake_signal(void)
{
    struct sigaction action = {.sa_handler = ignore_signal}; /* no SA_RESTART: waiting must end */
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, WAKE_SIGNAL);
    sigaction(WAKE_SIGNAL, &action, NULL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int session_start(struct session *session, const struct session_events *events,
                  struct problem *problem)
{
    const struct watcher_events watched = {.on_end = on_end,
                                           .on_hangup = on_hangup,
                                           .on_cut = on_cut,
                                           .on_look = on_look,
                                           .ctx = session};

    session->events = *events;
    session->main_thread = pthread_self();
    accept_wake_signal();
    session->fs.interrupts = interrupts_start(session->fs.group);
    session->fs.deferred = deferred_start(&session->fs);
    session->watcher = watcher_start(&watched);
    if (session->fs.interrupts == NULL || session->fs.deferred == NULL || session->watcher == NULL)
        return problem_set(problem, PROBLEM_NO_MEMORY, "no thread can be started: %s",
                           strerror(errno));
    return 0;
}

int session_serve(struct session *session)
{
    struct fuse_loop_config *config = fuse_loop_cfg_create();

    if (config == NULL)
        return -ENOMEM;
    fuse_loop_cfg_set_max_threads(config, session->max_threads);
    fuse_loop_cfg_set_idle_threads(config, session->max_idle_threads);
    int rc = fuse_session_loop_mt(session->fuse, config);
    fuse_loop_cfg_destroy(config);
    return rc < 0 ? rc : 0;
}

void session_stop(struct session *session)
{
    session->loop_left = true;
    if (session->fs.group != NULL)
        cancel_group_fire(session->fs.group);
    watcher_stop(session->watcher);
    session->watcher = NULL;
    deferred_stop(session->fs.deferred);
    session->fs.deferred = NULL;
    interrupts_stop(session->fs.interrupts);
    session->fs.interrupts = NULL;
}
