/* SPDX-License-Identifier: MIT */
/* The bottom layer: problems, clocks, cancel tokens, buffers, log levels. */
#include "config.h"

#include "util/address.h"
#include "util/buf.h"
#include "util/cancel.h"
#include "util/waiting_room.h"
#include "util/clock.h"
#include "util/problem.h"
#include "run_tests.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static int64_t now_ms(void)
{
    return clock_now_ms(&clock_system);
}

/* addresses */

static const struct {
    const char *text;
    bool loopback;
} spellings[] = {
    {"127.0.0.1", true},
    {"127.255.0.9", true},
    {"::1", true},
    {"0:0:0:0:0:0:0:1", true},
    {"::ffff:127.0.0.1", true},
    {"::ffff:7f00:1", true},
    {"::ffff:127.1.2.3", true},
    {"128.0.0.1", false},
    {"126.255.255.255", false},
    {"0.0.0.0", false},
    {"10.0.0.127", false},
    {"::", false},
    {"::127.0.0.1", false},
    {"::ffff:10.0.0.1", false},
    {"fe80::1", false},
    {"64:ff9b::127.0.0.1", false},
    {"7f00::1", false},
    {"2001:db8::1", false},
};

START_TEST(loopback_has_many_spellings)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    const char *text = spellings[_i].text;
    bool is_v4 = inet_pton(AF_INET, text, &in.sin_addr) == 1;

    ck_assert(is_v4 || inet_pton(AF_INET6, text, &in6.sin6_addr) == 1);
    const struct sockaddr *address =
        is_v4 ? (const struct sockaddr *)&in : (const struct sockaddr *)&in6;
    ck_assert_msg(address_is_loopback(address) == spellings[_i].loopback, "%s", text);
}
END_TEST

START_TEST(no_other_family_is_loopback)
{
    const struct sockaddr address = {.sa_family = AF_UNIX};

    ck_assert(!address_is_loopback(&address));
}
END_TEST

/* problem */

START_TEST(a_problem_is_kind_and_words)
{
    struct problem problem = {.status = 400, .code = "X", .details = "y", .err = 5};

    ck_assert_int_eq(problem_set(&problem, PROBLEM_TIMEOUT, "no %s in %d ms", "answer", 7), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_TIMEOUT);
    ck_assert_str_eq(problem.message, "no answer in 7 ms");
    ck_assert_int_eq(problem.status, 0);
    ck_assert_int_eq(problem.err, 0);
    ck_assert_str_eq(problem.code, "");
    ck_assert_str_eq(problem.details, "");
    ck_assert_int_eq(problem_set(NULL, PROBLEM_TIMEOUT, "nobody listens"), -1);
}
END_TEST

START_TEST(a_problem_is_one_short_line)
{
    struct problem problem;
    char text[2000];

    memset(text, 'x', sizeof text);
    text[1] = '\n';
    text[2] = '\x7f';
    text[3] = '\x1b';
    text[sizeof text - 1] = '\0';
    problem_set(&problem, PROBLEM_SERVER, "%s", text);
    ck_assert_uint_eq(strlen(problem.message), sizeof problem.message - 1);
    ck_assert_int_eq(strncmp(problem.message, "x   x", 5), 0);
}
END_TEST

START_TEST(every_kind_has_a_name)
{
    for (int kind = PROBLEM_NONE; kind < PROBLEM_KINDS; kind++)
        ck_assert_ptr_nonnull(problem_kind_name((enum problem_kind)kind));
    ck_assert_str_eq(problem_kind_name(PROBLEM_TIMEOUT), "timeout");
    ck_assert_str_eq(problem_kind_name(PROBLEM_KINDS), "unknown");
}
END_TEST

/* clock */

static const struct {
    const char *text;
    int64_t ms;
} dates[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1969-12-31T23:59:59.999Z", -1},
    {"1970-01-01T00:00:00+02:00", -7200000},
    {"1901-01-01T00:00:00Z", -2177452800000},
    {"1970-01-01T00:00:00.001Z", 1},
    {"2026-03-18T09:10:11.123Z", 1773825011123},
    {"2026-03-18T09:10:11Z", 1773825011000},
    {"2026-03-18T09:10:11.5Z", 1773825011500},
    {"2026-03-18T09:10:11.123456789Z", 1773825011123},
    {"2026-03-18T11:10:11.123+02:00", 1773825011123},
    {"2026-03-18T04:40:11.123-04:30", 1773825011123},
    {"2026-03-18", CLOCK_NO_DATE},
    {"2026-03-18T09:10:11", CLOCK_NO_DATE},
    {"2026-03-18T09:10:11X", CLOCK_NO_DATE},
    {"2026-03-18T09:10:11+0200", CLOCK_NO_DATE},
    {"2026-13-18T09:10:11Z", CLOCK_NO_DATE},
    {"yesterday", CLOCK_NO_DATE},
    {"", CLOCK_NO_DATE},
};

START_TEST(dates_are_read)
{
    ck_assert_int_eq(clock_parse_iso(dates[_i].text), dates[_i].ms);
}
END_TEST

START_TEST(dates_are_written)
{
    char text[CLOCK_ISO_SIZE];

    clock_format_iso(1773825011123, text);
    ck_assert_str_eq(text, "2026-03-18T09:10:11.123Z");
    clock_format_iso(0, text);
    ck_assert_str_eq(text, "1970-01-01T00:00:00.000Z");
}
END_TEST

START_TEST(the_systems_clocks_go)
{
    int64_t before_ms = now_ms();

    ck_assert_int_gt(clock_wall_ms(&clock_system), INT64_C(1700000000000));
    ck_assert_int_ge(now_ms(), before_ms);
}
END_TEST

/* cancel */

