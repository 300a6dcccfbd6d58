/* SPDX-License-Identifier: MIT */
/* The guard: what a burst may cost, by a clock that the test moves. */
#include "config.h"

#include "cache/guard.h"
#include "run_tests.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t now_ms;
static int64_t wall_ms;

static int64_t read_now(void *ctx)
{
    (void)ctx;
    return now_ms;
}

static int64_t read_wall(void *ctx)
{
    (void)ctx;
    return wall_ms;
}

static const struct clock test_clock = {read_now, read_wall, NULL};
static struct guard *guard;
static struct problem problem;

static void setup(void)
{
    now_ms = 1000;
    wall_ms = INT64_C(1800000000000);
    guard = guard_create(GUARD_DEFAULT, &test_clock);
    ck_assert_ptr_nonnull(guard);
}

static void teardown(void)
{
    guard_destroy(guard);
}

static void with_limit(unsigned limit)
{
    guard_destroy(guard);
    guard = guard_create(limit, &test_clock);
    ck_assert_ptr_nonnull(guard);
}

static void pass(int64_t ms)
{
    now_ms += ms;
    wall_ms += ms;
}

static bool begin(const struct kind *kind, enum change_verb verb, const char *id,
                  struct guard_ticket *ticket)
{
    problem = (struct problem){.kind = PROBLEM_NONE};
    return guard_begin(guard, kind, verb, id, ticket, &problem) == 0;
}

/* A change that takes `ms` to be answered; whether it was let through. */
static bool change_for(const struct kind *kind, enum change_verb verb, const char *id, int64_t ms)
{
    struct guard_ticket ticket;

    if (!begin(kind, verb, id, &ticket))
        return false;
    pass(ms);
    guard_end(guard, &ticket, true);
    return true;
}

static bool delete_drive(const char *id)
{
    return change_for(&kind_drives, CHANGE_DELETE, id, 0);
}

static bool delete_snapshot(unsigned number, int64_t ms)
{
    char id[16];

    snprintf(id, sizeof id, "s%u", number);
    return change_for(&kind_snapshots, CHANGE_DELETE, id, ms);
}

static void says(const char *words)
{
    ck_assert_msg(strstr(problem.message, words) != NULL, "\"%s\" lacks \"%s\"", problem.message,
                  words);
}

/* holds: guard-2 */
START_TEST(points_are_rows_of_the_kinds)
{
    ck_assert_uint_eq(guard_points(&kind_snapshots, CHANGE_DELETE), 1);
    ck_assert_uint_eq(guard_points(&kind_drives, CHANGE_DELETE), 15);
    ck_assert_uint_eq(guard_points(&kind_providers, CHANGE_DELETE), 15);
    ck_assert_uint_eq(guard_points(&kind_snapshots, CHANGE_RESTORE), 20);
    for (size_t i = 0; kinds_all[i] != NULL; i++) {
        ck_assert_uint_eq(guard_points(kinds_all[i], CHANGE_CREATE), 0);
        ck_assert_uint_eq(guard_points(kinds_all[i], CHANGE_UPDATE), 0);
        if (kinds_all[i]->create != CREATE_NOT) /* and so it can be deleted */
            ck_assert_uint_gt(guard_points(kinds_all[i], CHANGE_DELETE), 0);
        if (kinds_all[i]->shapes[DIALECT_DOCS].restore != NULL)
            ck_assert_uint_gt(guard_points(kinds_all[i], CHANGE_RESTORE), 0);
    }
}
END_TEST

static const struct {
    const struct kind *kind;
    enum change_verb verb;
    unsigned through; /* how many of them one burst may do */
} bursts[] = {
    {&kind_drives, CHANGE_DELETE, 1},
    {&kind_providers, CHANGE_DELETE, 1},
    {&kind_snapshots, CHANGE_RESTORE, 1},
    {&kind_snapshots, CHANGE_DELETE, 20},
};

START_TEST(a_burst_stops_at_the_limit)
{
    char id[16];
    unsigned through = 0;

    for (unsigned i = 0; i < 40; i++) {
        snprintf(id, sizeof id, "x%u", i);
        through += change_for(bursts[_i].kind, bursts[_i].verb, id, 4000);
    }
    ck_assert_uint_eq(through, bursts[_i].through);
    ck_assert_int_eq(problem.kind, PROBLEM_WITHHELD);
    ck_assert_int_eq(problem.err, EPERM);
}
END_TEST

/* 600 snapshots, 4 s for each that is sent and a while for each that is not. */
/* holds: guard-1 */
START_TEST(a_burst_is_one_however_long_it_lasts)
{
    unsigned through = 0;

    for (unsigned i = 0; i < 600; i++) {
        through += delete_snapshot(i, 4000);
        pass(2000);
    }
    ck_assert_uint_eq(through, 20);
}
END_TEST

/* holds: guard-1 */
START_TEST(a_minute_of_quiet_ends_it)
{
    ck_assert(delete_drive("a"));
    pass(GUARD_QUIET_MS - 1);
    ck_assert(!delete_drive("b"));
    pass(GUARD_QUIET_MS - 1); /* since that attempt, which is no quiet */
    ck_assert(!delete_drive("b"));
    pass(GUARD_QUIET_MS);
    ck_assert(delete_drive("b"));
}
END_TEST

