/* SPDX-License-Identifier: MIT */
/*
 * Looks at what may hang, a mount whose daemon does not answer for one. They are made in a child:
 * such a look keeps who makes it, even from being killed.
 */
#ifndef FS_APART_H
#define FS_APART_H

#include "util/buf.h"

#include <stdint.h>

/* In the child: all that is open is the descriptor that was handed in (if any), as 0, and 1, which
 * takes what is found. It ends when this returns; nothing is torn down. */
typedef void apart_look(void *ctx);

/* Makes the look, with `fd` (-1: none), and appends what it finds. 0; ETIMEDOUT: it was not over
 * within that time, what it had found by then is there; or the errno of why it can't be made.
 * Forks: for callers with one thread. */
int apart_run(int fd, apart_look *look, void *ctx, int64_t timeout_ms, struct buf *found);

#endif