START_TEST(the_first_reason_stays)
{
    struct cancel cancel;

    cancel_init(&cancel, NULL, CANCEL_NEVER);
    ck_assert_int_eq(cancel_reason(&cancel), CANCEL_NONE);
    cancel_fire(&cancel, CANCEL_INTERRUPT);
    cancel_fire(&cancel, CANCEL_SHUTDOWN);
    ck_assert_int_eq(cancel_reason(&cancel), CANCEL_INTERRUPT);
    cancel_finish(&cancel);
}
END_TEST

START_TEST(a_deadline_fires)
{
    struct cancel cancel;

    cancel_init(&cancel, NULL, now_ms() - 1);
    ck_assert_int_eq(cancel_reason(&cancel), CANCEL_DEADLINE);
    ck_assert_int_eq(cancel_sleep(&cancel, CANCEL_NEVER), CANCEL_DEADLINE);
    cancel_finish(&cancel);
}
END_TEST

START_TEST(a_group_fires_its_tokens_and_later_ones)
{
    struct cancel_group group;
    struct cancel first;
    struct cancel gone;
    struct cancel late;

    cancel_group_init(&group);
    cancel_init(&first, &group, CANCEL_NEVER);
    cancel_init(&gone, &group, CANCEL_NEVER);
    cancel_finish(&gone);
    cancel_group_fire(&group);
    ck_assert_int_eq(cancel_reason(&first), CANCEL_SHUTDOWN);
    cancel_init(&late, &group, CANCEL_NEVER);
    ck_assert_int_eq(cancel_reason(&late), CANCEL_SHUTDOWN);
    cancel_finish(&late);
    cancel_finish(&first);
    cancel_group_finish(&group);
}
END_TEST

START_TEST(sleep_ends_in_time)
{
    struct cancel cancel;
    int64_t begun_ms = now_ms();

    cancel_init(&cancel, NULL, CANCEL_NEVER);
    ck_assert_int_eq(cancel_sleep(&cancel, begun_ms + 30), CANCEL_NONE);
    ck_assert_int_ge(now_ms() - begun_ms, 30);
    cancel_fire(&cancel, CANCEL_INTERRUPT);
    ck_assert_int_eq(cancel_sleep(&cancel, CANCEL_NEVER), CANCEL_INTERRUPT);
    cancel_finish(&cancel);
}
END_TEST

/* the waiting room */

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

/* buf */

START_TEST(a_buffer_grows)
{
    struct buf buf = BUF_EMPTY;

    ck_assert_str_eq(buf_text(&buf), "");
    for (int i = 0; i < 1000; i++)
        ck_assert(buf_printf(&buf, "%d,", i) && buf_append(&buf, "x", 1));
    ck_assert(buf_append_text(&buf, "end"));
    ck_assert_uint_eq(buf.size_bytes, strlen(buf.data));
    ck_assert_int_eq(strncmp(buf_text(&buf), "0,x1,x2,x", 9), 0);
    ck_assert_str_eq(buf.data + buf.size_bytes - 8, "999,xend");
    buf_finish(&buf);
    ck_assert_str_eq(buf_text(&buf), "");
}
END_TEST

START_TEST(a_buffer_is_cut_and_filled)
{
    struct buf buf = BUF_EMPTY;

    ck_assert(buf_append_text(&buf, "abcdef"));
    ck_assert(buf_resize(&buf, 3));
    ck_assert_str_eq(buf_text(&buf), "abc");
    ck_assert(buf_resize(&buf, 5));
    ck_assert_mem_eq(buf.data, "abc\0\0", 6);
    ck_assert(buf_append(&buf, NULL, 0));
    ck_assert_uint_eq(buf.size_bytes, 5);
    buf_finish(&buf);
}
END_TEST

START_TEST(a_buffer_is_written_anywhere)
{
    struct buf buf = BUF_EMPTY;

    ck_assert(buf_write_at(&buf, 3, "de", 2));
    ck_assert_mem_eq(buf.data, "\0\0\0de", 6);
    ck_assert(buf_write_at(&buf, 0, "abc", 3));
    ck_assert(buf_write_at(&buf, 4, "EF", 2));
    ck_assert_str_eq(buf_text(&buf), "abcdEF");
    ck_assert(!buf_write_at(&buf, SIZE_MAX, "x", 1));
    ck_assert(!buf_resize(&buf, SIZE_MAX - 1));
    ck_assert_str_eq(buf_text(&buf), "abcdEF");
    buf_finish(&buf);
}
END_TEST

static void add_cancel_tests(TCase *t)
{
    tcase_add_test(t, the_first_reason_stays);
    tcase_add_test(t, a_deadline_fires);
    tcase_add_test(t, a_group_fires_its_tokens_and_later_ones);
    tcase_add_test(t, sleep_ends_in_time);
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

static Suite *suite(void)
{
    Suite *s = suite_create("util");
    TCase *t = tcase_create("util");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_problem_is_kind_and_words);
    tcase_add_test(t, a_problem_is_one_short_line);
    tcase_add_test(t, every_kind_has_a_name);
    tcase_add_loop_test(t, dates_are_read, 0, sizeof dates / sizeof dates[0]);
    tcase_add_test(t, dates_are_written);
    tcase_add_test(t, the_systems_clocks_go);
    add_cancel_tests(t);
    tcase_add_loop_test(t, loopback_has_many_spellings, 0, sizeof spellings / sizeof spellings[0]);
    tcase_add_test(t, no_other_family_is_loopback);
    tcase_add_test(t, a_buffer_grows);
    tcase_add_test(t, a_buffer_is_cut_and_filled);
    tcase_add_test(t, a_buffer_is_written_anywhere);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_tests(srunner_create(suite()));
}
