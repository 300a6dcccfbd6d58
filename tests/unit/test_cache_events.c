/* SPDX-License-Identifier: MIT */
/* Machine events of own changes: deletions that fail later, restores that are unfinished. */
#include "config.h"

#include "test_cache_room.h"

#include <errno.h>
#include <string.h>

static void know_snapshots(void)
{
    server_add(room.server, SNAPSHOTS, "{\"id\":\"s1\",\"name\":\"a\",\"machineId\":\"m1\"}");
    server_add(room.server, SNAPSHOTS, "{\"id\":\"s2\",\"name\":\"b\",\"machineId\":\"m1\"}");
    server_add(room.server, SNAPSHOTS, "{\"id\":\"s3\",\"name\":\"c\",\"machineId\":\"m2\"}");
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
}

static void list_again(void)
{
    cache_expire(room.cache, &kind_snapshots, NULL);
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
}

static unsigned event_gets(void)
{
    return room_gets("/machine-events/");
}

static bool is_pending(const char *machine_id)
{
    struct cancel cancel;

    cancel_init(&cancel, &room.group, clock_now_ms(&clock_system) + 5000);
    bool pending = cache_restore_pending(room.cache, machine_id, &cancel);

    cancel_finish(&cancel);
    return pending;
}

START_TEST(test_a_deletion_whose_event_fails_shows_again)
{
    know_snapshots();
    server_delete_later(room.server, true);
    server_set_events(room.server, "new", "");
    ck_assert_int_eq(room_change(CHANGE_DELETE, &kind_snapshots, "s1", NULL), PROBLEM_NONE);
    ck_assert(!room_has(&kind_snapshots, "s1"));
    list_again();
    room_until(event_gets() == 1);
    ck_assert(!room_has(&kind_snapshots, "s1"));
    server_set_events(room.server, "error", "no space");
    list_again();
    room_until(atomic_load(&room.undeleted) == 1);
    room_until(room_has(&kind_snapshots, "s1"));
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
    ck_assert(room_has(&kind_snapshots, "s1"));
    ck_assert_uint_eq(atomic_load(&room.undeleted), 1);
}
END_TEST

START_TEST(test_reading_the_event_of_a_failed_deletion_shows_it_again)
{
    know_snapshots();
    server_delete_later(room.server, true);
    server_set_events(room.server, "in progress", "");
    room_change(CHANGE_DELETE, &kind_snapshots, "s1", NULL);
    server_set_events(room.server, "error", "no space");
    room_pass(1000);
    struct cache_event event = room_event("s1", CHANGE_DELETE);

    ck_assert_int_eq(event.outcome, EVENT_FAILED);
    ck_assert_str_eq(event.event.error, "no space");
    ck_assert(room_has(&kind_snapshots, "s1"));
    ck_assert_uint_eq(atomic_load(&room.undeleted), 1);
}
END_TEST

START_TEST(test_a_deletion_that_fails_in_its_answer_shows_at_once)
{
    know_snapshots();
    server_delete_later(room.server, true);
    server_set_events(room.server, "error", "no space");
    room_change(CHANGE_DELETE, &kind_snapshots, "s1", NULL);
    ck_assert(room_has(&kind_snapshots, "s1"));
    ck_assert_uint_eq(atomic_load(&room.undeleted), 1);
}
END_TEST

START_TEST(test_a_deletion_that_is_done_stays_hidden_and_is_remembered)
{
    know_snapshots();
    server_set_events(room.server, "in progress", "");
    room_change(CHANGE_DELETE, &kind_snapshots, "s1", NULL);
    server_set_events(room.server, "done", "");
    list_again();
    room_pass(1000);
    ck_assert_int_eq(room_event("s1", CHANGE_DELETE).outcome, EVENT_SUCCEEDED);
    ck_assert(!room_has(&kind_snapshots, "s1"));
    room_pass(CACHE_CHANGES_MS + 1);
    list_again();
    ck_assert(!room_event("s1", CHANGE_DELETE).known);
}
END_TEST

