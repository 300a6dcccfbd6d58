/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/rear.h"

#include <stdlib.h>

struct rear {
    struct page_walk walk;
    struct cancel cancel;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows; order: before the token */
    unsigned leave;       /* how many pages more it may fetch */
    struct wait_queue leaves;
    bool at_work;           /* on a page that it had leave for */
    struct wait_queue done; /* with that page */
    bool ended;
    bool misled;
};

/* Waits for leave to fetch a page; false: the token was fired. */
static bool take_leave(struct rear *rear)
{
    enum cancel_reason reason = CANCEL_NONE;

    pthread_mutex_lock(&rear->lock);
    while (rear->leave == 0 && reason == CANCEL_NONE)
        reason = wait_queue_wait(&rear->leaves, &rear->lock, &rear->cancel, CANCEL_NEVER);
    rear->at_work = reason == CANCEL_NONE;
    rear->leave -= rear->at_work;
    pthread_mutex_unlock(&rear->lock);
    return reason == CANCEL_NONE;
}

static void note_page(struct rear *rear)
{
    pthread_mutex_lock(&rear->lock);
    rear->at_work = false;
    wait_queue_wake(&rear->done);
    pthread_mutex_unlock(&rear->lock);
}

/* Whether it should go on. What has no id can't be told from what the front has of that kind. */
static bool has_more_to_do(const struct rear *rear)
{
    const struct page_walk *walk = &rear->walk;

    return walk->after != NULL && walk->skipped == 0 && !items_met(walk->items) &&
           !items_disagree(walk->items);
}

static int one_page(struct rear *rear, struct problem *problem)
{
    struct page_walk *walk = &rear->walk;
    int rc = walk->pages == 0 ? page_fetch_first(walk, problem) : page_fetch_next(walk, problem);

    return rc == 0 ? page_take(walk, problem) : -1;
}

static bool is_of_the_answer(const struct problem *problem)
{
    return problem->kind == PROBLEM_PROTOCOL || problem->kind == PROBLEM_INVALID;
}

static void *run(void *arg)
{
    struct rear *rear = arg;
    struct problem problem = {.kind = PROBLEM_NONE};
    bool left = false;
    int rc = 0;

    do {
        left = !take_leave(rear);
        if (!left)
            rc = one_page(rear, &problem);
        note_page(rear);
    } while (!left && rc == 0 && has_more_to_do(rear));
    pthread_mutex_lock(&rear->lock);
    rear->ended = true;
    rear->misled = !left && (rc == 0 || is_of_the_answer(&problem));
    wait_queue_wake(&rear->done);
    pthread_mutex_unlock(&rear->lock);
    return NULL;
}

static void free_rear(struct rear *rear)
{
    page_walk_finish(&rear->walk);
    cancel_finish(&rear->cancel);
    pthread_mutex_destroy(&rear->lock);
    free(rear);
}

struct rear *rear_start(const struct page_walk *front)
{
    const struct exchange *call = &front->call;
    struct rear *rear = calloc(1, sizeof *rear);

    if (rear == NULL)
        return NULL;
    cancel_init(&rear->cancel, call->cancel->group, call->cancel->deadline_ms);
    page_walk_init(&rear->walk, call->api, call->kind, LIST_REAR, front->items, &rear->cancel);
    rear->walk.call.key_asked = true; /* that is the front's business */
    pthread_mutex_init(&rear->lock, NULL);
    wait_queue_init(&rear->leaves);
    wait_queue_init(&rear->done);
    rear->leave = 1;
    if (pthread_create(&rear->thread, NULL, run, rear) == 0)
        return rear;
    free_rear(rear);
    return NULL;
}

void rear_go_on(struct rear *rear)
{
    pthread_mutex_lock(&rear->lock);
    rear->leave++;
    wait_queue_wake(&rear->leaves);
    pthread_mutex_unlock(&rear->lock);
}

void rear_await(struct rear *rear, struct cancel *cancel, int64_t most_ms)
{
    int64_t until_ms = clock_now_ms(&clock_system) + most_ms;
    enum cancel_reason reason = CANCEL_NONE;

    pthread_mutex_lock(&rear->lock);
    while (most_ms > 0 && !rear->ended && (rear->leave > 0 || rear->at_work) &&
           reason == CANCEL_NONE && clock_now_ms(&clock_system) < until_ms)
        reason = wait_queue_wait(&rear->done, &rear->lock, cancel, until_ms);
    pthread_mutex_unlock(&rear->lock);
}

bool rear_has_ended(struct rear *rear)
{
    pthread_mutex_lock(&rear->lock);
    bool ended = rear->ended;
    pthread_mutex_unlock(&rear->lock);
    return ended;
}

bool rear_was_misled(struct rear *rear)
{
    pthread_mutex_lock(&rear->lock);
    bool misled = rear->misled;
    pthread_mutex_unlock(&rear->lock);
    return misled;
}

void rear_stop(struct rear *rear)
{
    if (rear == NULL)
        return;
    cancel_fire(&rear->cancel, CANCEL_INTERRUPT);
    pthread_join(rear->thread, NULL);
    free_rear(rear);
}
