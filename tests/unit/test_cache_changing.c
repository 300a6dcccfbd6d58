/* SPDX-License-Identifier: MIT */
/* Updates and deletions, and fetches that overlap with them. */
#include "config.h"

#include "test_cache_room.h"

#include <string.h>

#define RENAME "{\"name\":\"mine\"}"

static void know_drives(unsigned count)
{
    room_add_drives(count);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
}

static void list_again(void)
{
    cache_expire(room.cache, &kind_drives, NULL);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
}

static void *list_in_thread(void *arg)
{
    (void)arg;
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    return NULL;
}

/* A listing that has read the server's state and has not come back yet. */
static pthread_t begin_listing(void)
{
    pthread_t thread;

    server_fail(room.server, HTTP_GET, DRIVES "?", FAULT_HOLD_AFTER, 0, 1);
    cache_expire(room.cache, &kind_drives, NULL);
    ck_assert_int_eq(pthread_create(&thread, NULL, list_in_thread, NULL), 0);
    server_wait_held(room.server, 1);
    return thread;
}

static void end_listing(pthread_t thread)
{
    server_release(room.server);
    room_until(cache_fresh_for_ms(room.cache, &kind_drives) > 0);
    pthread_join(thread, NULL);
}

START_TEST(test_an_update_is_visible_at_once_and_costs_no_listing)
{
    know_drives(2);
    room_pass(5);
    struct change *change = room_start(CHANGE_UPDATE, &kind_drives, "d1", RENAME);

    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_NONE);
    ck_assert(change_done(change));
    struct record *answer = change_record(change);
    struct record *known = cache_by_id(room.cache, &kind_drives, "d1");

    ck_assert_ptr_eq(answer, known);
    ck_assert_str_eq(known->name, "mine");
    ck_assert_int_eq(known->mtime_ms, atomic_load(&room.wall_ms));
    ck_assert_uint_eq(cache_by_name(room.cache, &kind_drives, "mine", 4, NULL, NULL, 0), 1);
    ck_assert_uint_eq(cache_by_name(room.cache, &kind_drives, "drive 1", 7, NULL, NULL, 0), 0);
    record_unref(answer);
    record_unref(known);
    change_unref(change);
    ck_assert(room_shows(&kind_drives, "d1", "mine"));
    ck_assert_uint_eq(server_all_requests(room.server), 2);
}
END_TEST

/* holds: own-5 */
START_TEST(test_a_listing_that_overlaps_an_update_keeps_its_answer)
{
    know_drives(2);
    pthread_t thread = begin_listing();

    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d1", RENAME), PROBLEM_NONE);
    end_listing(thread);
    ck_assert(room_shows(&kind_drives, "d1", "mine"));
    server_edit(room.server, DRIVES, "d1", "name", "elsewhere");
    list_again();
    ck_assert(room_shows(&kind_drives, "d1", "elsewhere"));
}
END_TEST

START_TEST(test_a_listing_that_overlaps_an_update_and_lacks_it_does_not_hide_it)
{
    know_drives(2);
    server_remove(room.server, DRIVES, "d1");
    pthread_t thread = begin_listing();

    server_add(room.server, DRIVES, "{\"id\":\"d1\",\"name\":\"back\"}");
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d1", RENAME), PROBLEM_NONE);
    end_listing(thread);
    ck_assert(room_has(&kind_drives, "d1"));
    ck_assert(room_shows(&kind_drives, "d1", "mine"));
}
END_TEST

static void *read_d1(void *arg)
{
    *(bool *)arg = room_shows(&kind_drives, "d1", "mine");
    return NULL;
}

/* holds: own-5 */
START_TEST(test_a_get_that_overlaps_an_update_keeps_its_answer)
{
    bool shows_mine = false;
    pthread_t thread;

    room.config.stale_wait_ms = 5000;
    room_restart();
    know_drives(2);
    cache_expire(room.cache, &kind_drives, "d1");
    server_fail(room.server, HTTP_GET, DRIVES "/d1", FAULT_HOLD_AFTER, 0, 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, read_d1, &shows_mine), 0);
    server_wait_held(room.server, 1);
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d1", RENAME), PROBLEM_NONE);
    server_release(room.server);
    pthread_join(thread, NULL);
    ck_assert(shows_mine);
    ck_assert(room_shows(&kind_drives, "d1", "mine"));
}
END_TEST