/* holds: event-2 */
START_TEST(test_an_unfinished_event_is_asked_for_once_a_second)
{
    know_snapshots();
    ck_assert(!room_event("s1", CHANGE_RESTORE).known);
    server_set_events(room.server, "new", "");
    ck_assert_int_eq(room_change(CHANGE_RESTORE, &kind_snapshots, "s1", "{}"), PROBLEM_NONE);
    struct cache_event event = room_event("s1", CHANGE_RESTORE);

    ck_assert(event.known && !event.answered_whole && !event.outcome_unknown);
    ck_assert_int_eq(event.outcome, EVENT_UNFINISHED);
    ck_assert_str_eq(event.event.state, "new");
    ck_assert_uint_eq(event_gets(), 0);
    room_pass(1000);
    server_set_events(room.server, "in progress", "");
    ck_assert_str_eq(room_event("s1", CHANGE_RESTORE).event.state, "in progress");
    ck_assert_str_eq(room_event("s1", CHANGE_RESTORE).event.state, "in progress");
    ck_assert_uint_eq(event_gets(), 1);
    room_pass(1000);
    server_set_events(room.server, "done", "");
    ck_assert_int_eq(room_event("s1", CHANGE_RESTORE).outcome, EVENT_SUCCEEDED);
    room_pass(1000);
    ck_assert_int_eq(room_event("s1", CHANGE_RESTORE).outcome, EVENT_SUCCEEDED);
    ck_assert_uint_eq(event_gets(), 2);
    ck_assert(!room_event("s1", CHANGE_DELETE).known);
}
END_TEST

START_TEST(test_a_failed_look_at_an_event_leaves_what_is_known)
{
    room.config.stale_wait_ms = STALE_WAIT_MS;
    room_restart();
    know_snapshots();
    server_set_events(room.server, "new", "");
    room_change(CHANGE_RESTORE, &kind_snapshots, "s1", "{}");
    room_pass(1000);
    server_fail(room.server, HTTP_GET, "/machine-events", FAULT_STATUS, 500, 1);
    ck_assert_str_eq(room_event("s1", CHANGE_RESTORE).event.state, "new");
    room_pass(1000);
    server_fail(room.server, HTTP_GET, "/machine-events", FAULT_HOLD_BEFORE, 0, 1);
    int64_t begun_ms = clock_now_ms(&clock_system);

    ck_assert_str_eq(room_event("s1", CHANGE_RESTORE).event.state, "new");
    ck_assert_int_lt(clock_now_ms(&clock_system) - begun_ms, 2000);
}
END_TEST

START_TEST(test_a_restore_is_pending_until_its_event_has_ended)
{
    struct problem problem;

    know_snapshots();
    ck_assert(!is_pending("m1"));
    server_set_events(room.server, "in progress", "");
    ck_assert_int_eq(room_change(CHANGE_RESTORE, &kind_snapshots, "s1", "{}"), PROBLEM_NONE);
    ck_assert(is_pending("m1"));
    ck_assert(!is_pending("m2"));
    struct change *second = room_start(CHANGE_RESTORE, &kind_snapshots, "s2", "{}");

    ck_assert_int_eq(room_wait(second, &problem), PROBLEM_CONFLICT);
    ck_assert_int_eq(problem.err, EBUSY);
    change_unref(second);
    ck_assert_uint_eq(server_requests(room.server, HTTP_POST, SNAPSHOTS), 1);
    server_set_events(room.server, "done", "");
    room_pass(1000);
    ck_assert(!is_pending("m1"));
    ck_assert_int_eq(room_change(CHANGE_RESTORE, &kind_snapshots, "s2", "{}"), PROBLEM_NONE);
}
END_TEST

START_TEST(test_a_restore_in_flight_or_of_unknown_outcome_is_pending)
{
    know_snapshots();
    server_fail(room.server, HTTP_POST, SNAPSHOTS, FAULT_HOLD_BEFORE, 0, 1);
    struct change *change = room_start(CHANGE_RESTORE, &kind_snapshots, "s3", "{}");

    ck_assert(is_pending("m2"));
    server_wait_held(room.server, 1);
    server_release(room.server);
    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_NONE);
    change_unref(change);
    server_fail(room.server, HTTP_POST, SNAPSHOTS, FAULT_LOST, 0, 1);
    ck_assert_int_eq(room_change(CHANGE_RESTORE, &kind_snapshots, "s1", "{}"),
                     PROBLEM_UNKNOWN_OUTCOME);
    ck_assert(is_pending("m1"));
    ck_assert(room_event("s1", CHANGE_RESTORE).outcome_unknown);
    ck_assert_uint_eq(event_gets(), 0);
}
END_TEST

