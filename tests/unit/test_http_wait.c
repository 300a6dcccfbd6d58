/* SPDX-License-Identifier: MIT */
/* Waiting: time limits, callers that leave, the queue for connections, slow name lookups. */
#include "config.h"

#include "http/http.h"
#include "instrumented.h"
#include "run_tests.h"
#include "test_http_caller.h"
#include "util/clock.h"

#include <check.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOKUP_MS 2000

static atomic_uint lookups; /* of slow.test */

/* Name lookups never leave this program: slow.test takes its time, no other name exists. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    (void)service;
    (void)hints;
    (void)result;
    if (node != NULL && strcmp(node, "slow.test") == 0) {
        lookups++;
        sleep_ms(LOOKUP_MS);
    }
    return EAI_NONAME;
}

/* Holds what is asked for under /hold; what the other side does meanwhile is noted. */
static atomic_int closed_early;

static bool hold_some(struct peer *self, int fd, const char *head, const char *body)
{
    (void)body;
    if (strstr(head, " /hold") != NULL)
        peer_hold(self);
    if (strstr(head, " /watch") != NULL)
        closed_early = peer_closed(fd, 3000);
    peer_reply(fd, "200 OK", "", "{}");
    return true;
}

START_TEST(no_answer_in_time)
{
    struct caller caller;
    int timeout_ms = is_instrumented() ? 1500 : 200; /* a connection is part of it */

    caller_begin(hold_some, 2, 0);
    caller_prepare(&caller, (enum http_method)_i, "/hold");
    caller.request.timeout_ms = timeout_ms;
    caller_run(&caller);
    caller_expect(&caller, PROBLEM_TIMEOUT, HTTP_SENT, "no whole answer from 127.0.0.1:");
    ck_assert_int_ge(caller.response.elapsed_ms, timeout_ms - 10);
    ck_assert_int_lt(caller.response.elapsed_ms, timeout_ms + 1800);
    caller_end();
}
END_TEST

START_TEST(the_tokens_deadline_is_a_timeout)
{
    struct caller caller;

    caller_begin(hold_some, 2, 0);
    caller_prepare(&caller, HTTP_GET, "/hold");
    cancel_finish(&caller.cancel);
    cancel_init(&caller.cancel, NULL, clock_now_ms(&clock_system) + 200);
    caller_run(&caller);
    caller_expect(&caller, PROBLEM_TIMEOUT, HTTP_SENT, "no whole answer");
    caller_end();
}
END_TEST

START_TEST(nothing_is_sent_for_a_fired_token)
{
    struct caller caller;

    caller_begin(hold_some, 2, 0);
    caller_prepare(&caller, HTTP_POST, "/");
    cancel_fire(&caller.cancel, CANCEL_SHUTDOWN);
    caller_run(&caller);
    caller_expect(&caller, PROBLEM_INTERRUPTED, HTTP_NOT_SENT, "the mount ended");
    caller_prepare(&caller, HTTP_POST, "/");
    caller.request.timeout_ms = 0;
    caller_run(&caller);
    caller_expect(&caller, PROBLEM_TIMEOUT, HTTP_NOT_SENT, "");
    ck_assert_uint_eq(peer_count(&peer, &peer.requests), 0);
    caller_end();
}
END_TEST

START_TEST(an_interrupted_change_goes_on)
{
    struct caller caller;
    struct caller other;

    caller_begin(hold_some, 2, 0);
    caller_prepare(&caller, HTTP_PUT, "/hold");
    caller_launch(&caller);
    ck_assert(peer_wait_requests(&peer, 1));
    ck_assert_int_lt(caller_interrupt(&caller), 1000);
    caller_expect(&caller, PROBLEM_INTERRUPTED, HTTP_SENT, "after the request was sent");
    ck_assert(!peer_closed(peer.fds[0], 200));
    peer_release(&peer);
    caller_prepare(&other, HTTP_GET, "/");
    caller_run(&other);
    ck_assert_int_eq(other.rc, 0);
    caller_end();
}
END_TEST

