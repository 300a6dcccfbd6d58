/* SPDX-License-Identifier: MIT */
/* Connections that die in silence, as after a suspend: new ones work. */
#include "config.h"

#include "run_tests.h"
#include "test_http_caller.h"

#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT 4

static atomic_uint silent_below; /* connections of a smaller number pass nothing */

static unsigned number_of(struct peer *self, int fd)
{
    unsigned number = 0;

    pthread_mutex_lock(&self->lock);
    while (self->fds[number] != fd)
        number++;
    pthread_mutex_unlock(&self->lock);
    return number;
}

/* Under /meet, until KEPT requests were read. */
static bool answer(struct peer *self, int fd, const char *head, const char *body)
{
    (void)body;
    if (number_of(self, fd) < atomic_load(&silent_below)) {
        peer_hold(self);
        return false;
    }
    if (strstr(head, " /meet") != NULL)
        peer_wait_requests(self, KEPT);
    if (strstr(head, " /hold") != NULL)
        peer_hold(self);
    peer_reply(fd, "200 OK", "", "{}");
    return true;
}

static void begin(void)
{
    atomic_store(&silent_below, 0);
    caller_begin(answer, 8, 0);
}

/* KEPT idle connections, which die. */
static void begin_silence(void)
{
    struct caller callers[KEPT];

    begin();
    for (int i = 0; i < KEPT; i++) {
        caller_prepare(&callers[i], HTTP_GET, "/meet");
        caller_launch(&callers[i]);
    }
    for (int i = 0; i < KEPT; i++) {
        caller_join(&callers[i]);
        ck_assert_int_eq(callers[i].rc, 0);
    }
    ck_assert_uint_eq(peer_count(&peer, &peer.connections), KEPT);
    sleep_ms(2);
    atomic_store(&silent_below, KEPT);
}

static void time_out(enum http_method method)
{
    struct caller caller;

    caller_prepare(&caller, method, "/");
    caller.request.timeout_ms = 400;
    caller_run(&caller);
    caller_expect(&caller, PROBLEM_TIMEOUT, HTTP_SENT, "no whole answer");
}

static void succeed(enum http_method method, bool fresh)
{
    struct caller caller;

    caller_prepare(&caller, method, "/");
    caller.request.fresh = fresh;
    caller_run(&caller);
    ck_assert_msg(caller.rc == 0, "%s", caller.problem.message);
    ck_assert_int_lt(caller.response.elapsed_ms, 3000);
}

START_TEST(silence_costs_one_timeout)
{
    static const enum http_method methods[] = {HTTP_GET, HTTP_PUT, HTTP_DELETE};

    begin_silence();
    time_out(methods[_i]);
    for (int i = 0; i < 2 * KEPT; i++)
        succeed(methods[(unsigned)i % 3], false);
    ck_assert_uint_eq(peer_count(&peer, &peer.connections), KEPT + 1);
    caller_end();
}
END_TEST

/* All that are kept at the same time: none of them costs a second one. */
START_TEST(silence_costs_all_that_are_under_way_one_timeout)
{
    struct caller callers[KEPT];

    begin_silence();
    for (int i = 0; i < KEPT; i++) {
        caller_prepare(&callers[i], HTTP_GET, "/");
        callers[i].request.timeout_ms = 400;
        caller_launch(&callers[i]);
    }
    for (int i = 0; i < KEPT; i++)
        caller_join(&callers[i]);
    for (int i = 0; i < 2 * KEPT; i++)
        succeed(HTTP_GET, false);
    caller_end();
}
END_TEST

/* holds: wait-3 wait-4 */
START_TEST(a_fresh_connection_is_asked_for)
{
    begin_silence();
    succeed(HTTP_GET, true);
    succeed(HTTP_PUT, true);
    succeed(HTTP_POST, false);
    ck_assert_uint_eq(peer_count(&peer, &peer.connections), KEPT + 3);
    caller_end();
}
END_TEST

/* A server that is slow for one thing: the connections that go on answering are kept. */
START_TEST(what_answers_is_kept)
{
    struct caller slow;

    begin();
    caller_prepare(&slow, HTTP_GET, "/hold");
    slow.request.timeout_ms = 1000;
    caller_launch(&slow);
    ck_assert(peer_wait_requests(&peer, 1));
    sleep_ms(2);
    succeed(HTTP_GET, false);
    caller_join(&slow);
    ck_assert_int_eq(slow.problem.kind, PROBLEM_TIMEOUT);
    succeed(HTTP_GET, false);
    succeed(HTTP_PUT, false);
    ck_assert_uint_eq(peer_count(&peer, &peer.connections), 2);
    caller_end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("http_silence");
    TCase *t = tcase_create("silence");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, silence_costs_one_timeout, 0, 3);
    tcase_add_test(t, silence_costs_all_that_are_under_way_one_timeout);
    tcase_add_test(t, a_fresh_connection_is_asked_for);
    tcase_add_test(t, what_answers_is_kept);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_tests(srunner_create(suite()));
}