/* What the machine's events never tell of ends after ten minutes: an event that goes on, and an
 * answer that was lost. */
START_TEST(test_a_restore_keeps_others_back_for_ten_minutes_at_most)
{
    struct problem problem;

    know_snapshots();
    server_set_events(room.server, "in progress", "");
    if (_i > 0)
        server_fail(room.server, HTTP_POST, SNAPSHOTS, FAULT_LOST, 0, 1);
    room_change(CHANGE_RESTORE, &kind_snapshots, "s1", "{}");
    room_pass(CACHE_RESTORE_BLOCKS_MS - 1);
    struct change *second = room_start(CHANGE_RESTORE, &kind_snapshots, "s2", "{}");

    ck_assert_int_eq(room_wait(second, &problem), PROBLEM_CONFLICT);
    ck_assert_int_eq(problem.err, EBUSY);
    change_unref(second);
    room_pass(1);
    ck_assert(!is_pending("m1"));
    ck_assert_int_eq(room_change(CHANGE_RESTORE, &kind_snapshots, "s2", "{}"), PROBLEM_NONE);
    ck_assert(is_pending("m1"));
}
END_TEST

START_TEST(test_a_refused_restore_leaves_no_trace)
{
    know_snapshots();
    server_fail(room.server, HTTP_POST, SNAPSHOTS, FAULT_STATUS, 403, 1);
    ck_assert_int_eq(room_change(CHANGE_RESTORE, &kind_snapshots, "s1", "{}"), PROBLEM_FORBIDDEN);
    ck_assert(!is_pending("m1"));
    ck_assert(!room_event("s1", CHANGE_RESTORE).known);
}
END_TEST

START_TEST(test_a_restore_shows_its_safety_snapshot_at_the_next_listing)
{
    know_snapshots();
    room_change(CHANGE_RESTORE, &kind_snapshots, "s1", "{}");
    server_add_first(room.server, SNAPSHOTS,
                     "{\"id\":\"s9\",\"name\":\"safety\",\"machineId\":\"m1\"}");
    ck_assert_int_eq(room_ensure(&kind_snapshots, CACHE_FRESH), PROBLEM_NONE);
    ck_assert(room_has(&kind_snapshots, "s9"));
}
END_TEST

/* holds: attr-6 */
START_TEST(test_a_created_snapshot_has_its_event_and_its_date)
{
    server_set_events(room.server, "in progress", "");
    struct change *change =
        room_start(CHANGE_CREATE, &kind_snapshots, NULL, "{\"name\":\"n\",\"machineId\":\"m1\"}");

    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_NONE);
    struct record *record = change_record(change);
    struct cache_event event = room_event(record->id, CHANGE_CREATE);

    ck_assert_int_eq(record->mtime_ms, clock_parse_iso("2026-03-01T00:00:00Z"));
    ck_assert(event.known);
    ck_assert_int_eq(event.outcome, EVENT_UNFINISHED);
    ck_assert_str_eq(event.event.name, "snapshot-create");
    record_unref(record);
    change_unref(change);
}
END_TEST

TCase *case_events(void)
{
    TCase *tcase = tcase_create("events");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_add_test(tcase, test_a_deletion_whose_event_fails_shows_again);
    tcase_add_test(tcase, test_reading_the_event_of_a_failed_deletion_shows_it_again);
    tcase_add_test(tcase, test_a_deletion_that_fails_in_its_answer_shows_at_once);
    tcase_add_test(tcase, test_a_deletion_that_is_done_stays_hidden_and_is_remembered);
    tcase_add_test(tcase, test_an_unfinished_event_is_asked_for_once_a_second);
    tcase_add_test(tcase, test_a_failed_look_at_an_event_leaves_what_is_known);
    tcase_add_test(tcase, test_a_restore_is_pending_until_its_event_has_ended);
    tcase_add_test(tcase, test_a_restore_in_flight_or_of_unknown_outcome_is_pending);
    tcase_add_loop_test(tcase, test_a_restore_keeps_others_back_for_ten_minutes_at_most, 0, 2);
    tcase_add_test(tcase, test_a_refused_restore_leaves_no_trace);
    tcase_add_test(tcase, test_a_restore_shows_its_safety_snapshot_at_the_next_listing);
    tcase_add_test(tcase, test_a_created_snapshot_has_its_event_and_its_date);
    return tcase;
}
