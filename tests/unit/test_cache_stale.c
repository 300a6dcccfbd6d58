/* SPDX-License-Identifier: MIT */
/* Failures: when old data stands in, and when it must not; suspension and probe. */
#include "config.h"

#include "test_cache_room.h"

#include <stdio.h>
#include <unistd.h>

static void know_drives(unsigned count)
{
    room_add_drives(count);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    room_pass(TTL_MS);
}

struct failure {
    enum fault fault;
    long status;
    enum problem_kind cold; /* what a reader gets who knows nothing */
    bool serves_old;
};

static const struct failure failures[] = {
    {FAULT_REFUSED, 0, PROBLEM_UNREACHABLE, true},    {FAULT_TIMEOUT, 0, PROBLEM_TIMEOUT, true},
    {FAULT_STATUS, 500, PROBLEM_SERVER, true},        {FAULT_STATUS, 408, PROBLEM_TRY_LATER, true},
    {FAULT_STATUS, 401, PROBLEM_UNAUTHORIZED, false}, {FAULT_STATUS, 403, PROBLEM_FORBIDDEN, false},
    {FAULT_STATUS, 404, PROBLEM_NOT_FOUND, false},    {FAULT_EMPTY, 0, PROBLEM_PROTOCOL, false},
};
#define FAILURES ((int)(sizeof(failures) / sizeof(failures[0])))

/* holds: fresh-5 */
START_TEST(test_a_failed_fetch_never_becomes_an_empty_listing)
{
    const struct failure *failure = &failures[_i];

    room_add_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, failure->fault, failure->status, -1);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_ANY), failure->cold);
    ck_assert(!cache_is_known(room.cache, &kind_drives));
    server_heal(room.server);
    room_until(room_ensure(&kind_drives, CACHE_ANY) == PROBLEM_NONE);
    ck_assert_uint_eq(cache_count(room.cache, &kind_drives), 2);
}
END_TEST

/* holds: stale-1 stale-3 */
START_TEST(test_old_listings_stand_in_for_outages_only)
{
    const struct failure *failure = &failures[_i];

    know_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, failure->fault, failure->status, -1);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH),
                     failure->serves_old ? PROBLEM_NONE : failure->cold);
    ck_assert_uint_eq(cache_count(room.cache, &kind_drives), 2);
}
END_TEST

START_TEST(test_old_resources_stand_in_for_outages_only)
{
    const struct failure *failure = &failures[_i];
    struct record *record;

    if (failure->fault == FAULT_STATUS && failure->status == 404)
        return; /* it is gone, then */
    know_drives(130);
    server_fail(room.server, HTTP_GET, DRIVES, failure->fault, failure->status, -1);
    ck_assert_int_eq(room_read(&kind_drives, "d1", &record),
                     failure->serves_old ? PROBLEM_NONE : failure->cold);
    record_unref(record);
}
END_TEST

START_TEST(test_stale_of_zero_never_serves_old_data)
{
    struct record *record;

    room.config.stale_ms = 0;
    room_restart();
    know_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_REFUSED, 0, -1);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_UNREACHABLE);
    ck_assert_int_eq(room_read(&kind_drives, "d1", &record), PROBLEM_UNREACHABLE);
}
END_TEST

/* holds: stale-1 */
START_TEST(test_data_older_than_stale_is_not_served)
{
    know_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_REFUSED, 0, -1);
    room_pass(STALE_MS - TTL_MS);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    room_pass(1);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_UNREACHABLE);
}
END_TEST

START_TEST(test_each_reader_after_a_failure_begins_a_new_fetch)
{
    know_drives(2);
    unsigned before = room_lists(DRIVES);

    server_fail(room.server, HTTP_GET, DRIVES, FAULT_STATUS, 401, 2);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_UNAUTHORIZED);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_UNAUTHORIZED);
    ck_assert_uint_eq(room_lists(DRIVES), before + 2);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
}
END_TEST

/* holds: stale-2 fresh-4 */
START_TEST(test_a_silent_server_costs_a_short_wait_and_the_fetch_goes_on)
{
    know_drives(2);
    server_edit(room.server, DRIVES, "d1", "name", "edited");
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    int64_t begun_ms = clock_now_ms(&clock_system);

    ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    int64_t waited_ms = clock_now_ms(&clock_system) - begun_ms;

    ck_assert_int_ge(waited_ms, STALE_WAIT_MS - 5);
    begun_ms = clock_now_ms(&clock_system);
    for (int i = 0; i < 50; i++)
        ck_assert(room_shows(&kind_drives, "d0", "drive 0"));
    ck_assert_int_lt(clock_now_ms(&clock_system) - begun_ms, 50 * STALE_WAIT_MS / 2);
    server_release(room.server);
    room_until(cache_fresh_for_ms(room.cache, &kind_drives) > 0);
    ck_assert(room_shows(&kind_drives, "d1", "edited"));
    ck_assert_uint_eq(room_lists(DRIVES), 2);
}
END_TEST

