/* SPDX-License-Identifier: MIT */
/* What no change slips by: a dry run, and the guard. */
#include "config.h"

#include "test_cache_room.h"

#include "cache/guard.h"

#include <errno.h>
#include <string.h>

#define RENAME "{\"name\":\"mine\"}"

/* Every verb of every kind that has it. */
static const struct {
    enum change_verb verb;
    const struct kind *kind;
    const char *id;
    const char *body;
} changes[] = {
    {CHANGE_CREATE, &kind_drives, NULL, "{\"name\":\"n\",\"size\":1,\"region\":\"r\"}"},
    {CHANGE_UPDATE, &kind_drives, "d1", RENAME},
    {CHANGE_DELETE, &kind_drives, "d1", NULL},
    {CHANGE_CREATE, &kind_snapshots, NULL, "{\"name\":\"n\",\"machineId\":\"m1\"}"},
    {CHANGE_UPDATE, &kind_snapshots, "s1", RENAME},
    {CHANGE_DELETE, &kind_snapshots, "s1", NULL},
    {CHANGE_RESTORE, &kind_snapshots, "s1", "{}"},
    {CHANGE_CREATE, &kind_providers, NULL, RENAME},
    {CHANGE_UPDATE, &kind_providers, "p1", RENAME},
    {CHANGE_DELETE, &kind_providers, "p1", NULL},
};

#define CHANGES (sizeof changes / sizeof changes[0])

static struct change_report planned;
static unsigned plans;
static unsigned ended;

static void on_plan(void *ctx, const struct change_report *report, struct problem *problem)
{
    (void)ctx;
    planned = *report;
    plans++;
    problem_set(problem, PROBLEM_WITHHELD, "planned");
    problem->err = EROFS;
}

static void on_change_end(void *ctx, const struct change_report *report)
{
    (void)ctx;
    (void)report;
    ended++;
}

static void know(enum cache_sending sending, struct guard *guard)
{
    plans = ended = 0;
    room_add_drives(4);
    server_add(room.server, SNAPSHOTS, "{\"id\":\"s1\",\"name\":\"one\",\"machineId\":\"m1\"}");
    server_add(room.server, PROVIDERS, "{\"id\":\"p1\",\"name\":\"one\",\"s3Config\":{}}");
    room.config.sending = sending;
    room.config.guard = guard;
    room.config.on_plan = on_plan;
    room.config.on_change_end = on_change_end;
    room_restart();
    for (size_t i = 0; i < CHANGES; i++)
        ck_assert_int_eq(room_ensure(changes[i].kind, CACHE_ANY), PROBLEM_NONE);
}

static unsigned sent(void)
{
    return server_requests(room.server, HTTP_POST, "") +
           server_requests(room.server, HTTP_PUT, "") +
           server_requests(room.server, HTTP_DELETE, "");
}

static struct change *start(size_t i)
{
    return room_start(changes[i].verb, changes[i].kind, changes[i].id, changes[i].body);
}

/* It left nothing behind: not a restore that is pending, nothing hidden, nothing new. */
static void nothing_is_changed(size_t i)
{
    ck_assert_uint_eq(sent(), 0);
    ck_assert_uint_eq(ended, 0);
    ck_assert_uint_eq(plans, 1);
    ck_assert_ptr_eq(planned.kind, changes[i].kind);
    ck_assert_int_eq(planned.verb, changes[i].verb);
    ck_assert(room_has(&kind_drives, "d1") && room_has(&kind_snapshots, "s1") &&
              room_has(&kind_providers, "p1"));
    ck_assert_uint_eq(cache_count(room.cache, changes[i].kind),
                      changes[i].kind == &kind_drives ? 4 : 1);
    ck_assert(!cache_restore_pending(room.cache, "m1", NULL));
    ck_assert(!room_event("s1", CHANGE_RESTORE).known);
}

/* holds: dry-1 */
START_TEST(test_a_dry_run_sends_no_change_and_says_so)
{
    struct problem problem;

    know(CACHE_PLANS, NULL);
    struct change *change = start((size_t)_i);
    ck_assert_int_eq(room_wait(change, &problem), PROBLEM_WITHHELD);
    ck_assert_int_eq(problem.err, EROFS);
    ck_assert_str_eq(problem.message, "planned");
    ck_assert(!change_planned(change));
    change_unref(change);
    nothing_is_changed((size_t)_i);
}
END_TEST

