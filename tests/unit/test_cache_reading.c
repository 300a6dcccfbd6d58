/* SPDX-License-Identifier: MIT */
/* Fresh enough or not, single flight, expiry, names. */
#include "config.h"

#include "test_cache_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(test_a_listing_costs_its_pages_and_nothing_while_fresh)
{
    room_add_drives(250);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    ck_assert_uint_eq(cache_count(room.cache, &kind_drives), 250);
    ck_assert_int_eq(cache_fresh_for_ms(room.cache, &kind_drives), TTL_MS);
    room_pass(TTL_MS - 1);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    ck_assert(room_shows(&kind_drives, "d249", "drive 249"));
    ck_assert_int_eq(cache_fresh_for_ms(room.cache, &kind_drives), 1);
    ck_assert_uint_eq(server_all_requests(room.server), 3);
}
END_TEST

struct crowd {
    pthread_t threads[32];
    atomic_uint succeeded;
};

static void *ensure_in_crowd(void *arg)
{
    struct crowd *crowd = arg;

    if (room_ensure(&kind_drives, CACHE_FRESH) == PROBLEM_NONE)
        atomic_fetch_add(&crowd->succeeded, 1);
    return NULL;
}

static void *read_in_crowd(void *arg)
{
    struct crowd *crowd = arg;

    if (room_shows(&kind_drives, "d7", "drive 7"))
        atomic_fetch_add(&crowd->succeeded, 1);
    return NULL;
}

static void run_crowd(void *(*run)(void *arg))
{
    struct crowd crowd = {.succeeded = 0};

    for (int i = 0; i < 32; i++)
        ck_assert_int_eq(pthread_create(&crowd.threads[i], NULL, run, &crowd), 0);
    server_wait_held(room.server, 1);
    for (int i = 0; i < 10; i++)
        room_pause();
    server_release(room.server);
    for (int i = 0; i < 32; i++)
        pthread_join(crowd.threads[i], NULL);
    ck_assert_uint_eq(atomic_load(&crowd.succeeded), 32);
}

/* holds: cost-5 */
START_TEST(test_readers_of_the_same_cold_kind_cost_one_listing)
{
    room_add_drives(130);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    run_crowd(ensure_in_crowd);
    ck_assert_uint_eq(server_all_requests(room.server), 2);
}
END_TEST

START_TEST(test_readers_of_the_same_old_resource_cost_one_get)
{
    room.config.stale_wait_ms = 5000;
    room_restart();
    room_add_drives(130);
    room_ensure(&kind_drives, CACHE_FRESH);
    room_pass(TTL_MS);
    server_fail(room.server, HTTP_GET, DRIVES "/d7", FAULT_HOLD_BEFORE, 0, 1);
    run_crowd(read_in_crowd);
    ck_assert_uint_eq(room_gets(DRIVES "/"), 1);
    ck_assert_uint_eq(server_all_requests(room.server), 3);
}
END_TEST

/* holds: fresh-2 */
START_TEST(test_a_small_kind_past_its_ttl_is_listed_again)
{
    room_add_drives(120);
    room_ensure(&kind_drives, CACHE_FRESH);
    unsigned pages = server_all_requests(room.server);

    room_pass(TTL_MS);
    server_edit(room.server, DRIVES, "d3", "name", "new");
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_ANY), PROBLEM_NONE);
    ck_assert_uint_eq(server_all_requests(room.server), pages);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_LOOKUP), PROBLEM_NONE);
    ck_assert_uint_eq(server_all_requests(room.server), 2 * pages);
    ck_assert(room_shows(&kind_drives, "d3", "\"new\""));
    room_pass(TTL_MS);
    server_edit(room.server, DRIVES, "d3", "name", "newer");
    ck_assert(room_shows(&kind_drives, "d3", "\"newer\""));
    ck_assert_uint_eq(server_all_requests(room.server), 3 * pages);
    ck_assert_uint_eq(room_gets(DRIVES "/"), 0);
}
END_TEST

