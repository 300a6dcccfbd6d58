/* SPDX-License-Identifier: MIT */
/* Waiting rooms: who waits, how many, and that no wake is lost. */
#include "config.h"

#include "test_util.h"

#include "util/address.h"
#include "util/buf.h"
#include "util/cancel.h"
#include "util/waiting_room.h"
#include "util/clock.h"
#include "util/problem.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* holds: wait-9 */
START_TEST(an_eighth_of_the_threads_is_kept_free_from_one_to_eight)
{
    static const struct {
        unsigned threads;
        unsigned seats;
    } rows[] = {{2, 1},   {8, 7},    {12, 11},   {16, 14},     {63, 56},
                {64, 56}, {100, 92}, {512, 504}, {10000, 9992}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct waiting_room room;
        unsigned seats = 0;

        waiting_room_init(&room, rows[i].threads);
        while (waiting_room_sit(&room))
            seats++;
        ck_assert_uint_eq(seats, rows[i].seats);
        waiting_room_rise(&room);
        ck_assert(waiting_room_sit(&room));
        ck_assert(!waiting_room_sit(&room));
    }
}
END_TEST

START_TEST(who_holds_no_thread_is_counted_and_takes_no_seat)
{
    struct waiting_room room;

    waiting_room_init(&room, 8);
    for (int i = 0; i < 20; i++)
        waiting_room_stand(&room);
    ck_assert(waiting_room_sit(&room));
    ck_assert_uint_eq(waiting_room_count(&room), 21);
    waiting_room_rise(&room);
    for (int i = 0; i < 20; i++)
        waiting_room_go(&room);
    ck_assert_uint_eq(waiting_room_count(&room), 0);
}
END_TEST

START_TEST(a_token_keeps_its_seat_from_its_first_wait_to_its_end)
{
    struct waiting_room room;
    struct cancel first;
    struct cancel second;

    waiting_room_init(&room, 2);
    cancel_init(&first, NULL, CANCEL_NEVER);
    cancel_init(&second, NULL, CANCEL_NEVER);
    first.room = second.room = &room;
    ck_assert_int_eq(cancel_sleep(&first, now_ms()), CANCEL_NONE);
    ck_assert_int_eq(cancel_sleep(&first, now_ms()), CANCEL_NONE);
    ck_assert_uint_eq(waiting_room_count(&room), 1);
    ck_assert(!cancel_may_wait(&second));
    cancel_finish(&first);
    ck_assert(cancel_may_wait(&second));
    cancel_finish(&second);
    ck_assert_uint_eq(waiting_room_count(&room), 0);
}
END_TEST

/* Something that is waited for. */
struct thing {
    pthread_mutex_t lock; /* guards the rest; order: lock → token */
    struct wait_queue queue;
    int turn;
    int waiting;
    struct cancel_group group;
};

static void thing_init(struct thing *thing)
{
    *thing = (struct thing){0};
    pthread_mutex_init(&thing->lock, NULL);
    wait_queue_init(&thing->queue);
    cancel_group_init(&thing->group);
}

static void thing_finish(struct thing *thing)
{
    ck_assert(TAILQ_EMPTY(&thing->queue));
    cancel_group_finish(&thing->group);
    pthread_mutex_destroy(&thing->lock);
}

START_TEST(who_finds_no_seat_leaves_at_once_and_says_why)
{
    struct waiting_room room;
    struct thing thing;
    struct cancel cancel;

    waiting_room_init(&room, 2);
    ck_assert(waiting_room_sit(&room));
    thing_init(&thing);
    cancel_init(&cancel, NULL, CANCEL_NEVER);
    cancel.room = &room;
    pthread_mutex_lock(&thing.lock);
    ck_assert_int_eq(wait_queue_wait(&thing.queue, &thing.lock, &cancel, CANCEL_NEVER),
                     CANCEL_CROWDED);
    ck_assert_int_eq(cancel_sleep(&cancel, CANCEL_NEVER), CANCEL_CROWDED);
    cancel_fire(&cancel, CANCEL_INTERRUPT); /* which says more */
    ck_assert_int_eq(wait_queue_wait(&thing.queue, &thing.lock, &cancel, CANCEL_NEVER),
                     CANCEL_INTERRUPT);
    pthread_mutex_unlock(&thing.lock);
    cancel_finish(&cancel);
    thing_finish(&thing);
    ck_assert_uint_eq(waiting_room_count(&room), 1);
}
END_TEST

START_TEST(a_wait_ends_in_time_or_at_the_deadline)
{
    struct thing thing;
    struct cancel cancel;

    thing_init(&thing);
    cancel_init(&cancel, NULL, now_ms() + 40);
    pthread_mutex_lock(&thing.lock);
    ck_assert_int_eq(wait_queue_wait(&thing.queue, &thing.lock, &cancel, now_ms() + 5),
                     CANCEL_NONE);
    ck_assert_int_eq(wait_queue_wait(&thing.queue, &thing.lock, &cancel, CANCEL_NEVER),
                     CANCEL_DEADLINE);
    pthread_mutex_unlock(&thing.lock);
    cancel_finish(&cancel);
    thing_finish(&thing);
}
END_TEST

