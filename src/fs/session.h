/* SPDX-License-Identifier: MIT */
/*
 * A mount: from the session with libfuse to its end. In this order, all by the main thread:
 *
 *     session_create → (fork of a daemon) → session_attach → session_start → session_mount →
 *     session_serve → session_stop → session_unmount → session_detach → session_destroy
 *
 * After session_serve no handler runs any more; whatever the kernel left open is closed by
 * session_detach, before the tree is destroyed.
 *
 * The kernel is never told that a single name, or what a file holds, is old: to drop either it
 * takes locks, and waits for them where no signal reaches. Whoever holds them may be waiting for an
 * answer of ours. If the daemon is killed just then, the connection is never closed: who waits
 * can't be killed either, and the mount is not even dead but hangs. It is told without a lock that
 * no name is to be believed any more, where it can be (fs/belief.c); elsewhere that runs out by
 * itself (vfs/lease.c).
 */
#ifndef FS_SESSION_H
#define FS_SESSION_H

#include "fs/mountpoint.h"
#include "vfs/vfs.h"
#include "util/cancel.h"
#include "util/problem.h"
#include "util/waiting_room.h"

#include <stdbool.h>
#include <stdint.h>

struct session;

struct session_config {
    const char *source;         /* what mount(8) shows as the device */
    const char *kernel_options; /* more mount options, as after -o; or NULL */
    bool read_only;
    bool debug;           /* libfuse logs every request */
    bool leases;          /* names are leased for a moment, even where the kernel has an epoch */
    unsigned max_threads; /* handlers that may run at once */
    unsigned max_idle_threads; /* of these, how many may wait for requests */
    unsigned max_read;         /* bytes of one read request; 0: the kernel's own limit */
    int64_t timeout_ms;        /* of one operation */
};

/* NULL with `problem` set: no memory, or options that libfuse does not know. Starts no thread. */
struct session *session_create(const struct session_config *config, struct problem *problem);
/* Unmounted first, if it is mounted. NULL is fine. */
void session_destroy(struct session *session);

/* Mounts on the directory, whatever its path has become, after session_start. -1 with `problem`
 * set: also when a paperspacefs has been mounted there meanwhile. Requests wait in the kernel from
 * now on. */
int session_mount(struct session *session, const struct mountpoint *point, struct problem *problem);
void session_unmount(struct session *session);

/* Gives the session its tree, the group of tokens that is fired at its end, and the room where its
 * callers wait (initialized for max_threads). All are borrowed until session_detach. False: no
 * memory. */
bool session_attach(struct session *session, struct vfs *vfs, struct cancel_group *group,
                    struct waiting_room *room);
/* Drops whatever of the tree the kernel still knew or had open. */
void session_detach(struct session *session);

/* Whether the kernel lets no change through now: `ro`, or a remount since. Any thread, from
 * session_create on; `session` is a struct session. */
bool session_read_only(void *session);
/* What the kernel may believe; as long as the session lives. */
struct vfs_belief session_belief(struct session *session);

/* Called by the thread that signals go to; they may wait. */
struct session_events {
    void (*on_hangup)(void *ctx); /* SIGHUP */
    void (*on_look)(void *ctx);   /* every 2 s at least */
    void *ctx;
};

/* Starts the thread that signals go to, and that of deferred replies. 0, or -1 with `problem` set.
 * `events` is copied. */
int session_start(struct session *session, const struct session_events *events,
                  struct problem *problem);
/* Serves requests until SIGTERM, SIGINT or an unmount: the tokens of the group are fired then. 0 or
 * a negative errno. */
int session_serve(struct session *session);
/* Fires the tokens and ends what session_start has started; fine also when that has failed or was
 * never called. Not while session_serve runs. */
void session_stop(struct session *session);

#endif