/* holds: fresh-3 */
START_TEST(test_in_a_large_kind_a_read_costs_one_get_and_only_listing_fetches_pages)
{
    room_add_drives(121);
    room_ensure(&kind_drives, CACHE_FRESH);
    room_pass(TTL_MS);
    server_edit(room.server, DRIVES, "d3", "name", "new");
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_LOOKUP), PROBLEM_NONE);
    ck_assert_uint_eq(server_all_requests(room.server), 2);
    ck_assert(room_shows(&kind_drives, "d3", "\"new\""));
    ck_assert(room_shows(&kind_drives, "d3", "\"new\""));
    ck_assert_uint_eq(server_all_requests(room.server), 3);
    ck_assert_uint_eq(room_gets(DRIVES "/d3"), 1);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    ck_assert_uint_eq(server_all_requests(room.server), 5);
    room_pass(TTL_MS - 1);
    ck_assert(room_shows(&kind_drives, "d3", "\"new\""));
    ck_assert_uint_eq(server_all_requests(room.server), 5);
}
END_TEST

START_TEST(test_with_a_ttl_of_zero_each_read_asks_and_ends)
{
    room.config.ttl_ms = 0;
    room_restart();
    room_add_drives(2);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    cache_expire(room.cache, &kind_drives, "d1");
    ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    ck_assert_uint_eq(room_lists(DRIVES), 2);
    ck_assert_uint_eq(room_gets(DRIVES "/d1"), 1);
}
END_TEST

START_TEST(test_what_was_dropped_upstream_is_not_found_and_dropped)
{
    struct record *record;

    room_add_drives(130);
    room_ensure(&kind_drives, CACHE_FRESH);
    server_remove(room.server, DRIVES, "d5");
    ck_assert(room_shows(&kind_drives, "d5", "drive 5"));
    room_pass(TTL_MS);
    ck_assert_int_eq(room_read(&kind_drives, "d5", &record), PROBLEM_NOT_FOUND);
    ck_assert(!room_has(&kind_drives, "d5"));
    ck_assert(room_has(&kind_drives, "d6"));
    ck_assert_int_eq(room_read(&kind_drives, "never", &record), PROBLEM_NOT_FOUND);
    ck_assert_uint_eq(room_gets(DRIVES "/"), 1);
}
END_TEST

START_TEST(test_utilization_is_one_get_per_ttl)
{
    struct record *record;

    ck_assert(!cache_is_known(room.cache, &kind_utilization));
    ck_assert(room_shows(&kind_utilization, NULL, "totalUsage"));
    ck_assert(cache_is_known(room.cache, &kind_utilization));
    record = cache_by_id(room.cache, &kind_utilization, NULL);
    ck_assert_ptr_nonnull(record);
    record_unref(record);
    ck_assert(room_shows(&kind_utilization, NULL, "totalUsage"));
    ck_assert_uint_eq(server_all_requests(room.server), 1);
    room_pass(TTL_MS);
    ck_assert(room_shows(&kind_utilization, NULL, "totalUsage"));
    ck_assert_uint_eq(server_all_requests(room.server), 2);
    cache_expire(room.cache, &kind_utilization, NULL);
    ck_assert(room_shows(&kind_utilization, NULL, "totalUsage"));
    ck_assert_uint_eq(server_all_requests(room.server), 3);
    ck_assert_int_eq(room_change(CHANGE_CREATE, &kind_drives, NULL, "{\"name\":\"x\"}"),
                     PROBLEM_NONE);
    ck_assert(room_shows(&kind_utilization, NULL, "totalUsage"));
    ck_assert_uint_eq(room_gets(PROVIDERS "/utilization"), 4);
}
END_TEST

/* --- expiry ----------------------------------------------------------------------------------- */

