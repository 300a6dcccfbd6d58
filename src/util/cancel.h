/* SPDX-License-Identifier: MIT */
/*
 * Cancel tokens: every wait takes one, so that every wait has a deadline and can be interrupted.
 *
 * A token belongs to one operation and is waited on by one thread at a time. It is fired by an
 * interrupt, by the end of the mount (through its group) or by its deadline; it stays fired.
 * What is waited for (a transfer, a fetch, a change) has a wait queue, guarded by the owner's
 * mutex. Lock order: owner's mutex → token. cancel_fire takes the token's lock only, so it may be
 * called from anywhere, an interrupt callback included.
 *
 * The token of a caller whose thread it holds while it waits takes a seat in the waiting room with
 * its first wait, and keeps it: where none is free it does not wait, but leaves (CANCEL_CROWDED).
 */
#ifndef UTIL_CANCEL_H
#define UTIL_CANCEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

struct waiting_room;

#define CANCEL_NEVER INT64_MAX /* a deadline that does not come */

enum cancel_reason {
    CANCEL_NONE = 0,
    CANCEL_INTERRUPT, /* the caller was interrupted */
    CANCEL_DEADLINE,  /* the deadline passed */
    CANCEL_SHUTDOWN,  /* the mount ends */
    CANCEL_CROWDED    /* too many callers wait: no token is fired with it, waits end with it */
};

/* All tokens that are to be fired together when the mount ends. */
struct cancel_group {
    pthread_mutex_t lock; /* guards the rest; order: group → token */
    bool fired;
    TAILQ_HEAD(, cancel) tokens;
};

struct cancel {
    pthread_mutex_t lock; /* guards fired, woken and goes_on */
    pthread_cond_t wake;  /* on CLOCK_MONOTONIC */
    enum cancel_reason fired;
    bool woken;
    /* An interrupt takes back what was not sent yet, and does not end the wait for what was: set by
     * its owner right after cancel_init. */
    bool takes_back;
    bool goes_on;              /* told so by what waits on it: the interrupt takes nothing back */
    struct waiting_room *room; /* or NULL: it may always wait; set likewise */
    bool seated;               /* it has a seat there; of the thread that waits on it */
    int64_t deadline_ms;       /* on clock_system's monotonic clock; CANCEL_NEVER */
    struct cancel_group *group;
    TAILQ_ENTRY(cancel) link;
};

struct waiter {
    struct cancel *cancel;
    TAILQ_ENTRY(waiter) link;
};

/* Waiters for one thing; guarded by the mutex of whoever owns the thing. */
TAILQ_HEAD(wait_queue, waiter);

void cancel_group_init(struct cancel_group *group);
void cancel_group_finish(struct cancel_group *group); /* no token may be left in it */
/* Fires every token of the group with CANCEL_SHUTDOWN, and each that joins later. Any thread. */
void cancel_group_fire(struct cancel_group *group);

/* `group` may be NULL. `deadline_ms` is absolute, on clock_system's monotonic clock. */
void cancel_init(struct cancel *cancel, struct cancel_group *group, int64_t deadline_ms);
void cancel_finish(struct cancel *cancel); /* nobody may be waiting on it or fire it any more */
/* Another deadline, by the thread that waits on the token. */
void cancel_set_deadline(struct cancel *cancel, int64_t deadline_ms);
/* Fires the token; the first reason stays. Any thread, takes no lock but the token's. */
void cancel_fire(struct cancel *cancel, enum cancel_reason reason);
/* Why the token is fired, the deadline considered; CANCEL_NONE: it is not. */
enum cancel_reason cancel_reason(struct cancel *cancel);

/* Of a token that takes back: what waits on it says that it was interrupted too late, and goes on;
 * whether it has. Any thread. */
void cancel_say_goes_on(struct cancel *cancel);
bool cancel_goes_on(struct cancel *cancel);

/* Takes a seat, unless it has one or needs none. False: none is free. For who must know that before
 * it begins something that it will wait for; by the thread that waits on the token. */
bool cancel_may_wait(struct cancel *cancel);

void wait_queue_init(struct wait_queue *queue);
/* Waits until the queue is woken or the token is fired or `until_ms` (absolute; CANCEL_NEVER)
 * has passed. Called with `lock`, the queue's mutex, held; it is released meanwhile and held again
 * on return. Returns CANCEL_NONE when woken or when `until_ms` passed (look at the thing again),
 * else why the token fired, or CANCEL_CROWDED at once. May wake without cause. */
enum cancel_reason wait_queue_wait(struct wait_queue *queue, pthread_mutex_t *lock,
                                   struct cancel *cancel, int64_t until_ms);
/* Wakes every waiter. Called with the queue's mutex held. */
void wait_queue_wake(struct wait_queue *queue);
/* Sleeps until `until_ms` (absolute) or until the token fires; returns as cancel_reason does, or
 * CANCEL_CROWDED at once. */
enum cancel_reason cancel_sleep(struct cancel *cancel, int64_t until_ms);

#endif
