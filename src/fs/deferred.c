/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/deferred.h"

#include "util/clock.h"
#include "util/waiting_room.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* How soon it is asked again: what a write keeps from a reader is often there in a moment, the end
 * of an event is not. */
#define FIRST_PAUSE_MS 5
#define PAUSE_MAX_MS   160

struct pending {
    struct op op; /* from here to the answer */
    struct deferred *deferred;
    struct handle *handle;
    size_t size;
    off_t off;
    int64_t due_ms;
    int64_t pause_ms;
    TAILQ_ENTRY(pending) link;
};

TAILQ_HEAD(pending_list, pending);

struct deferred {
    struct fs *fs;
    struct cancel cancel; /* of the thread; fired with the group */
    pthread_t thread;
    pthread_mutex_t lock; /* guards the rest; order: lock → token; a request's own lock may be held
                           * outside, so nothing of libfuse is called under it */
    struct pending_list waiting;
    struct wait_queue wake;
    bool closed; /* the thread takes nothing more: what comes now is answered by who brings it */
};

void fs_reply_read(fuse_req_t req, const char *data, ssize_t got)
{
    if (got >= 0)
        fuse_reply_buf(req, data, (size_t)got);
    else
        fuse_reply_err(req, (int)-got);
}

/* --- one read --------------------------------------------------------------------------------- */

static void wake(struct deferred *deferred)
{
    pthread_mutex_lock(&deferred->lock);
    wait_queue_wake(&deferred->wake);
    pthread_mutex_unlock(&deferred->lock);
}

/* Runs with the request's lock held. */
static void interrupt(fuse_req_t req, void *data)
{
    struct pending *pending = data;

    op_interrupt(req, &pending->op);
    wake(pending->deferred);
}

/* Asks once; true when it was answered, and is gone. */
static bool try_to_answer(struct pending *pending)
{
    fuse_req_t req = pending->op.req;
    char *data = malloc(pending->size > 0 ? pending->size : 1);
    ssize_t got = data == NULL ? -ENOMEM
                               : vfs_read(&pending->op.call, pending->handle->file, data,
                                          pending->size, pending->off);

    if (got != VFS_NOT_YET) {
        waiting_room_go(pending->deferred->fs->room);
        op_end(&pending->op);
        fs_reply_read(req, data, got);
        free(pending);
    }
    free(data);
    return got != VFS_NOT_YET;
}

/* --- the thread ------------------------------------------------------------------------------- */

/* The next that is due, or whose token has fired, taken out of the list; NULL: none, and it is
 * waited until `*until_ms`. At the end all are due. With the lock held. */
static struct pending *take_due(struct deferred *deferred, int64_t *until_ms)
{
    bool ends = cancel_reason(&deferred->cancel) != CANCEL_NONE;
    int64_t now_ms = ends ? CANCEL_NEVER : clock_now_ms(&clock_system);
    struct pending *pending;

    *until_ms = CANCEL_NEVER;
    TAILQ_FOREACH (pending, &deferred->waiting, link) {
        if (pending->due_ms <= now_ms || cancel_reason(&pending->op.cancel) != CANCEL_NONE)
            break;
        if (pending->due_ms < *until_ms)
            *until_ms = pending->due_ms;
    }
    if (pending != NULL)
        TAILQ_REMOVE(&deferred->waiting, pending, link);
    return pending;
}

/* Puts it back, to be asked again in a while. */
static void put_off(struct deferred *deferred, struct pending *pending)
{
    pending->due_ms = clock_now_ms(&clock_system) + pending->pause_ms;
    if (pending->pause_ms < PAUSE_MAX_MS)
        pending->pause_ms *= 2;
    pthread_mutex_lock(&deferred->lock);
    TAILQ_INSERT_TAIL(&deferred->waiting, pending, link);
    pthread_mutex_unlock(&deferred->lock);
}

/* Waits for one that is due; NULL: the mount ends, and none is left. */
static struct pending *next(struct deferred *deferred)
{
    enum cancel_reason reason = CANCEL_NONE;
    struct pending *pending;
    int64_t until_ms;

    pthread_mutex_lock(&deferred->lock);
    while ((pending = take_due(deferred, &until_ms)) == NULL && reason == CANCEL_NONE)
        reason = wait_queue_wait(&deferred->wake, &deferred->lock, &deferred->cancel, until_ms);
    deferred->closed = pending == NULL;
    pthread_mutex_unlock(&deferred->lock);
    return pending;
}

static void *run(void *arg)
{
    struct deferred *deferred = arg;
    struct pending *pending;

    while ((pending = next(deferred)) != NULL)
        if (!try_to_answer(pending))
            put_off(deferred, pending);
    return NULL;
}

/* --- life ------------------------------------------------------------------------------------- */

static int start_thread(struct deferred *deferred)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(&deferred->thread, NULL, run, deferred);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err;
}

static void destroy(struct deferred *deferred)
{
    cancel_finish(&deferred->cancel);
    pthread_mutex_destroy(&deferred->lock);
    free(deferred);
}

struct deferred *deferred_start(struct fs *fs)
{
    struct deferred *deferred = calloc(1, sizeof *deferred);

    if (deferred == NULL)
        return NULL;
    deferred->fs = fs;
    pthread_mutex_init(&deferred->lock, NULL);
    cancel_init(&deferred->cancel, fs->group, CANCEL_NEVER);
    TAILQ_INIT(&deferred->waiting);
    wait_queue_init(&deferred->wake);
    int err = start_thread(deferred);
    if (err == 0)
        return deferred;
    destroy(deferred);
    errno = err;
    return NULL;
}

void deferred_stop(struct deferred *deferred)
{
    if (deferred == NULL)
        return;
    pthread_join(deferred->thread, NULL);
    destroy(deferred);
}

/* --- what comes ------------------------------------------------------------------------------- */

/* False: the thread takes nothing more. */
static bool enlist(struct deferred *deferred, struct pending *pending)
{
    pthread_mutex_lock(&deferred->lock);
    bool open = !deferred->closed;
    if (open) {
        TAILQ_INSERT_TAIL(&deferred->waiting, pending, link);
        wait_queue_wake(&deferred->wake);
    }
    pthread_mutex_unlock(&deferred->lock);
    return open;
}

void deferred_read(struct deferred *deferred, fuse_req_t req, fuse_ino_t ino, struct handle *handle,
                   size_t size, off_t off)
{
    struct pending *pending = calloc(1, sizeof *pending);

    if (pending == NULL) {
        fuse_reply_err(req, ENOMEM);
        return;
    }
    pending->deferred = deferred;
    pending->handle = handle;
    pending->size = size;
    pending->off = off;
    pending->pause_ms = FIRST_PAUSE_MS;
    pending->due_ms = clock_now_ms(&clock_system) + pending->pause_ms;
    op_begin(&pending->op, req, "read", ino); /* the handle's file has its node by itself */
    fuse_req_interrupt_func(req, interrupt, pending);
    waiting_room_stand(deferred->fs->room);
    if (!enlist(deferred, pending))
        try_to_answer(pending); /* its token has fired with the group */
}
