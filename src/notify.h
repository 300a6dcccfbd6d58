/* SPDX-License-Identifier: MIT */
/* What the service manager is told (sd_notify): that the mount serves, how it is, that it ends.
 * Where nobody asked to be told, or the program was built without libsystemd, nothing happens.
 * Nobody waits for a manager that does not listen: a thread tells it. */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "backend.h"

#include <stdatomic.h>

#define NOTIFY_STATUS_BYTES 400

struct notify {
    struct backend *backend;
    struct outbox *outbox; /* NULL: nobody is told */
    atomic_bool ready;
    char status[NOTIFY_STATUS_BYTES]; /* that was told last */
};

/* Starts a thread. It is mounted, whether or not the API has answered. Once; `notify` is zeroed
 * before. */
void notify_ready(struct notify *notify, struct backend *backend);
/* Dialect and counts, or why there are none, if that has changed since; asks the API for nothing.
 * Nothing before notify_ready. One thread, which may be another one. */
void notify_status(struct notify *notify);
/* It ends: nobody can begin anything with it any more. */
void notify_stopping(struct notify *notify);
/* Lets that be told, for a moment, and ends. When nobody calls notify_status any more. */
void notify_end(struct notify *notify);

#endif