/* holds: fresh-7 */
START_TEST(test_after_an_expiry_the_next_read_asks_and_nothing_is_dropped)
{
    room_add_drives(3);
    room_ensure(&kind_drives, CACHE_FRESH);
    cache_expire(room.cache, NULL, NULL);
    ck_assert_int_eq(cache_fresh_for_ms(room.cache, &kind_drives), 0);
    ck_assert(room_has(&kind_drives, "d1"));
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_ANY), PROBLEM_NONE);
    ck_assert_uint_eq(room_lists(DRIVES), 1);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    ck_assert_uint_eq(room_lists(DRIVES), 2);
}
END_TEST

START_TEST(test_a_resource_expired_by_itself_costs_one_get_in_a_small_kind)
{
    room_add_drives(3);
    room_ensure(&kind_drives, CACHE_FRESH);
    room_pass(TTL_MS + 1);
    cache_expire(room.cache, &kind_drives, "d1");
    ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    ck_assert(room_shows(&kind_drives, "d1", "drive 1"));
    ck_assert_uint_eq(room_lists(DRIVES), 1);
    ck_assert_uint_eq(room_gets(DRIVES "/d1"), 1);
}
END_TEST

static void *ensure_drives(void *arg)
{
    (void)arg;
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    return NULL;
}

START_TEST(test_a_read_after_an_expiry_waits_for_a_fetch_begun_after_it)
{
    pthread_t early;
    pthread_t late;

    room_add_drives(1);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_HOLD_AFTER, 0, 1);
    ck_assert_int_eq(pthread_create(&early, NULL, ensure_drives, NULL), 0);
    server_wait_held(room.server, 1);
    server_edit(room.server, DRIVES, "d0", "name", "edited");
    cache_expire(room.cache, &kind_drives, NULL);
    ck_assert_int_eq(pthread_create(&late, NULL, ensure_drives, NULL), 0);
    room_pause();
    server_release(room.server);
    pthread_join(early, NULL);
    pthread_join(late, NULL);
    ck_assert(room_shows(&kind_drives, "d0", "edited"));
    ck_assert_uint_eq(room_lists(DRIVES), 2);
}
END_TEST

/* --- interruption ----------------------------------------------------------------------------- */

/* holds: fresh-4 */
START_TEST(test_a_fetch_outlives_its_reader)
{
    room_add_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    ck_assert_int_eq(room_ensure_for(&kind_drives, CACHE_FRESH, 5), PROBLEM_TIMEOUT);
    ck_assert(!cache_is_known(room.cache, &kind_drives));
    server_wait_held(room.server, 1);
    server_release(room.server);
    room_until(cache_is_known(room.cache, &kind_drives));
    ck_assert_uint_eq(room_lists(DRIVES), 1);
}
END_TEST

static void *interrupt(void *arg)
{
    server_wait_held(room.server, 1);
    cancel_fire(arg, CANCEL_INTERRUPT);
    return NULL;
}

START_TEST(test_an_interrupted_reader_leaves_at_once)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct cancel cancel;
    pthread_t thread;

    room_add_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    cancel_init(&cancel, &room.group, CANCEL_NEVER);
    pthread_create(&thread, NULL, interrupt, &cancel);
    ck_assert_int_eq(cache_ensure(room.cache, &kind_drives, CACHE_ANY, &cancel, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_INTERRUPTED);
    pthread_join(thread, NULL);
    cancel_finish(&cancel);
}
END_TEST

/* --- names ------------------------------------------------------------------------------------ */

static void add_snapshot(const char *id, const char *name, const char *machine)
{
    char json[160];

    snprintf(json, sizeof(json),
             "{\"id\":\"%s\",\"name\":\"%s\",\"machineId\":\"%s\",\"isAutoSnapshot\":false}", id,
             name, machine);
    server_add(room.server, SNAPSHOTS, json);
}

static size_t count_named(const char *name, const char *machine)
{
    struct record *found[2] = {NULL, NULL};
    size_t count =
        cache_by_name(room.cache, &kind_snapshots, name, strlen(name), machine, found, 2);

    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(found[i] != NULL, i < count);
        if (found[i] != NULL)
            ck_assert_str_eq(found[i]->name, name);
        record_unref(found[i]);
    }
    return count;
}

