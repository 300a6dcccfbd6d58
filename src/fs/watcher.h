/* SPDX-License-Identifier: MIT */
/*
 * The thread that signals go to, so that no handler of a signal does anything. It also looks now
 * and then whether the kernel has cut the connection (umount -f), because no worker is told.
 */
#ifndef FS_WATCHER_H
#define FS_WATCHER_H

#include <stdbool.h>

struct watcher;

/* Called in the watcher's thread, each at most once but for on_hangup and on_look; they may wait.
 */
struct watcher_events {
    void (*on_end)(void *ctx);    /* SIGTERM, SIGINT, SIGQUIT */
    void (*on_hangup)(void *ctx); /* SIGHUP */
    void (*on_cut)(void *ctx);    /* the connection to the kernel is gone */
    void (*on_look)(void *ctx);   /* now and then, every 2 s at least */
    void *ctx;
};

/* Blocks all signals in the calling thread, and so in those that it starts from now on, but for
 * those that a fault raises. Before any other thread is started. */
void watcher_block_signals(void);

/* Starts the thread. NULL with errno set when it can't. */
struct watcher *watcher_start(const struct watcher_events *events);
/* From now on the connection to the kernel is looked at; `fuse_fd` is borrowed. */
void watcher_watch(struct watcher *watcher, int fuse_fd);
/* Ends the thread and waits for it, and for what it is just calling. NULL is fine. */
void watcher_stop(struct watcher *watcher);

#endif
