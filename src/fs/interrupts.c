/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/interrupts.h"

#include "util/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define LOOK_MS 50 /* at what was interrupted by nothing that matters */

struct interrupts {
    struct cancel cancel; /* of the thread; fired with the group */
    pthread_t thread;
    pthread_mutex_t lock; /* guards the rest; order: a request's own lock → this → token */
    LIST_HEAD(, interrupted) ops;
    struct wait_queue wake;
};

/* --- signals ---------------------------------------------------------------------------------- */

#define BIT(signal) (UINT64_C(1) << ((signal)-1))

/* signal(7): the default of these is to be ignored. */
static const uint64_t harmless = BIT(SIGCHLD) | BIT(SIGCONT) | BIT(SIGURG) | BIT(SIGWINCH);

/* The signals that are pending for a thread and not blocked. False: it can't be told. */
static bool read_pending(pid_t thread, uint64_t *pending)
{
    uint64_t own = 0, shared = 0, blocked = 0;
    unsigned found = 0;
    char path[64];
    char line[256];

    snprintf(path, sizeof path, "/proc/%d/status", (int)thread);
    FILE *file = thread <= 0 ? NULL : fopen(path, "re");
    while (file != NULL && found < 3 && fgets(line, sizeof line, file) != NULL)
        found += (unsigned)(sscanf(line, "SigPnd: %" SCNx64, &own) == 1 ||
                            sscanf(line, "ShdPnd: %" SCNx64, &shared) == 1 ||
                            sscanf(line, "SigBlk: %" SCNx64, &blocked) == 1);
    if (file != NULL)
        fclose(file);
    *pending = (own | shared) & ~blocked;
    return found == 3;
}

/* None at all is not: a machine that goes to sleep wakes everybody so, and is held up by whoever
 * stays in the kernel. */
bool signals_are_harmless(pid_t thread)
{
    uint64_t pending;

    return read_pending(thread, &pending) && pending != 0 && (pending & ~harmless) == 0;
}

/* --- the thread ------------------------------------------------------------------------------- */

/* With the lock held. */
static void leave(struct interrupted *op)
{
    if (op->listed)
        LIST_REMOVE(op, link);
    op->listed = false;
}

/* With the lock held. */
static void look(struct interrupts *interrupts)
{
    struct interrupted *op = LIST_FIRST(&interrupts->ops);

    while (op != NULL) {
        struct interrupted *next = LIST_NEXT(op, link);

        if (!signals_are_harmless(op->thread)) {
            leave(op);
            cancel_fire(op->cancel, CANCEL_INTERRUPT);
        }
        op = next;
    }
}

static void *run(void *arg)
{
    struct interrupts *interrupts = arg;
    enum cancel_reason reason = CANCEL_NONE;

    pthread_mutex_lock(&interrupts->lock);
    while (reason == CANCEL_NONE) {
        int64_t until_ms =
            LIST_EMPTY(&interrupts->ops) ? CANCEL_NEVER : clock_now_ms(&clock_system) + LOOK_MS;
        reason =
            wait_queue_wait(&interrupts->wake, &interrupts->lock, &interrupts->cancel, until_ms);
        look(interrupts);
    }
    pthread_mutex_unlock(&interrupts->lock);
    return NULL;
}

/* --- life ------------------------------------------------------------------------------------- */

static int start_thread(struct interrupts *interrupts)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(&interrupts->thread, NULL, run, interrupts);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err;
}

static void destroy(struct interrupts *interrupts)
{
    cancel_finish(&interrupts->cancel);
    pthread_mutex_destroy(&interrupts->lock);
    free(interrupts);
}

struct interrupts *interrupts_start(struct cancel_group *group)
{
    struct interrupts *interrupts = calloc(1, sizeof *interrupts);

    if (interrupts == NULL)
        return NULL;
    pthread_mutex_init(&interrupts->lock, NULL);
    cancel_init(&interrupts->cancel, group, CANCEL_NEVER);
    LIST_INIT(&interrupts->ops);
    wait_queue_init(&interrupts->wake);
    int err = start_thread(interrupts);
    if (err == 0)
        return interrupts;
    destroy(interrupts);
    errno = err;
    return NULL;
}

void interrupts_stop(struct interrupts *interrupts)
{
    if (interrupts == NULL)
        return;
    pthread_join(interrupts->thread, NULL);
    destroy(interrupts);
}

/* --- operations ------------------------------------------------------------------------------- */

/* Under the lock: the thread may be looking at an operation that is noted again. */
static void enlist(struct interrupts *interrupts, struct interrupted *op, pid_t thread,
                   struct cancel *cancel)
{
    pthread_mutex_lock(&interrupts->lock);
    op->thread = thread;
    op->cancel = cancel;
    if (!op->listed)
        LIST_INSERT_HEAD(&interrupts->ops, op, link);
    op->listed = true;
    wait_queue_wake(&interrupts->wake);
    pthread_mutex_unlock(&interrupts->lock);
}

void interrupts_note(struct interrupts *interrupts, struct interrupted *op, pid_t thread,
                     struct cancel *cancel)
{
    if (interrupts != NULL && signals_are_harmless(thread))
        enlist(interrupts, op, thread, cancel);
    else
        cancel_fire(cancel, CANCEL_INTERRUPT);
}

void interrupts_leave(struct interrupts *interrupts, struct interrupted *op)
{
    if (interrupts == NULL || op->cancel == NULL)
        return;
    pthread_mutex_lock(&interrupts->lock);
    leave(op);
    pthread_mutex_unlock(&interrupts->lock);
}