START_TEST(test_after_a_refusal_a_slow_server_gets_no_old_data)
{
    know_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_STATUS, 403, 1);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_FORBIDDEN);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    ck_assert_int_eq(room_ensure_for(&kind_drives, CACHE_FRESH, 3 * STALE_WAIT_MS),
                     PROBLEM_TIMEOUT);
}
END_TEST

/* holds: wait-2 */
START_TEST(test_after_a_timeout_the_kind_fails_at_once_until_a_probe_is_answered)
{
    struct record *record;

    room.config.probe_pause_ms = 100;
    room_restart();
    room_add_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_TIMEOUT, 0, 1);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_ANY), PROBLEM_TIMEOUT);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(room_ensure(&kind_drives, CACHE_ANY), PROBLEM_TIMEOUT);
    ck_assert_int_eq(room_read(&kind_drives, "d1", &record), PROBLEM_TIMEOUT);
    ck_assert_uint_eq(server_all_requests(room.server), 1);
    room_until(cache_is_known(room.cache, &kind_drives));
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_ANY), PROBLEM_NONE);
    ck_assert_uint_eq(server_all_requests(room.server), 2);
}
END_TEST

START_TEST(test_a_suspended_kind_serves_old_data_without_waiting)
{
    know_drives(130);
    server_fail(room.server, HTTP_GET, DRIVES "/", FAULT_TIMEOUT, 0, -1);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_TIMEOUT, 0, -1);
    ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    ck_assert(room_shows(&kind_drives, "d2", "drive 2"));
    ck_assert(room_shows(&kind_drives, "d3", "drive 3"));
    ck_assert_uint_eq(room_gets(DRIVES "/"), 1);
    unsigned probes = room_lists(DRIVES);

    room_until(room_lists(DRIVES) >= probes + 3); /* it goes on */
    server_heal(room.server);
    room_until(cache_fresh_for_ms(room.cache, &kind_drives) > 0);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
}
END_TEST

static void *read_one(void *arg)
{
    char id[16];
    struct record *record = NULL;

    snprintf(id, sizeof(id), "d%d", *(int *)arg);
    ck_assert_int_eq(room_read(&kind_drives, id, &record), PROBLEM_NONE);
    record_unref(record);
    return NULL;
}

START_TEST(test_a_denied_item_says_nothing_about_the_others)
{
    struct record *record = NULL;

    know_drives(130);
    server_fail(room.server, HTTP_GET, DRIVES "/d3", FAULT_STATUS, 403, -1);
    ck_assert_int_eq(room_read(&kind_drives, "d3", &record), PROBLEM_FORBIDDEN);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_STATUS, 503, -1);
    ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    ck_assert_int_ne(room_read(&kind_drives, "d3", &record), PROBLEM_NONE);
}
END_TEST

#define AT_ONCE 6

START_TEST(test_gets_queued_behind_a_timeout_are_not_made)
{
    pthread_t threads[40];
    int numbers[40];

    room.config.stale_wait_ms = 5000;
    room.config.probe_pause_ms = 500;
    room_restart();
    know_drives(130);
    server_fail(room.server, HTTP_GET, DRIVES "/", FAULT_HOLD_BEFORE, 0, AT_ONCE);
    server_fail(room.server, HTTP_GET, DRIVES "/", FAULT_TIMEOUT, 0, -1);
    for (int i = 0; i < 40; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_one, &numbers[i]), 0);
    }
    server_wait_held(room.server, AT_ONCE); /* and no more of one kind: others need a worker, too */
    for (int i = 0; i < 20; i++)
        room_pause();
    ck_assert_uint_eq(room_gets(DRIVES "/"), AT_ONCE);
    server_release(room.server);
    for (int i = 0; i < 40; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_lt(room_gets(DRIVES "/"), 40);
}
END_TEST

START_TEST(test_one_silent_get_is_enough_to_know_that_the_kind_is_silent)
{
    know_drives(130);
    server_fail(room.server, HTTP_GET, DRIVES "/", FAULT_HOLD_BEFORE, 0, -1);
    ck_assert(room_shows(&kind_drives, "d0", "drive 0"));
    for (int i = 0; i < 20; i++)
        ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    ck_assert_uint_eq(room_gets(DRIVES "/"), 1);
}
END_TEST

START_TEST(test_a_suspended_small_kind_is_listed_by_its_probe_only)
{
    room.config.probe_pause_ms = 2000;
    room_restart();
    know_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_TIMEOUT, 0, -1);
    for (int i = 0; i < 5; i++)
        ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    ck_assert_uint_eq(room_lists(DRIVES), 2);
}
END_TEST

