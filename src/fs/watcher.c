/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/watcher.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* The connection is looked at this often only: waiting on it would wake us for every request. */
#define LOOK_MS 2000

struct watcher {
    struct watcher_events events;
    atomic_int fuse_fd; /* -1: not mounted yet */
    int signal_fd;
    int stop_fd;
    bool ended; /* on_end was called; by the watcher's thread only, like cut */
    bool cut;
    pthread_t thread;
};

void watcher_block_signals(void)
{
    sigset_t set;

    sigfillset(&set);
    sigdelset(&set, SIGSEGV);
    sigdelset(&set, SIGBUS);
    sigdelset(&set, SIGFPE);
    sigdelset(&set, SIGILL);
    sigdelset(&set, SIGABRT);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
}

static void watched_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGQUIT);
    sigaddset(set, SIGHUP);
}

static void take_signal(struct watcher *watcher)
{
    struct signalfd_siginfo info;

    if (read(watcher->signal_fd, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo == SIGHUP) {
        watcher->events.on_hangup(watcher->events.ctx);
    } else if (!watcher->ended) {
        watcher->ended = true;
        watcher->events.on_end(watcher->events.ctx);
    }
}

static void look_at_connection(struct watcher *watcher)
{
    struct pollfd fuse = {.fd = watcher->fuse_fd};

    if (watcher->cut || poll(&fuse, 1, 0) != 1 || (fuse.revents & POLLERR) == 0)
        return;
    watcher->cut = true;
    watcher->events.on_cut(watcher->events.ctx);
}

static void *run(void *arg)
{
    struct watcher *watcher = arg;
    struct pollfd fds[] = {{.fd = watcher->signal_fd, .events = POLLIN},
                           {.fd = watcher->stop_fd, .events = POLLIN}};

    while (fds[1].revents == 0) {
        if (poll(fds, 2, LOOK_MS) < 0)
            continue;
        if (fds[0].revents != 0)
            take_signal(watcher);
        look_at_connection(watcher);
        watcher->events.on_look(watcher->events.ctx);
    }
    return NULL;
}

static void destroy(struct watcher *watcher)
{
    if (watcher->signal_fd >= 0)
        close(watcher->signal_fd);
    if (watcher->stop_fd >= 0)
        close(watcher->stop_fd);
    free(watcher);
}

static int start_thread(struct watcher *watcher)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&watcher->thread, NULL, run, watcher);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0)
        errno = rc;
    return rc;
}

void watcher_watch(struct watcher *watcher, int fuse_fd)
{
    watcher->fuse_fd = fuse_fd;
}

struct watcher *watcher_start(const struct watcher_events *events)
{
    struct watcher *watcher = calloc(1, sizeof *watcher);
    sigset_t set;

    if (watcher == NULL)
        return NULL;
    watched_signals(&set);
    watcher->events = *events;
    watcher->fuse_fd = -1;
    watcher->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
    watcher->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (watcher->signal_fd < 0 || watcher->stop_fd < 0 || start_thread(watcher) != 0) {
        int err = errno;
        destroy(watcher);
        errno = err;
        return NULL;
    }
    return watcher;
}

void watcher_stop(struct watcher *watcher)
{
    if (watcher == NULL)
        return;
    eventfd_write(watcher->stop_fd, 1);
    pthread_join(watcher->thread, NULL);
    destroy(watcher);
}