/* Waits until the turn comes, with a token of its own; returns why it stopped. */
static void *wait_for_turn(void *arg)
{
    struct thing *thing = arg;
    struct cancel cancel;
    enum cancel_reason reason = CANCEL_NONE;

    cancel_init(&cancel, &thing->group, CANCEL_NEVER);
    pthread_mutex_lock(&thing->lock);
    thing->waiting++;
    while (thing->turn == 0 && reason == CANCEL_NONE)
        reason = wait_queue_wait(&thing->queue, &thing->lock, &cancel, CANCEL_NEVER);
    thing->waiting--;
    pthread_mutex_unlock(&thing->lock);
    cancel_finish(&cancel);
    return (void *)(intptr_t)reason;
}

#define WAITERS 5

static void start_waiters(struct thing *thing, pthread_t *threads)
{
    bool all = false;

    for (int i = 0; i < WAITERS; i++)
        pthread_create(&threads[i], NULL, wait_for_turn, thing);
    while (!all) {
        pthread_mutex_lock(&thing->lock);
        all = thing->waiting == WAITERS;
        pthread_mutex_unlock(&thing->lock);
        sched_yield();
    }
}

static void join_waiters(pthread_t *threads, enum cancel_reason expected)
{
    for (int i = 0; i < WAITERS; i++) {
        void *reason;
        pthread_join(threads[i], &reason);
        ck_assert_int_eq((intptr_t)reason, expected);
    }
}

START_TEST(a_wake_reaches_every_waiter)
{
    struct thing thing;
    pthread_t threads[WAITERS];

    thing_init(&thing);
    start_waiters(&thing, threads);
    pthread_mutex_lock(&thing.lock);
    thing.turn = 1;
    wait_queue_wake(&thing.queue);
    pthread_mutex_unlock(&thing.lock);
    join_waiters(threads, CANCEL_NONE);
    thing_finish(&thing);
}
END_TEST

START_TEST(the_end_reaches_every_waiter)
{
    struct thing thing;
    pthread_t threads[WAITERS];

    thing_init(&thing);
    start_waiters(&thing, threads);
    cancel_group_fire(&thing.group);
    join_waiters(threads, CANCEL_SHUTDOWN);
    thing_finish(&thing);
}
END_TEST

#define ROUNDS 3000

/* One of two players, who wait for each other without a time limit: a lost wake-up is a hang. */
static void play(struct thing *thing, int player)
{
    struct cancel cancel;

    cancel_init(&cancel, &thing->group, CANCEL_NEVER);
    pthread_mutex_lock(&thing->lock);
    while (thing->turn < ROUNDS) {
        while (thing->turn % 2 != player && thing->turn < ROUNDS)
            wait_queue_wait(&thing->queue, &thing->lock, &cancel, CANCEL_NEVER);
        thing->turn++;
        wait_queue_wake(&thing->queue);
    }
    pthread_mutex_unlock(&thing->lock);
    cancel_finish(&cancel);
}

static void *play_second(void *arg)
{
    play(arg, 1);
    return NULL;
}

START_TEST(no_wake_is_lost)
{
    struct thing thing;
    pthread_t second;

    thing_init(&thing);
    pthread_create(&second, NULL, play_second, &thing);
    play(&thing, 0);
    pthread_join(second, NULL);
    ck_assert_int_ge(thing.turn, ROUNDS);
    thing_finish(&thing);
}
END_TEST

static void *fire_soon(void *arg)
{
    cancel_fire(arg, CANCEL_INTERRUPT);
    return NULL;
}

START_TEST(no_fire_is_lost)
{
    for (int i = 0; i < 200; i++) {
        struct cancel cancel;
        pthread_t thread;
        cancel_init(&cancel, NULL, CANCEL_NEVER);
        pthread_create(&thread, NULL, fire_soon, &cancel);
        ck_assert_int_eq(cancel_sleep(&cancel, CANCEL_NEVER), CANCEL_INTERRUPT);
        pthread_join(thread, NULL);
        cancel_finish(&cancel);
    }
}
END_TEST

void add_waiting_tests(TCase *t)
{
    tcase_add_test(t, an_eighth_of_the_threads_is_kept_free_from_one_to_eight);
    tcase_add_test(t, who_holds_no_thread_is_counted_and_takes_no_seat);
    tcase_add_test(t, a_token_keeps_its_seat_from_its_first_wait_to_its_end);
    tcase_add_test(t, who_finds_no_seat_leaves_at_once_and_says_why);
    tcase_add_test(t, a_wait_ends_in_time_or_at_the_deadline);
    tcase_add_test(t, a_wake_reaches_every_waiter);
    tcase_add_test(t, the_end_reaches_every_waiter);
    tcase_add_test(t, no_wake_is_lost);
    tcase_add_test(t, no_fire_is_lost);
}