/* holds: guard-1 */
START_TEST(quiet_counts_from_the_answer)
{
    ck_assert(change_for(&kind_drives, CHANGE_DELETE, "a", 10 * GUARD_QUIET_MS));
    pass(1);
    ck_assert(!delete_drive("b"));
}
END_TEST

/* holds: guard-1 */
START_TEST(while_one_is_in_flight_there_is_no_quiet)
{
    struct guard_ticket slow;

    ck_assert(begin(&kind_drives, CHANGE_DELETE, "a", &slow));
    pass(10 * GUARD_QUIET_MS);
    ck_assert(!delete_drive("b"));
    guard_end(guard, &slow, true);
    ck_assert(!delete_drive("b"));
}
END_TEST

START_TEST(what_destroys_nothing_is_never_stopped_and_ends_no_quiet)
{
    ck_assert(delete_drive("a"));
    for (int i = 0; i < 100; i++) {
        ck_assert(change_for(&kind_drives, CHANGE_UPDATE, "b", 10));
        ck_assert(change_for(&kind_drives, CHANGE_CREATE, NULL, 10));
    }
    pass(GUARD_QUIET_MS - 2000);
    ck_assert(delete_drive("b"));
}
END_TEST

START_TEST(what_was_refused_by_the_server_gives_its_points_back)
{
    struct guard_ticket ticket;

    for (int i = 0; i < 3; i++) {
        ck_assert(begin(&kind_drives, CHANGE_DELETE, "in use", &ticket));
        guard_end(guard, &ticket, false);
    }
    ck_assert_uint_eq(guard_state(guard).spent, 0);
    ck_assert(delete_drive("a"));
    ck_assert(!delete_drive("b"));
    says("has deleted 1 drive (15 points)");
}
END_TEST

START_TEST(a_fifteenfold_clean_up_and_a_single_drive_go_through)
{
    for (unsigned i = 0; i < 15; i++)
        ck_assert(delete_snapshot(i, 100));
    pass(GUARD_QUIET_MS);
    ck_assert(delete_drive("a"));
    for (unsigned i = 0; i < 5; i++)
        ck_assert(delete_snapshot(i, 100));
    ck_assert(!delete_snapshot(5, 100));
}
END_TEST

START_TEST(without_a_limit_everything_goes_through)
{
    with_limit(0);
    for (unsigned i = 0; i < 100; i++)
        ck_assert(delete_drive("a"));
    ck_assert_uint_eq(guard_state(guard).limit, 0);
    ck_assert_uint_eq(guard_state(guard).spent, 1500);
}
END_TEST

/* --- what the refusal says ---- */

START_TEST(words_say_what_was_done_what_was_not_and_how_to_go_on)
{
    ck_assert(delete_drive("a"));
    ck_assert(!delete_drive("b"));
    says("this burst has deleted 1 drive (15 points) and would have deleted 1 more drive (15 "
         "points)");
    ck_assert(!delete_drive("c"));
    ck_assert(!delete_drive("d"));
    ck_assert(!delete_drive("d")); /* is one, however often it is tried */
    says("would have deleted 3 more drives (45 points)");
    says("nothing was sent");
    says("echo 100 > .paperspacefs/allow");
    for (unsigned i = 0; i < 5; i++)
        ck_assert(delete_snapshot(i, 0));
    ck_assert(!change_for(&kind_snapshots, CHANGE_RESTORE, "s9", 0));
    says("has deleted 1 drive, deleted 5 snapshots (20 points)");
    says("would have deleted 3 more drives, restored 1 snapshot (65 points)");
}
END_TEST

START_TEST(words_of_a_limit_that_is_too_low_for_one)
{
    with_limit(5);
    ck_assert(!delete_drive("a"));
    says("this would have deleted 1 drive (15 points): nothing was sent");
}
END_TEST

START_TEST(words_tell_to_grant_as_much_as_is_missing)
{
    for (unsigned i = 0; i < 600; i++)
        delete_snapshot(i, 0);
    says("has deleted 20 snapshots (20 points)");
    says("would have deleted 580 more snapshots (580 points)");
    says("echo 600 > .paperspacefs/allow");
    guard_allow(guard, 600);
    for (unsigned i = 20; i < 600; i++)
        ck_assert(delete_snapshot(i, 0));
}
END_TEST

START_TEST(more_are_counted_than_are_remembered)
{
    for (unsigned i = 0; i < 20 + 5000; i++)
        delete_snapshot(i, 0);
    says("would have deleted 5000 more snapshots");
}
END_TEST

/* --- grants ---- */