START_TEST(test_a_listing_that_answers_during_an_update_is_overtaken_by_it)
{
    know_drives(2);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    struct change *change = room_start(CHANGE_UPDATE, &kind_drives, "d1", RENAME);

    server_wait_held(room.server, 1);
    list_again();
    ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    server_release(room.server);
    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_NONE);
    change_unref(change);
    ck_assert(room_shows(&kind_drives, "d1", "mine"));
}
END_TEST

START_TEST(test_an_update_answered_without_a_resource_is_completed_by_a_get)
{
    know_drives(2);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_EMPTY, 0, 1);
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d1", RENAME), PROBLEM_NONE);
    ck_assert_uint_eq(room_gets(DRIVES "/d1"), 1);
    ck_assert(room_shows(&kind_drives, "d1", "mine"));
    ck_assert_uint_eq(room_gets(DRIVES "/d1"), 1);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_EMPTY, 0, 1);
    server_fail(room.server, HTTP_GET, DRIVES "/d1", FAULT_STATUS, 500, 1);
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d1", "{\"name\":\"other\"}"),
                     PROBLEM_UNKNOWN_OUTCOME);
    ck_assert(room_shows(&kind_drives, "d1", "other"));
}
END_TEST

START_TEST(test_an_update_that_fails_leaves_the_servers_truth)
{
    know_drives(2);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_STATUS, 422, 1);
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d1", RENAME), PROBLEM_INVALID);
    ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    ck_assert_uint_eq(server_all_requests(room.server), 2);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_LOST, 0, 1);
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d1", RENAME), PROBLEM_TIMEOUT);
    ck_assert(room_shows(&kind_drives, "d1", "mine")); /* it asks what became of it */
    ck_assert_uint_eq(room_gets(DRIVES "/d1"), 1);
}
END_TEST

START_TEST(test_an_update_of_what_is_gone_drops_it)
{
    know_drives(2);
    server_remove(room.server, DRIVES, "d1");
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d1", RENAME), PROBLEM_NOT_FOUND);
    ck_assert(!room_has(&kind_drives, "d1"));
}
END_TEST

START_TEST(test_changes_of_one_resource_are_sent_one_after_another)
{
    know_drives(2);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    struct change *first = room_start(CHANGE_UPDATE, &kind_drives, "d1", RENAME);

    server_wait_held(room.server, 1);
    struct change *second = room_start(CHANGE_UPDATE, &kind_drives, "d1", "{\"name\":\"second\"}");
    struct change *third = room_start(CHANGE_UPDATE, &kind_drives, "d1", "{\"name\":\"third\"}");

    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d0", RENAME), PROBLEM_NONE);
    ck_assert(!change_done(second));
    ck_assert_uint_eq(server_requests(room.server, HTTP_PUT, DRIVES "/d1"), 1);
    server_release(room.server);
    ck_assert_int_eq(room_wait(third, NULL), PROBLEM_NONE);
    ck_assert(change_done(first) && change_done(second));
    ck_assert(room_shows(&kind_drives, "d1", "third"));
    change_unref(first);
    change_unref(second);
    change_unref(third);
}
END_TEST

START_TEST(test_an_interrupted_change_is_let_finish_and_its_outcome_recorded)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct cancel cancel;

    know_drives(2);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    struct change *change = room_start(CHANGE_UPDATE, &kind_drives, "d1", RENAME);

    server_wait_held(room.server, 1);
    cancel_init(&cancel, &room.group, CANCEL_NEVER);
    cancel_fire(&cancel, CANCEL_INTERRUPT);
    ck_assert_int_eq(change_wait(change, &cancel, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_INTERRUPTED);
    cancel_finish(&cancel);
    ck_assert(!change_done(change));
    server_release(room.server);
    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_NONE);
    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_NONE);
    ck_assert(room_shows(&kind_drives, "d1", "mine"));
    ck_assert_uint_eq(server_requests(room.server, HTTP_PUT, DRIVES), 1);
    change_unref(change);
}
END_TEST

/* The caller of `change` is interrupted: what it is told. */
static struct problem interrupted(struct change *change)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct cancel cancel;

    cancel_init(&cancel, &room.group, CANCEL_NEVER);
    cancel_fire(&cancel, CANCEL_INTERRUPT);
    ck_assert_int_eq(change_wait(change, &cancel, &problem), -1);
    cancel_finish(&cancel);
    return problem;
}