/* An attempt goes on, with its retries, after its reader has been given old data. */
static bool is_online(bool online)
{
    struct cache_status status;

    cache_get_status(room.cache, &kind_drives, &status);
    return status.online == online && (!online || !status.stale);
}

START_TEST(test_the_status_tells_how_the_kind_is)
{
    struct cache_status status;

    cache_get_status(room.cache, &kind_drives, &status);
    ck_assert(!status.known && !status.online && !status.stale);
    ck_assert_int_eq(status.age_ms, -1);
    know_drives(2);
    cache_get_status(room.cache, &kind_drives, &status);
    ck_assert(status.known && status.online && status.stale);
    ck_assert_int_eq(status.age_ms, TTL_MS);
    ck_assert_uint_eq(status.count, 2);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_REFUSED, 0, -1);
    room_ensure(&kind_drives, CACHE_FRESH);
    room_until(is_online(false));
    cache_get_status(room.cache, &kind_drives, &status);
    ck_assert(status.known && !status.online && status.stale);
    ck_assert_int_eq(status.problem.kind, PROBLEM_UNREACHABLE);
    server_heal(room.server);
    room_pass(5000); /* until then nobody asks again */
    room_ensure(&kind_drives, CACHE_FRESH);
    room_until(is_online(true));
    cache_get_status(room.cache, &kind_drives, &status);
    ck_assert(status.known && status.online && !status.stale);
    ck_assert_int_eq(status.problem.kind, PROBLEM_NONE);
}
END_TEST

START_TEST(test_after_a_failed_attempt_old_data_is_shown_without_another)
{
    struct cache_status status;

    know_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_REFUSED, 0, -1);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), 0);
    room_until(is_online(false));
    server_heal(room.server);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), 0);
    cache_get_status(room.cache, &kind_drives, &status);
    ck_assert(!status.online);
    cache_expire(room.cache, &kind_drives, NULL);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), 0);
    cache_get_status(room.cache, &kind_drives, &status);
    ck_assert(status.online);
}
END_TEST

START_TEST(test_the_end_of_the_mount_ends_fetches_and_probes)
{
    room_add_drives(2);
    server_fail(room.server, HTTP_GET, SNAPSHOTS, FAULT_TIMEOUT, 0, -1);
    room_ensure(&kind_snapshots, CACHE_ANY);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_HOLD_BEFORE, 0, -1);
    ck_assert_int_eq(room_ensure_for(&kind_drives, CACHE_ANY, 5), PROBLEM_TIMEOUT);
    int64_t begun_ms = clock_now_ms(&clock_system);

    cancel_group_fire(&room.group);
    room_restart();
    ck_assert_int_lt(clock_now_ms(&clock_system) - begun_ms, 2000);
}
END_TEST

TCase *case_stale(void)
{
    TCase *tcase = tcase_create("stale");

    tcase_add_checked_fixture(tcase, room_setup_hasty, room_teardown);
    tcase_add_loop_test(tcase, test_a_failed_fetch_never_becomes_an_empty_listing, 0, FAILURES);
    tcase_add_loop_test(tcase, test_old_listings_stand_in_for_outages_only, 0, FAILURES);
    tcase_add_loop_test(tcase, test_old_resources_stand_in_for_outages_only, 0, FAILURES);
    tcase_add_test(tcase, test_stale_of_zero_never_serves_old_data);
    tcase_add_test(tcase, test_data_older_than_stale_is_not_served);
    tcase_add_test(tcase, test_each_reader_after_a_failure_begins_a_new_fetch);
    tcase_add_test(tcase, test_a_silent_server_costs_a_short_wait_and_the_fetch_goes_on);
    tcase_add_test(tcase, test_after_a_refusal_a_slow_server_gets_no_old_data);
    tcase_add_test(tcase, test_after_a_timeout_the_kind_fails_at_once_until_a_probe_is_answered);
    tcase_add_test(tcase, test_a_suspended_kind_serves_old_data_without_waiting);
    tcase_add_test(tcase, test_a_denied_item_says_nothing_about_the_others);
    tcase_add_test(tcase, test_gets_queued_behind_a_timeout_are_not_made);
    tcase_add_test(tcase, test_one_silent_get_is_enough_to_know_that_the_kind_is_silent);
    tcase_add_test(tcase, test_a_suspended_small_kind_is_listed_by_its_probe_only);
    tcase_add_test(tcase, test_the_status_tells_how_the_kind_is);
    tcase_add_test(tcase, test_after_a_failed_attempt_old_data_is_shown_without_another);
    tcase_add_test(tcase, test_the_end_of_the_mount_ends_fetches_and_probes);
    return tcase;
}
