/* SPDX-License-Identifier: MIT */
/* What hangs for one share leaves the others theirs. */
#include "config.h"

#include "run_tests.h"
#include "test_http_caller.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Holds what is asked for under /hold. */
static bool hold_some(struct peer *self, int fd, const char *head, const char *body)
{
    (void)body;
    if (strstr(head, " /hold") != NULL)
        peer_hold(self);
    peer_reply(fd, "200 OK", "", "{}");
    return true;
}

static const struct {
    size_t connections;
    size_t shares;
    unsigned most; /* requests of one share at once */
} rooms[] = {
    {12, 8, 5}, {8, 8, 1}, {10, 8, 3}, {4, 3, 2}, {7, 8, 6}, {4, 8, 3}, {2, 8, 1}, {3, 1, 3},
};

/* Whatever one share hangs with, each other has its answer at once: all of them, or with fewer
 * connections than shares, those who come one after the other. */
START_TEST(a_share_that_hangs_leaves_the_others_theirs)
{
    struct caller hanging[20];
    unsigned most = rooms[_i].most;
    size_t shares = rooms[_i].shares;

    caller_begin(hold_some, rooms[_i].connections, rooms[_i].shares);
    for (int i = 0; i < 20; i++) {
        caller_prepare(&hanging[i], i % 2 == 0 ? HTTP_PUT : HTTP_GET, "/hold");
        caller_launch(&hanging[i]);
    }
    ck_assert(peer_wait_requests(&peer, most));
    sleep_ms(100);
    ck_assert_uint_eq(peer_count(&peer, &peer.requests), most);
    for (size_t share = 1; share < shares; share++) {
        struct caller other;
        caller_prepare(&other, HTTP_PUT, "/");
        other.request.share = share;
        caller_run(&other);
        ck_assert_msg(other.rc == 0, "share %zu: %s", share, other.problem.message);
        ck_assert_int_lt(other.response.elapsed_ms, 2000);
    }
    peer_release(&peer);
    for (int i = 0; i < 20; i++) {
        caller_join(&hanging[i]);
        ck_assert_int_eq(hanging[i].rc, 0);
    }
    caller_end();
}
END_TEST

/* Changes that were given up go on, in the place of their own share. */
START_TEST(what_was_given_up_takes_nothing_from_others)
{
    struct caller hanging[8];
    struct caller other;

    caller_begin(hold_some, 4, 2);
    for (int i = 0; i < 8; i++) {
        caller_prepare(&hanging[i], HTTP_PUT, "/hold");
        caller_launch(&hanging[i]);
    }
    ck_assert(peer_wait_requests(&peer, 3));
    for (int i = 0; i < 8; i++)
        caller_interrupt(&hanging[i]);
    caller_prepare(&other, HTTP_PUT, "/");
    other.request.share = 1;
    caller_run(&other);
    ck_assert_msg(other.rc == 0, "%s", other.problem.message);
    ck_assert_uint_eq(peer_count(&peer, &peer.requests), 4);
    peer_release(&peer);
    caller_end();
}
END_TEST

/* One connection for all: who waits is delayed by one request that hangs, not by all of them. */
/* holds: wait-7 */
START_TEST(with_one_connection_shares_take_turns)
{
    struct caller hanging[5];
    struct caller other;

    caller_begin(hold_some, 1, 3);
    for (int i = 0; i < 5; i++) {
        caller_prepare(&hanging[i], HTTP_GET, "/hold");
        hanging[i].request.timeout_ms = 800 + 800 * i;
        caller_launch(&hanging[i]);
        ck_assert(i > 0 || peer_wait_requests(&peer, 1));
    }
    caller_prepare(&other, HTTP_GET, "/");
    other.request.share = 2;
    caller_run(&other);
    ck_assert_msg(other.rc == 0, "%s", other.problem.message);
    ck_assert_int_lt(other.response.elapsed_ms, 3000);
    for (int i = 0; i < 5; i++)
        caller_join(&hanging[i]);
    caller_end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("http_shares");
    TCase *t = tcase_create("shares");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_share_that_hangs_leaves_the_others_theirs, 0,
                        sizeof rooms / sizeof rooms[0]);
    tcase_add_test(t, what_was_given_up_takes_nothing_from_others);
    tcase_add_test(t, with_one_connection_shares_take_turns);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_tests(srunner_create(suite()));
}