START_TEST(test_an_interrupt_takes_back_what_waits_behind_another_change)
{
    know_drives(2);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    struct change *first = room_start(CHANGE_UPDATE, &kind_drives, "d1", RENAME);
    struct change *second = room_start(CHANGE_DELETE, &kind_drives, "d1", NULL);

    server_wait_held(room.server, 1);
    struct problem problem = interrupted(second);
    ck_assert_int_eq(problem.kind, PROBLEM_INTERRUPTED);
    ck_assert_ptr_nonnull(strstr(problem.message, "before it was sent"));
    server_release(room.server);
    ck_assert_int_eq(room_wait(first, NULL), PROBLEM_NONE);
    ck_assert_int_eq(room_wait(second, NULL), PROBLEM_INTERRUPTED);
    ck_assert_uint_eq(server_requests(room.server, HTTP_DELETE, DRIVES), 0);
    ck_assert(room_shows(&kind_drives, "d1", "mine"));
    change_unref(first);
    change_unref(second);
}
END_TEST

START_TEST(test_an_interrupt_ends_the_attempts)
{
    know_drives(2);
    server_fail(room.server, HTTP_DELETE, DRIVES, FAULT_STATUS, 503, 100);
    struct change *change = room_start(CHANGE_DELETE, &kind_drives, "d1", NULL);

    while (server_requests(room.server, HTTP_DELETE, DRIVES) == 0)
        room_pause();
    interrupted(change);
    struct problem outcome;
    room_wait(change, &outcome);
    ck_assert_int_eq(outcome.status, 503); /* certainly not done: the true outcome */
    size_t sent = server_requests(room.server, HTTP_DELETE, DRIVES);
    for (int i = 0; i < 100; i++)
        room_pause();
    ck_assert_uint_eq(server_requests(room.server, HTTP_DELETE, DRIVES), sent);
    ck_assert(change_done(change));
    change_unref(change);
}
END_TEST

static void *release_soon(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++)
        room_pause();
    server_release(room.server);
    return NULL;
}

START_TEST(test_a_change_that_was_sent_is_let_finish_at_the_mounts_end)
{
    pthread_t thread;

    know_drives(2);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_HOLD_AFTER, 0, 1);
    struct change *change = room_start(CHANGE_UPDATE, &kind_drives, "d1", RENAME);

    server_wait_held(room.server, 1);
    cancel_group_fire(&room.group);
    ck_assert(!change_done(change));
    pthread_create(&thread, NULL, release_soon, NULL);
    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_NONE); /* who waits learns how it went */
    pthread_join(thread, NULL);
    room_restart();
    change_unref(change);
}
END_TEST

START_TEST(test_a_change_that_was_not_sent_yet_is_not_sent_at_the_mounts_end)
{
    pthread_t thread;

    know_drives(2);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    struct change *first = room_start(CHANGE_UPDATE, &kind_drives, "d1", RENAME);
    struct change *second = room_start(CHANGE_DELETE, &kind_drives, "d1", NULL);

    server_wait_held(room.server, 1);
    cancel_group_fire(&room.group);
    pthread_create(&thread, NULL, release_soon, NULL);
    room_restart();
    pthread_join(thread, NULL);
    ck_assert_int_eq(room_wait(first, NULL), PROBLEM_NONE);
    ck_assert_int_eq(room_wait(second, NULL), PROBLEM_INTERRUPTED);
    ck_assert_uint_eq(server_requests(room.server, HTTP_DELETE, DRIVES), 0);
    change_unref(first);
    change_unref(second);
}
END_TEST

START_TEST(test_a_change_ends_by_its_deadline)
{
    struct change *change = NULL;
    const struct change_request request = {.verb = CHANGE_UPDATE,
                                           .kind = &kind_drives,
                                           .id = "d1",
                                           .body = RENAME,
                                           .deadline_ms = clock_now_ms(&clock_system) + 20};

    know_drives(2);
    server_fail(room.server, HTTP_PUT, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    ck_assert_int_eq(change_start(room.cache, &request, &change), 0);
    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_TIMEOUT);
    change_unref(change);
}
END_TEST

/* --- deletions -------------------------------------------------------------------------------- */

START_TEST(test_a_deleted_resource_is_hidden_at_once)
{
    struct record *record;

    know_drives(3);
    ck_assert_int_eq(room_change(CHANGE_DELETE, &kind_drives, "d1", NULL), PROBLEM_NONE);
    ck_assert(!room_has(&kind_drives, "d1"));
    ck_assert_int_eq(room_read(&kind_drives, "d1", &record), PROBLEM_NOT_FOUND);
    ck_assert_uint_eq(server_all_requests(room.server), 2);
    list_again();
    ck_assert(!room_has(&kind_drives, "d1"));
    ck_assert(room_has(&kind_drives, "d2"));
}
END_TEST