START_TEST(a_grant_is_beyond_the_limit_and_spent_after_it)
{
    guard_allow(guard, 30);
    ck_assert(delete_drive("a"));
    ck_assert_uint_eq(guard_state(guard).allowed, 30);
    ck_assert(delete_drive("b")); /* 5 of the limit, 10 of the grant */
    ck_assert_uint_eq(guard_state(guard).allowed, 20);
    ck_assert_uint_eq(guard_state(guard).spent, 20);
    ck_assert(delete_drive("c"));
    ck_assert(!delete_drive("d"));
    ck_assert_uint_eq(guard_state(guard).allowed, 5);
}
END_TEST

/* holds: guard-4 */
START_TEST(a_grant_ends_after_ten_minutes)
{
    guard_allow(guard, 100);
    ck_assert_int_eq(guard_state(guard).until_ms, wall_ms + GUARD_GRANT_MS);
    ck_assert(delete_drive("a"));
    for (int64_t ms = 0; ms < GUARD_GRANT_MS - 30000; ms += 30000) {
        pass(30000);
        ck_assert(delete_snapshot((unsigned)ms, 0)); /* so that the burst goes on */
    }
    ck_assert_uint_eq(guard_state(guard).allowed, 100 - 14);
    pass(29999);
    ck_assert(delete_drive("b"));
    pass(1);
    ck_assert_uint_eq(guard_state(guard).allowed, 0);
    ck_assert_int_eq(guard_state(guard).until_ms, 0);
    ck_assert(!delete_drive("c"));
}
END_TEST

START_TEST(a_grant_is_in_place_of_the_one_before)
{
    guard_allow(guard, 100);
    guard_allow(guard, 7);
    ck_assert_uint_eq(guard_state(guard).allowed, 7);
    guard_allow(guard, 0);
    ck_assert_uint_eq(guard_state(guard).allowed, 0);
    ck_assert(delete_drive("a"));
    ck_assert(!delete_drive("b"));
}
END_TEST

START_TEST(points_come_back_to_the_grant_that_they_were_of)
{
    struct guard_ticket ticket;

    guard_allow(guard, 50);
    ck_assert(delete_drive("a"));
    ck_assert(begin(&kind_drives, CHANGE_DELETE, "b", &ticket));
    guard_end(guard, &ticket, false);
    ck_assert_uint_eq(guard_state(guard).allowed, 50);
    ck_assert(begin(&kind_drives, CHANGE_DELETE, "b", &ticket));
    guard_allow(guard, 10);
    guard_end(guard, &ticket, false);
    ck_assert_uint_eq(guard_state(guard).allowed, 10);
}
END_TEST

START_TEST(what_was_spent_is_of_the_present_burst)
{
    ck_assert_uint_eq(guard_state(guard).spent, 0);
    ck_assert(delete_drive("a"));
    ck_assert_uint_eq(guard_state(guard).spent, 15);
    pass(GUARD_QUIET_MS);
    ck_assert_uint_eq(guard_state(guard).spent, 0);
}
END_TEST

START_TEST(the_clock_of_a_mount_goes_on_while_the_machine_sleeps)
{
    struct timespec boot;

    clock_gettime(CLOCK_BOOTTIME, &boot);
    int64_t boot_ms = (int64_t)boot.tv_sec * 1000 + boot.tv_nsec / 1000000;
    int64_t told_ms = clock_now_ms(&clock_boot);
    ck_assert(told_ms >= boot_ms && told_ms < boot_ms + 60000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guard");
    TCase *tcase = tcase_create("guard");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, points_are_rows_of_the_kinds);
    tcase_add_loop_test(tcase, a_burst_stops_at_the_limit, 0, sizeof bursts / sizeof bursts[0]);
    tcase_add_test(tcase, a_burst_is_one_however_long_it_lasts);
    tcase_add_test(tcase, a_minute_of_quiet_ends_it);
    tcase_add_test(tcase, quiet_counts_from_the_answer);
    tcase_add_test(tcase, while_one_is_in_flight_there_is_no_quiet);
    tcase_add_test(tcase, what_destroys_nothing_is_never_stopped_and_ends_no_quiet);
    tcase_add_test(tcase, what_was_refused_by_the_server_gives_its_points_back);
    tcase_add_test(tcase, a_fifteenfold_clean_up_and_a_single_drive_go_through);
    tcase_add_test(tcase, without_a_limit_everything_goes_through);
    tcase_add_test(tcase, words_say_what_was_done_what_was_not_and_how_to_go_on);
    tcase_add_test(tcase, words_of_a_limit_that_is_too_low_for_one);
    tcase_add_test(tcase, words_tell_to_grant_as_much_as_is_missing);
    tcase_add_test(tcase, more_are_counted_than_are_remembered);
    tcase_add_test(tcase, a_grant_is_beyond_the_limit_and_spent_after_it);
    tcase_add_test(tcase, a_grant_ends_after_ten_minutes);
    tcase_add_test(tcase, a_grant_is_in_place_of_the_one_before);
    tcase_add_test(tcase, points_come_back_to_the_grant_that_they_were_of);
    tcase_add_test(tcase, what_was_spent_is_of_the_present_burst);
    tcase_add_test(tcase, the_clock_of_a_mount_goes_on_while_the_machine_sleeps);
    suite_add_tcase(suite, tcase);
    return run_tests(srunner_create(suite));
}