START_TEST(an_interrupted_get_is_abandoned)
{
    struct caller caller;

    caller_begin(hold_some, 2, 0);
    closed_early = 0;
    caller_prepare(&caller, HTTP_GET, "/watch");
    caller_launch(&caller);
    ck_assert(peer_wait_requests(&peer, 1));
    ck_assert_int_lt(caller_interrupt(&caller), 1000);
    caller_expect(&caller, PROBLEM_INTERRUPTED, HTTP_SENT, "interrupted");
    while (peer_count(&peer, &peer.open) > 0)
        sleep_ms(5);
    ck_assert_int_eq(closed_early, 1);
    caller_end();
}
END_TEST

START_TEST(the_end_waits_for_a_change_that_was_sent)
{
    struct caller put;
    struct caller get;

    caller_begin(hold_some, 2, 0);
    closed_early = -1;
    caller_prepare(&put, HTTP_PUT, "/watch");
    put.request.timeout_ms = 1500;
    caller_launch(&put);
    caller_prepare(&get, HTTP_GET, "/hold");
    caller_launch(&get);
    ck_assert(peer_wait_requests(&peer, 2));
    caller_interrupt(&get);
    caller_interrupt(&put);
    int64_t before_ms = clock_now_ms(&clock_system);
    http_destroy(http);
    ck_assert_int_ge(clock_now_ms(&clock_system) - before_ms, 200);
    ck_assert_int_lt(clock_now_ms(&clock_system) - before_ms, 4000);
    peer_stop(&peer);
}
END_TEST

/* holds: http-4 */
START_TEST(connections_are_limited)
{
    struct caller callers[6];

    caller_begin(hold_some, 2, 0);
    for (int i = 0; i < 6; i++) {
        caller_prepare(&callers[i], i % 2 == 0 ? HTTP_GET : HTTP_POST, "/hold");
        caller_launch(&callers[i]);
    }
    ck_assert(peer_wait_requests(&peer, 2));
    sleep_ms(100);
    ck_assert_uint_eq(peer_count(&peer, &peer.requests), 2);
    peer_release(&peer);
    for (int i = 0; i < 6; i++) {
        caller_join(&callers[i]);
        ck_assert_int_eq(callers[i].rc, 0);
    }
    caller_end();
}
END_TEST

START_TEST(who_waits_in_the_queue_can_leave)
{
    struct caller first;
    struct caller late;
    struct caller interrupted;

    caller_begin(hold_some, 1, 0);
    caller_prepare(&first, HTTP_GET, "/hold");
    caller_launch(&first);
    ck_assert(peer_wait_requests(&peer, 1));
    caller_prepare(&late, HTTP_POST, "/");
    late.request.timeout_ms = 150;
    caller_run(&late);
    caller_expect(&late, PROBLEM_TIMEOUT, HTTP_NOT_SENT, "no free connection");
    caller_prepare(&interrupted, HTTP_PUT, "/");
    caller_launch(&interrupted);
    sleep_ms(50);
    ck_assert_int_lt(caller_interrupt(&interrupted), 1000);
    caller_expect(&interrupted, PROBLEM_INTERRUPTED, HTTP_NOT_SENT, "interrupted");
    peer_release(&peer);
    caller_join(&first);
    ck_assert_int_eq(first.rc, 0);
    ck_assert_uint_eq(peer_count(&peer, &peer.requests), 1);
    caller_end();
}
END_TEST

START_TEST(who_leaves_makes_room)
{
    struct caller first;
    struct caller next;

    caller_begin(hold_some, 1, 0);
    caller_prepare(&first, HTTP_GET, "/hold");
    caller_launch(&first);
    ck_assert(peer_wait_requests(&peer, 1));
    caller_prepare(&next, HTTP_GET, "/");
    caller_launch(&next);
    sleep_ms(50);
    caller_interrupt(&first);
    caller_join(&next);
    ck_assert_msg(next.rc == 0, "%s", next.problem.message);
    caller_end();
}
END_TEST

