/* SPDX-License-Identifier: MIT */
/* The bottom layer: problems, clocks, cancel tokens, buffers, log levels. */
#include "config.h"

#include "test_util.h"

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

int64_t now_ms(void)
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
    add_waiting_tests(t);
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
    add_notices_tests(t);
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
