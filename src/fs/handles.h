/* SPDX-License-Identifier: MIT */
/*
 * Open files and directories. The kernel owns a handle from the reply to its open until RELEASE;
 * at the end of a mount that was left busy no RELEASE comes, so all of them are kept in a list.
 */
#ifndef FS_HANDLES_H
#define FS_HANDLES_H

#include "vfs/vfs.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/queue.h>

struct handle {
    struct file *file;       /* of a file; owned */
    struct listing *listing; /* of a directory; owned */
    ino_t ino;               /* of a directory: what "." shows */
    ino_t parent_ino;        /* and ".." */
    TAILQ_ENTRY(handle) link;
};

struct handles {
    pthread_mutex_t lock; /* guards the list; innermost */
    TAILQ_HEAD(, handle) open;
};

void handles_init(struct handles *handles);
void handles_finish(struct handles *handles); /* cleared first */
/* Closes what is still open. No handler may run any more. */
void handles_clear(struct handles *handles);

/* A new handle in the list, empty; NULL: no memory. */
struct handle *handle_open(struct handles *handles);
/* Releases what the handle owns, and the handle. NULL is fine. */
void handle_close(struct handles *handles, struct handle *handle);

#endif