/* holds: errno-11 */
START_TEST(an_unknown_host_is_said)
{
    struct caller caller;

    caller_begin(hold_some, 2, 0);
    caller_prepare_url(&caller, HTTP_GET, "https://nowhere.test/v1");
    caller_run(&caller);
    caller_expect(&caller, PROBLEM_UNREACHABLE, HTTP_NOT_SENT, "no such host: nowhere.test");
    caller_end();
}
END_TEST

static void wait_for_lookup(void)
{
    while (lookups == 0)
        sleep_ms(1);
}

/* Another request, and its time. */
static void expect_quick(void)
{
    struct caller caller;

    caller_prepare(&caller, HTTP_GET, "/");
    caller_run(&caller);
    ck_assert_msg(caller.rc == 0, "%s", caller.problem.message);
    ck_assert_int_lt(caller.response.elapsed_ms, 1000);
}

START_TEST(a_slow_lookup_holds_nobody_up)
{
    struct caller caller;

    caller_begin(hold_some, 1, 0);
    caller_prepare_url(&caller, (enum http_method)_i, "http://slow.test/");
    caller_launch(&caller);
    wait_for_lookup();
    ck_assert_int_lt(caller_interrupt(&caller), 1000);
    caller_expect(&caller, PROBLEM_INTERRUPTED, HTTP_NOT_SENT, "interrupted");
    expect_quick();
    caller_end();
    sleep_ms(LOOKUP_MS + 200);
}
END_TEST

START_TEST(a_lookup_that_times_out_holds_nobody_up)
{
    struct caller caller;

    caller_begin(hold_some, 1, 0);
    caller_prepare_url(&caller, HTTP_PUT, "http://slow.test/");
    caller.request.timeout_ms = 100;
    caller_run(&caller);
    caller_expect(&caller, PROBLEM_TIMEOUT, HTTP_NOT_SENT, "no connection to slow.test:80");
    ck_assert_int_lt(caller.response.elapsed_ms, 1000);
    expect_quick();
    caller_end();
    sleep_ms(LOOKUP_MS + 200);
}
END_TEST

/* Many callers, some of which leave at any moment: for the sanitizers. */
static void *storm(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    for (int i = 0; i < 20; i++) {
        struct caller caller;
        caller_prepare(&caller, (enum http_method)(rand_r(&seed) % 4), "/");
        cancel_finish(&caller.cancel);
        cancel_init(&caller.cancel, NULL, clock_now_ms(&clock_system) + rand_r(&seed) % 4);
        caller_run(&caller);
    }
    return NULL;
}

static bool answer_at_once(struct peer *self, int fd, const char *head, const char *body)
{
    (void)self;
    (void)head;
    (void)body;
    peer_reply(fd, "200 OK", "Connection: close\r\n", "{}");
    return false;
}

START_TEST(callers_may_leave_at_any_moment)
{
    pthread_t threads[4];
    unsigned seeds[4];

    caller_begin(answer_at_once, 3, 0);
    for (unsigned i = 0; i < 4; i++) {
        seeds[i] = i;
        pthread_create(&threads[i], NULL, storm, &seeds[i]);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    caller_end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("http_wait");
    TCase *t = tcase_create("waiting");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, no_answer_in_time, HTTP_GET, HTTP_DELETE + 1);
    tcase_add_test(t, the_tokens_deadline_is_a_timeout);
    tcase_add_test(t, nothing_is_sent_for_a_fired_token);
    tcase_add_test(t, an_interrupted_change_goes_on);
    tcase_add_test(t, an_interrupted_get_is_abandoned);
    tcase_add_test(t, the_end_waits_for_a_change_that_was_sent);
    tcase_add_test(t, connections_are_limited);
    tcase_add_test(t, who_waits_in_the_queue_can_leave);
    tcase_add_test(t, who_leaves_makes_room);
    tcase_add_test(t, an_unknown_host_is_said);
    tcase_add_loop_test(t, a_slow_lookup_holds_nobody_up, HTTP_GET, HTTP_POST + 1);
    tcase_add_test(t, a_lookup_that_times_out_holds_nobody_up);
    tcase_add_test(t, callers_may_leave_at_any_moment);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_tests(srunner_create(suite()));
}