START_TEST(test_names_are_found_in_all_and_by_machine)
{
    add_snapshot("s1", "daily", "m2");
    add_snapshot("s2", "daily", "m1");
    add_snapshot("s3", "daily", "m1");
    add_snapshot("s4", "weekly", "m1");
    ck_assert_uint_eq(count_named("daily", NULL), 0);
    room_ensure(&kind_snapshots, CACHE_FRESH);
    ck_assert_uint_eq(count_named("daily", NULL), 3);
    ck_assert_uint_eq(count_named("daily", "m1"), 2);
    ck_assert_uint_eq(count_named("daily", "m2"), 1);
    ck_assert_uint_eq(count_named("daily", "m3"), 0);
    ck_assert_uint_eq(count_named("dail", NULL), 0);
    server_edit(room.server, SNAPSHOTS, "s1", "name", "weekly");
    server_remove(room.server, SNAPSHOTS, "s3");
    room_pass(TTL_MS);
    room_ensure(&kind_snapshots, CACHE_FRESH);
    ck_assert_uint_eq(count_named("daily", NULL), 1);
    ck_assert_uint_eq(count_named("daily", "m1"), 1);
    ck_assert_uint_eq(count_named("daily", "m2"), 0);
    ck_assert_uint_eq(count_named("weekly", NULL), 2);
}
END_TEST

START_TEST(test_machines_come_in_order_of_first_appearance_and_go_with_their_last)
{
    char **machines;
    size_t count;

    add_snapshot("s1", "a", "m2");
    add_snapshot("s2", "b", "m1");
    add_snapshot("s3", "c", "m2");
    room_ensure(&kind_snapshots, CACHE_FRESH);
    ck_assert(cache_machines(room.cache, &kind_snapshots, &machines, &count));
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(machines[0], "m2");
    ck_assert_str_eq(machines[1], "m1");
    for (size_t i = 0; i < count; i++)
        free(machines[i]);
    free(machines);
    ck_assert(cache_has_machine(room.cache, &kind_snapshots, "m1"));
    ck_assert_int_eq(room_change(CHANGE_DELETE, &kind_snapshots, "s2", NULL), PROBLEM_NONE);
    ck_assert(!cache_has_machine(room.cache, &kind_snapshots, "m1"));
    ck_assert(cache_has_machine(room.cache, &kind_snapshots, "m2"));
}
END_TEST

TCase *case_reading(void)
{
    TCase *tcase = tcase_create("reading");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_add_test(tcase, test_a_listing_costs_its_pages_and_nothing_while_fresh);
    tcase_add_test(tcase, test_readers_of_the_same_cold_kind_cost_one_listing);
    tcase_add_test(tcase, test_readers_of_the_same_old_resource_cost_one_get);
    tcase_add_test(tcase, test_a_small_kind_past_its_ttl_is_listed_again);
    tcase_add_test(tcase, test_in_a_large_kind_a_read_costs_one_get_and_only_listing_fetches_pages);
    tcase_add_test(tcase, test_with_a_ttl_of_zero_each_read_asks_and_ends);
    tcase_add_test(tcase, test_what_was_dropped_upstream_is_not_found_and_dropped);
    tcase_add_test(tcase, test_utilization_is_one_get_per_ttl);
    tcase_add_test(tcase, test_after_an_expiry_the_next_read_asks_and_nothing_is_dropped);
    tcase_add_test(tcase, test_a_resource_expired_by_itself_costs_one_get_in_a_small_kind);
    tcase_add_test(tcase, test_a_read_after_an_expiry_waits_for_a_fetch_begun_after_it);
    tcase_add_test(tcase, test_a_fetch_outlives_its_reader);
    tcase_add_test(tcase, test_an_interrupted_reader_leaves_at_once);
    tcase_add_test(tcase, test_names_are_found_in_all_and_by_machine);
    tcase_add_test(tcase, test_machines_come_in_order_of_first_appearance_and_go_with_their_last);
    return tcase;
}
