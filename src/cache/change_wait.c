/* SPDX-License-Identifier: MIT */
/* Waiting for a change, and what who leaves early is told. */
#include "config.h"

#include "cache/change.h"

#include <string.h>

#define TAKE_BACK_MS      150 /* in which what was taken back has ended */
#define TAKE_BACK_STEP_MS 10

/* A POST that got no answer is of unknown outcome, by deadline too. With the lock held. */
static int say_late(const struct change *change, struct problem *problem)
{
    if (!change->sent)
        return problem_set(problem, PROBLEM_TIMEOUT,
                           "the time was over before it was sent: nothing was, so far");
    if (api_verb(change->verb)->method == HTTP_POST)
        return problem_set(problem, PROBLEM_UNKNOWN_OUTCOME,
                           "it was sent, and no answer came in time: its outcome is unknown (it "
                           "may have been carried out)");
    return problem_set(problem, PROBLEM_TIMEOUT,
                       "no answer came in time; it was sent, and may have been carried out");
}

/* With the lock held. */
static int say_left(const struct change *change, enum cancel_reason reason, struct problem *problem)
{
    if (reason == CANCEL_DEADLINE)
        return say_late(change, problem);
    if (reason == CANCEL_CROWDED)
        return problem_set(problem, PROBLEM_TRY_LATER,
                           "too many callers wait already; a change that was sent goes on by "
                           "itself");
    if (!change->begun && change->waiting == 1)
        return change_say_taken_back(problem);
    return problem_set(problem, PROBLEM_INTERRUPTED,
                       "interrupted; a change that was sent goes on by itself");
}

/* Waits until it is done or `deadline_ms` has come, whatever else comes. */
static enum cancel_reason wait_out(struct change *change, int64_t deadline_ms)
{
    enum cancel_reason reason = CANCEL_NONE;
    struct cancel cancel;

    cancel_init(&cancel, NULL, deadline_ms);
    while (!change->done && reason == CANCEL_NONE)
        reason = wait_queue_wait(&change->waiters, &change->lock, &cancel, CANCEL_NEVER);
    cancel_finish(&cancel);
    return reason;
}

/* The caller was interrupted: if nobody else waits for it, what was not sent yet is not sent any
 * more, and that is known in a moment; so is that it was sent. */
static void take_back(struct change *change)
{
    int64_t now_ms = clock_now_ms(&clock_system);
    int64_t end_ms = now_ms + TAKE_BACK_MS;

    if (change->waiting > 1)
        return;
    cancel_fire(&change->cancel, CANCEL_INTERRUPT);
    while (change->begun && !change->done && !cancel_goes_on(&change->cancel) && now_ms < end_ms) {
        wait_out(change, now_ms + TAKE_BACK_STEP_MS);
        now_ms = clock_now_ms(&clock_system);
    }
}

/* Why the caller is to leave; CANCEL_NONE: it is done, or to be looked at again. */
static enum cancel_reason wait_once(struct change *change, struct cancel *cancel)
{
    enum cancel_reason reason =
        wait_queue_wait(&change->waiters, &change->lock, cancel, CANCEL_NEVER);

    /* The mount ends, and lets what was sent come to its end: who waits for it learns how that
     * went. What was not sent yet ends at once. An interrupt does not count any more. */
    if (reason == CANCEL_SHUTDOWN)
        reason = wait_out(change, cancel->deadline_ms);
    else if (reason == CANCEL_INTERRUPT && !change->done)
        take_back(change);
    return change->done ? CANCEL_NONE : reason;
}

int change_wait(struct change *change, struct cancel *cancel, struct problem *problem)
{
    int rc = 0;

    pthread_mutex_lock(&change->lock);
    change->waiting++;
    while (!change->done && rc == 0) {
        enum cancel_reason reason = wait_once(change, cancel);

        if (reason != CANCEL_NONE)
            rc = say_left(change, reason, problem);
    }
    change->waiting--;
    if (rc == 0 && change->problem.kind != PROBLEM_NONE) {
        if (problem != NULL)
            *problem = change->problem;
        rc = -1;
    }
    pthread_mutex_unlock(&change->lock);
    return rc;
}

bool change_done(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    bool done = change->done;

    pthread_mutex_unlock(&change->lock);
    return done;
}

bool change_planned(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    bool planned = change->done && change->planned;

    pthread_mutex_unlock(&change->lock);
    return planned;
}

struct record *change_record(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    struct record *record =
        change->done && change->record != NULL ? record_ref(change->record) : NULL;

    pthread_mutex_unlock(&change->lock);
    return record;
}

struct record *change_created(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    struct record *known = change->record != NULL ? change->record : change->created;
    struct record *record = known == NULL ? NULL : record_ref(known);

    pthread_mutex_unlock(&change->lock);
    return record;
}