/* holds: own-5 */
START_TEST(test_a_listing_that_overlaps_a_deletion_does_not_bring_it_back)
{
    know_drives(3);
    server_delete_later(room.server, true);
    pthread_t thread = begin_listing();

    ck_assert_int_eq(room_change(CHANGE_DELETE, &kind_drives, "d1", NULL), PROBLEM_NONE);
    end_listing(thread);
    ck_assert(!room_has(&kind_drives, "d1"));
    ck_assert_uint_eq(cache_count(room.cache, &kind_drives), 2);
    list_again();
    ck_assert(!room_has(&kind_drives, "d1"));
}
END_TEST

START_TEST(test_a_deleted_one_stays_hidden_until_a_listing_lacks_it)
{
    know_drives(3);
    server_delete_later(room.server, true);
    ck_assert_int_eq(room_change(CHANGE_DELETE, &kind_drives, "d1", NULL), PROBLEM_NONE);
    list_again();
    list_again();
    ck_assert(!room_has(&kind_drives, "d1"));
    server_remove(room.server, DRIVES, "d1");
    list_again();
    server_add(room.server, DRIVES, "{\"id\":\"d1\",\"name\":\"back\"}");
    list_again();
    ck_assert(room_has(&kind_drives, "d1"));
}
END_TEST

START_TEST(test_gone_already_counts_as_deleted)
{
    know_drives(3);
    server_remove(room.server, DRIVES, "d1");
    ck_assert_int_eq(room_change(CHANGE_DELETE, &kind_drives, "d1", NULL), PROBLEM_NONE);
    ck_assert(!room_has(&kind_drives, "d1"));
}
END_TEST

START_TEST(test_a_failed_deletion_changes_nothing)
{
    know_drives(3);
    server_fail(room.server, HTTP_DELETE, DRIVES, FAULT_STATUS, 409, 1);
    ck_assert_int_eq(room_change(CHANGE_DELETE, &kind_drives, "d1", NULL), PROBLEM_CONFLICT);
    ck_assert(room_has(&kind_drives, "d1"));
    server_fail(room.server, HTTP_DELETE, DRIVES, FAULT_LOST, 0, 1);
    ck_assert_int_eq(room_change(CHANGE_DELETE, &kind_drives, "d1", NULL), PROBLEM_TIMEOUT);
    ck_assert(room_has(&kind_drives, "d1"));
    room_ensure(&kind_drives, CACHE_FRESH); /* asks what became of it */
    ck_assert(!room_has(&kind_drives, "d1"));
}
END_TEST

TCase *case_changing(void)
{
    TCase *tcase = tcase_create("changing");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_add_test(tcase, test_an_update_is_visible_at_once_and_costs_no_listing);
    tcase_add_test(tcase, test_a_listing_that_overlaps_an_update_keeps_its_answer);
    tcase_add_test(tcase, test_a_listing_that_overlaps_an_update_and_lacks_it_does_not_hide_it);
    tcase_add_test(tcase, test_a_get_that_overlaps_an_update_keeps_its_answer);
    tcase_add_test(tcase, test_a_listing_that_answers_during_an_update_is_overtaken_by_it);
    tcase_add_test(tcase, test_an_update_answered_without_a_resource_is_completed_by_a_get);
    tcase_add_test(tcase, test_an_update_that_fails_leaves_the_servers_truth);
    tcase_add_test(tcase, test_an_update_of_what_is_gone_drops_it);
    tcase_add_test(tcase, test_changes_of_one_resource_are_sent_one_after_another);
    tcase_add_test(tcase, test_an_interrupted_change_is_let_finish_and_its_outcome_recorded);
    tcase_add_test(tcase, test_an_interrupt_takes_back_what_waits_behind_another_change);
    tcase_add_test(tcase, test_an_interrupt_ends_the_attempts);
    tcase_add_test(tcase, test_a_change_that_was_sent_is_let_finish_at_the_mounts_end);
    tcase_add_test(tcase, test_a_change_that_was_not_sent_yet_is_not_sent_at_the_mounts_end);
    tcase_add_test(tcase, test_a_change_ends_by_its_deadline);
    tcase_add_test(tcase, test_a_deleted_resource_is_hidden_at_once);
    tcase_add_test(tcase, test_a_listing_that_overlaps_a_deletion_does_not_bring_it_back);
    tcase_add_test(tcase, test_a_deleted_one_stays_hidden_until_a_listing_lacks_it);
    tcase_add_test(tcase, test_gone_already_counts_as_deleted);
    tcase_add_test(tcase, test_a_failed_deletion_changes_nothing);
    return tcase;
}
