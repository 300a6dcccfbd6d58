/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/cancel.h"

#include "util/clock.h"
#include "util/waiting_room.h"

#include <time.h>

void cancel_group_init(struct cancel_group *group)
{
    pthread_mutex_init(&group->lock, NULL);
    group->fired = false;
    TAILQ_INIT(&group->tokens);
}

void cancel_group_finish(struct cancel_group *group)
{
    pthread_mutex_destroy(&group->lock);
}

void cancel_group_fire(struct cancel_group *group)
{
    struct cancel *cancel;

    pthread_mutex_lock(&group->lock);
    group->fired = true;
    TAILQ_FOREACH (cancel, &group->tokens, link)
        cancel_fire(cancel, CANCEL_SHUTDOWN);
    pthread_mutex_unlock(&group->lock);
}

static void monotonic_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

void cancel_init(struct cancel *cancel, struct cancel_group *group, int64_t deadline_ms)
{
    pthread_mutex_init(&cancel->lock, NULL);
    monotonic_cond_init(&cancel->wake);
    cancel->fired = CANCEL_NONE;
    cancel->woken = false;
    cancel->takes_back = false;
    cancel->goes_on = false;
    cancel->room = NULL;
    cancel->seated = false;
    cancel->deadline_ms = deadline_ms;
    cancel->group = group;
    if (group == NULL)
        return;
    pthread_mutex_lock(&group->lock);
    TAILQ_INSERT_TAIL(&group->tokens, cancel, link);
    if (group->fired)
        cancel->fired = CANCEL_SHUTDOWN;
    pthread_mutex_unlock(&group->lock);
}

void cancel_finish(struct cancel *cancel)
{
    if (cancel->seated)
        waiting_room_rise(cancel->room);
    if (cancel->group != NULL) {
        pthread_mutex_lock(&cancel->group->lock);
        TAILQ_REMOVE(&cancel->group->tokens, cancel, link);
        pthread_mutex_unlock(&cancel->group->lock);
    }
    pthread_cond_destroy(&cancel->wake);
    pthread_mutex_destroy(&cancel->lock);
}

void cancel_set_deadline(struct cancel *cancel, int64_t deadline_ms)
{
    pthread_mutex_lock(&cancel->lock);
    cancel->deadline_ms = deadline_ms;
    pthread_mutex_unlock(&cancel->lock);
}

void cancel_fire(struct cancel *cancel, enum cancel_reason reason)
{
    pthread_mutex_lock(&cancel->lock);
    if (cancel->fired == CANCEL_NONE)
        cancel->fired = reason;
    pthread_cond_signal(&cancel->wake);
    pthread_mutex_unlock(&cancel->lock);
}

void cancel_say_goes_on(struct cancel *cancel)
{
    pthread_mutex_lock(&cancel->lock);
    cancel->goes_on = true;
    pthread_mutex_unlock(&cancel->lock);
}

bool cancel_goes_on(struct cancel *cancel)
{
    pthread_mutex_lock(&cancel->lock);
    bool goes_on = cancel->goes_on;
    pthread_mutex_unlock(&cancel->lock);
    return goes_on;
}

/* With the token's lock held. */
static enum cancel_reason current_reason(const struct cancel *cancel)
{
    if (cancel->fired != CANCEL_NONE)
        return cancel->fired;
    return clock_now_ms(&clock_system) >= cancel->deadline_ms ? CANCEL_DEADLINE : CANCEL_NONE;
}

enum cancel_reason cancel_reason(struct cancel *cancel)
{
    pthread_mutex_lock(&cancel->lock);
    enum cancel_reason reason = current_reason(cancel);
    pthread_mutex_unlock(&cancel->lock);
    return reason;
}

bool cancel_may_wait(struct cancel *cancel)
{
    if (!cancel->seated && cancel->room != NULL)
        cancel->seated = waiting_room_sit(cancel->room);
    return cancel->seated || cancel->room == NULL;
}

/* Without a seat. */
static enum cancel_reason turn_away(struct cancel *cancel)
{
    enum cancel_reason reason = cancel_reason(cancel);

    return reason != CANCEL_NONE ? reason : CANCEL_CROWDED;
}

/* Waits on the token itself, its lock held, until woken, fired or `until_ms`. */
static enum cancel_reason token_wait(struct cancel *cancel, int64_t until_ms)
{
    int64_t end_ms = until_ms < cancel->deadline_ms ? until_ms : cancel->deadline_ms;
    struct timespec end = {.tv_sec = (time_t)(end_ms / 1000),
                           .tv_nsec = (long)(end_ms % 1000) * 1000000L};
    enum cancel_reason reason;

    while ((reason = current_reason(cancel)) == CANCEL_NONE && !cancel->woken &&
           clock_now_ms(&clock_system) < end_ms) {
        if (end_ms == CANCEL_NEVER)
            pthread_cond_wait(&cancel->wake, &cancel->lock);
        else
            pthread_cond_timedwait(&cancel->wake, &cancel->lock, &end);
    }
    return reason;
}

void wait_queue_init(struct wait_queue *queue)
{
    TAILQ_INIT(queue);
}

enum cancel_reason wait_queue_wait(struct wait_queue *queue, pthread_mutex_t *lock,
                                   struct cancel *cancel, int64_t until_ms)
{
    struct waiter self = {.cancel = cancel};

    if (!cancel_may_wait(cancel))
        return turn_away(cancel);
    // cppcheck-suppress autoVariables ; it is removed again below
    TAILQ_INSERT_TAIL(queue, &self, link);
    pthread_mutex_lock(&cancel->lock);
    cancel->woken = false;
    pthread_mutex_unlock(&cancel->lock);
    pthread_mutex_unlock(lock);

    pthread_mutex_lock(&cancel->lock);
    enum cancel_reason reason = token_wait(cancel, until_ms);
    if (cancel->woken)
        reason = CANCEL_NONE;
    pthread_mutex_unlock(&cancel->lock);

    pthread_mutex_lock(lock);
    TAILQ_REMOVE(queue, &self, link);
    return reason;
}

void wait_queue_wake(struct wait_queue *queue)
{
    struct waiter *waiter;

    TAILQ_FOREACH (waiter, queue, link) {
        pthread_mutex_lock(&waiter->cancel->lock);
        waiter->cancel->woken = true;
        pthread_cond_signal(&waiter->cancel->wake);
        pthread_mutex_unlock(&waiter->cancel->lock);
    }
}

enum cancel_reason cancel_sleep(struct cancel *cancel, int64_t until_ms)
{
    if (!cancel_may_wait(cancel))
        return turn_away(cancel);
    pthread_mutex_lock(&cancel->lock);
    cancel->woken = false;
    enum cancel_reason reason = token_wait(cancel, until_ms);
    pthread_mutex_unlock(&cancel->lock);
    return reason;
}
