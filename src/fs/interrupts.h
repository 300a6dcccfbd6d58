/* SPDX-License-Identifier: MIT */
/*
 * Interrupts that mean something. The kernel sends FUSE_INTERRUPT for whatever signal its caller
 * has a handler for, and only once: the end of another child (SIGCHLD), or a window that was
 * resized (SIGWINCH), would make a slow write fail that on a local disk goes on. Such an operation
 * goes on here as well; and since nobody tells of the next signal, one thread looks for it.
 */
#ifndef FS_INTERRUPTS_H
#define FS_INTERRUPTS_H

#include "util/cancel.h"

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/types.h>

struct interrupts;

/* An operation's part; all 0 before the first call with it. */
struct interrupted {
    struct cancel *cancel;
    pid_t thread;
    bool listed; /* it was interrupted by what means nothing; guarded by the lock of interrupts */
    LIST_ENTRY(interrupted) link;
};

/* Starts the thread, which blocks all signals and ends when the group is fired. NULL with errno set
 * when it can't. */
struct interrupts *interrupts_start(struct cancel_group *group);
/* Waits for the thread; nothing may be listed any more. NULL is fine. */
void interrupts_stop(struct interrupts *interrupts);

/* The operation of `thread` was interrupted: fires its token now, or once another signal has come.
 * Any thread; waits for nothing. `interrupts` NULL: fires it. */
void interrupts_note(struct interrupts *interrupts, struct interrupted *op, pid_t thread,
                     struct cancel *cancel);
/* The operation ends, and can be interrupted no more: its token is not fired from here on. */
void interrupts_leave(struct interrupts *interrupts, struct interrupted *op);

/* Whether there is something to be delivered to that thread, and all of it is what programs ignore
 * unless they say otherwise. False where that can't be told. */
bool signals_are_harmless(pid_t thread);

#endif