START_TEST(test_a_dry_run_that_pretends_succeeds)
{
    know(CACHE_PRETENDS, NULL);
    struct change *change = start((size_t)_i);
    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_NONE);
    ck_assert(change_planned(change));
    ck_assert_ptr_null(change_record(change));
    change_unref(change);
    nothing_is_changed((size_t)_i);
}
END_TEST

START_TEST(test_the_guard_stops_what_destroys_and_nothing_else)
{
    struct guard *guard = guard_create(GUARD_DEFAULT, &room.clock);
    struct guard_ticket all;
    struct problem problem;

    know(CACHE_SENDS, guard);
    ck_assert_int_eq(guard_begin(guard, &kind_snapshots, CHANGE_RESTORE, "x", &all, NULL), 0);
    bool destroys = guard_points(changes[_i].kind, changes[_i].verb) > 0;
    struct change *change = start((size_t)_i);
    ck_assert_int_eq(room_wait(change, &problem) == PROBLEM_WITHHELD, destroys);
    ck_assert(!change_planned(change));
    change_unref(change);
    ck_assert_uint_eq(sent() > 0, !destroys);
    ck_assert_uint_eq(ended, destroys ? 0 : 1);
    if (destroys)
        ck_assert_int_eq(problem.err, EPERM);
    ck_assert(!cache_restore_pending(room.cache, "m1", NULL));
    guard_end(guard, &all, true);
    room_teardown();
    guard_destroy(guard);
    room_setup(); /* for the fixture to end */
}
END_TEST

/* A fault, and whether the points of a deletion that met it are spent. */
static const struct {
    enum fault fault;
    long status;
    bool spent;
} faults[] = {
    {FAULT_STATUS, 400, false}, {FAULT_STATUS, 401, false}, {FAULT_STATUS, 402, false},
    {FAULT_STATUS, 403, false}, {FAULT_STATUS, 409, false}, {FAULT_STATUS, 422, false},
    {FAULT_STATUS, 429, false}, {FAULT_DROPPED, 0, true},   {FAULT_STATUS, 500, true},
    {FAULT_STATUS, 503, true},  {FAULT_LOST, 0, true},      {FAULT_TIMEOUT, 0, true},
    {FAULT_REFUSED, 0, false},  {FAULT_CLOSED, 0, true},    {FAULT_KEPT, 200, true},
    {FAULT_STATUS, 301, true},
};

START_TEST(test_points_are_spent_by_what_may_have_been_done)
{
    struct guard *guard = guard_create(GUARD_DEFAULT, &room.clock);

    know(CACHE_SENDS, guard);
    server_answer(room.server, HTTP_DELETE, DRIVES, faults[_i].fault, faults[_i].status, "<p>", -1);
    ck_assert_int_ne(room_change(CHANGE_DELETE, &kind_drives, "d1", NULL), PROBLEM_NONE);
    ck_assert_uint_eq(guard_state(guard).spent, faults[_i].spent ? 15 : 0);
    server_heal(room.server);
    room_pass(GUARD_QUIET_MS);
    ck_assert_int_eq(room_change(CHANGE_DELETE, &kind_drives, "d2", NULL), PROBLEM_NONE);
    ck_assert_uint_eq(guard_state(guard).spent, 15);
    room_teardown();
    guard_destroy(guard);
    room_setup();
}
END_TEST

TCase *case_gate(void)
{
    TCase *tcase = tcase_create("gate");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_add_loop_test(tcase, test_a_dry_run_sends_no_change_and_says_so, 0, CHANGES);
    tcase_add_loop_test(tcase, test_a_dry_run_that_pretends_succeeds, 0, CHANGES);
    tcase_add_loop_test(tcase, test_the_guard_stops_what_destroys_and_nothing_else, 0, CHANGES);
    tcase_add_loop_test(tcase, test_points_are_spent_by_what_may_have_been_done, 0,
                        sizeof faults / sizeof faults[0]);
    tcase_set_timeout(tcase, 30);
    return tcase;
}
