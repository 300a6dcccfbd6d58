/* SPDX-License-Identifier: MIT */
/* Creates: shown at once, never sent twice. */
#include "config.h"

#include "test_cache_room.h"

#include <stdio.h>
#include <string.h>

#define DATA "{\"name\":\"data\",\"size\":50,\"region\":\"ny2\",\"networkId\":\"n1\"}"
#define DATA_ELSEWHERE \
    "{\"id\":\"dx\",\"name\":\"data\",\"size\":50,\"region\":\"ny2\",\"networkId\":\"n1\"}"

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

static enum problem_kind create_data(char id[32])
{
    struct change *change = room_start(CHANGE_CREATE, &kind_drives, NULL, DATA);
    enum problem_kind outcome = room_wait(change, NULL);
    struct record *record = change_record(change);

    ck_assert_int_eq(record != NULL, outcome == PROBLEM_NONE);
    if (record != NULL)
        snprintf(id, 32, "%s", record->id);
    record_unref(record);
    change_unref(change);
    return outcome;
}

static unsigned posts(void)
{
    return server_requests(room.server, HTTP_POST, DRIVES);
}

START_TEST(test_a_created_resource_is_shown_first_and_costs_no_request)
{
    struct record_list list;
    char id[32];

    know_drives(2);
    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    ck_assert(cache_records(room.cache, &kind_drives, &list));
    ck_assert_uint_eq(list.count, 3);
    ck_assert_str_eq(list.records[0]->id, id);
    ck_assert_int_eq(list.records[0]->mtime_ms, atomic_load(&room.wall_ms));
    record_list_finish(&list);
    ck_assert(room_shows(&kind_drives, id, "data"));
    ck_assert_uint_eq(server_all_requests(room.server), 2);
}
END_TEST

/* holds: own-4 */
START_TEST(test_a_created_one_stays_until_a_listing_has_had_it_for_ten_minutes_at_most)
{
    char id[32];

    know_drives(2);
    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    server_remove(room.server, DRIVES, id); /* the server's listing lags behind */
    list_again();
    ck_assert(room_has(&kind_drives, id));
    room_pass(CACHE_CREATED_PIN_MS - 1);
    list_again();
    ck_assert(room_has(&kind_drives, id));
    ck_assert(room_shows(&kind_drives, id, "data")); /* though a GET says 404 */
    room_pass(1);
    list_again();
    list_again();
    ck_assert(!room_has(&kind_drives, id));
}
END_TEST

/* holds: own-4 */
START_TEST(test_once_listed_a_created_one_goes_with_the_listing)
{
    char id[32];

    know_drives(2);
    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    list_again();
    server_remove(room.server, DRIVES, id);
    list_again();
    ck_assert(!room_has(&kind_drives, id));
}
END_TEST

static void *list_in_thread(void *arg)
{
    (void)arg;
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
    return NULL;
}

/* holds: own-5 */
START_TEST(test_a_listing_that_overlaps_a_create_does_not_hide_it)
{
    pthread_t thread;
    char id[32];

    know_drives(2);
    server_fail(room.server, HTTP_GET, DRIVES "?", FAULT_HOLD_AFTER, 0, 1);
    cache_expire(room.cache, &kind_drives, NULL);
    ck_assert_int_eq(pthread_create(&thread, NULL, list_in_thread, NULL), 0);
    server_wait_held(room.server, 1);
    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    server_release(room.server);
    pthread_join(thread, NULL);
    room_until(cache_fresh_for_ms(room.cache, &kind_drives) > 0);
    ck_assert(room_has(&kind_drives, id));
    ck_assert_uint_eq(cache_count(room.cache, &kind_drives), 3);
}
END_TEST

START_TEST(test_a_lost_answer_is_looked_up_and_found)
{
    char id[32] = "";

    know_drives(2);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_LOST, 0, 1);
    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    ck_assert_str_eq(id, "new1");
    ck_assert_uint_eq(posts(), 1);
    ck_assert_uint_eq(room_lists(DRIVES), 2);
    ck_assert_uint_eq(server_count(room.server, DRIVES), 3);
    ck_assert(room_has(&kind_drives, id));
}
END_TEST

START_TEST(test_what_was_there_before_is_not_taken_for_the_created_one)
{
    struct problem problem;

    server_add(room.server, DRIVES, DATA_ELSEWHERE);
    know_drives(2);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_DROPPED, 0, 1);
    struct change *change = room_start(CHANGE_CREATE, &kind_drives, NULL, DATA);

    ck_assert_int_eq(room_wait(change, &problem), PROBLEM_UNKNOWN_OUTCOME);
    ck_assert_ptr_nonnull(strstr(problem.message, "look for a drive"));
    ck_assert_ptr_nonnull(strstr(problem.message, "\"name\":\"data\""));
    ck_assert_ptr_null(change_record(change));
    change_unref(change);
    ck_assert_uint_eq(posts(), 1);
}
END_TEST

START_TEST(test_a_kind_never_listed_is_listed_before_sending)
{
    char id[32];

    server_add(room.server, DRIVES, DATA_ELSEWHERE);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_DROPPED, 0, 1);
    ck_assert_int_eq(create_data(id), PROBLEM_UNKNOWN_OUTCOME);
    ck_assert_uint_eq(posts(), 1);
    ck_assert_uint_eq(room_lists(DRIVES), 2);
}
END_TEST

START_TEST(test_after_an_old_listing_somebody_elses_is_not_taken_for_it)
{
    char id[32];

    know_drives(2);
    room_pass(10 * 60 * 1000);
    server_add(room.server, DRIVES, DATA_ELSEWHERE); /* meanwhile */
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_DROPPED, 0, 1);
    ck_assert_int_eq(create_data(id), PROBLEM_UNKNOWN_OUTCOME);
    ck_assert_uint_eq(posts(), 1);
    ck_assert_uint_eq(room_lists(DRIVES), 3); /* one more before it was sent */
}
END_TEST

START_TEST(test_when_nobody_knows_what_was_there_before_one_like_it_is_told_of_once)
{
    struct problem problem;
    char id[32];

    know_drives(2);
    room_pass(10 * 60 * 1000);
    server_add(room.server, DRIVES, DATA_ELSEWHERE); /* meanwhile */
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_STATUS, 403, 1);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_DROPPED, 0, 1);
    ck_assert_int_eq(create_data(id), PROBLEM_UNKNOWN_OUTCOME);
    struct change *change = room_start(CHANGE_CREATE, &kind_drives, NULL, DATA);

    ck_assert_int_eq(room_wait(change, &problem), PROBLEM_UNKNOWN_OUTCOME);
    ck_assert_ptr_nonnull(strstr(problem.message, "dx"));
    change_unref(change);
    ck_assert_uint_eq(posts(), 1);
    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    ck_assert_uint_eq(posts(), 2);
}
END_TEST

START_TEST(test_after_an_old_listing_what_comes_later_is_taken_for_it)
{
    char id[32];

    know_drives(2);
    room_pass(10 * 60 * 1000);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_DROPPED, 0, 1);
    ck_assert_int_eq(create_data(id), PROBLEM_UNKNOWN_OUTCOME);
    server_add_first(room.server, DRIVES, DATA_ELSEWHERE); /* it was only slow */
    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    ck_assert_str_eq(id, "dx");
    ck_assert_uint_eq(posts(), 1);
}
END_TEST

START_TEST(test_a_new_one_of_other_fields_is_not_taken_for_it)
{
    char id[32];

    know_drives(2);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_DROPPED, 0, 1);
    server_add(room.server, DRIVES,
               "{\"id\":\"dx\",\"name\":\"data\",\"size\":100,\"region\":\"ny2\","
               "\"networkId\":\"n1\"}");
    ck_assert_int_eq(create_data(id), PROBLEM_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(test_the_next_attempt_first_looks_and_sends_nothing_when_it_is_there)
{
    char id[32];

    know_drives(2);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_DROPPED, 0, 1);
    ck_assert_int_eq(create_data(id), PROBLEM_UNKNOWN_OUTCOME);
    server_add_first(room.server, DRIVES, DATA_ELSEWHERE); /* it was only slow */
    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    ck_assert_str_eq(id, "dx");
    ck_assert_uint_eq(posts(), 1);
    ck_assert_int_eq(create_data(id), PROBLEM_NONE); /* another one, which is meant */
    ck_assert_uint_eq(posts(), 2);
}
END_TEST

START_TEST(test_the_next_attempt_sends_when_it_is_not_there)
{
    char id[32];

    know_drives(2);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_DROPPED, 0, 1);
    ck_assert_int_eq(create_data(id), PROBLEM_UNKNOWN_OUTCOME);
    unsigned lists = room_lists(DRIVES);

    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    ck_assert_uint_eq(room_lists(DRIVES), lists + 1);
    ck_assert_uint_eq(posts(), 2);
    ck_assert_uint_eq(server_count(room.server, DRIVES), 3);
}
END_TEST

START_TEST(test_the_next_attempt_sends_nothing_when_it_can_not_look)
{
    char id[32];

    know_drives(2);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_LOST, 0, 1);
    server_fail(room.server, HTTP_GET, DRIVES, FAULT_STATUS, 500, 2);
    ck_assert_int_eq(create_data(id), PROBLEM_UNKNOWN_OUTCOME);
    ck_assert_int_eq(create_data(id), PROBLEM_UNKNOWN_OUTCOME);
    ck_assert_uint_eq(posts(), 1);
    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    ck_assert_str_eq(id, "new1");
    ck_assert_uint_eq(posts(), 1);
}
END_TEST

START_TEST(test_a_refused_create_is_no_doubt)
{
    char id[32];

    know_drives(2);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_STATUS, 422, 1);
    ck_assert_int_eq(create_data(id), PROBLEM_INVALID);
    ck_assert_uint_eq(room_lists(DRIVES), 1);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_REFUSED, 0, -1);
    ck_assert_int_eq(create_data(id), PROBLEM_UNREACHABLE);
    ck_assert_uint_eq(room_lists(DRIVES), 1);
    ck_assert_uint_eq(cache_count(room.cache, &kind_drives), 2);
}
END_TEST

/* What servers answer for the size and the region that were asked for; and what is another. */
static const struct {
    const char *size, *region;
    bool is_it;
} answered[] = {
    {"\"50000000000\"", "ny2", true},
    {"\"50\"", "NY2", true},
    {"50", "East Coast (NY2)", true},
    {"53687091200", "(ny2)", true},
    {"50", "ny20", false},
    {"50", "ny", false},
    {"50", "East Coast (CA1)", false},
    {"50", "(ny2) no", false},
    {"51", "ny2", false},
    {"50", "", false},
    {"50", "()", false},
    {"50", "(", false},
};

START_TEST(test_it_is_known_however_size_and_region_are_answered)
{
    char id[32] = "", drive[160];

    know_drives(2);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_DROPPED, 0, 1);
    ck_assert_int_eq(create_data(id), PROBLEM_UNKNOWN_OUTCOME);
    snprintf(drive, sizeof(drive),
             "{\"id\":\"dx\",\"name\":\"data\",\"size\":%s,\"region\":\"%s\",\"networkId\":\"n1\"}",
             answered[_i].size, answered[_i].region);
    server_add(room.server, DRIVES, drive);
    ck_assert_int_eq(create_data(id), PROBLEM_NONE);
    ck_assert_str_eq(id, answered[_i].is_it ? "dx" : "new1");
}
END_TEST

START_TEST(test_nested_required_fields_are_compared_without_the_secret)
{
    static const char body[] =
        "{\"name\":\"store\",\"storageProviderType\":\"s3\",\"s3Config\":{\"accessKey\":\"ak\","
        "\"bucket\":\"b\",\"secretAccessKey\":\"hush-hush\"}}";
    struct problem problem;

    ck_assert_int_eq(room_ensure(&kind_providers, CACHE_FRESH), PROBLEM_NONE);
    server_fail(room.server, HTTP_POST, PROVIDERS, FAULT_DROPPED, 0, -1);
    struct change *change = room_start(CHANGE_CREATE, &kind_providers, NULL, body);

    ck_assert_int_eq(room_wait(change, &problem), PROBLEM_UNKNOWN_OUTCOME);
    ck_assert_ptr_null(strstr(problem.message, "hush"));
    ck_assert_ptr_nonnull(strstr(problem.message, "bucket"));
    change_unref(change);
    server_add(room.server, PROVIDERS,
               "{\"id\":\"p1\",\"name\":\"store\",\"s3Config\":{\"bucket\":\"b\","
               "\"accessKey\":\"ak\",\"region\":null,\"secretAccessKey\":\"********\"}}");
    change = room_start(CHANGE_CREATE, &kind_providers, NULL, body);
    ck_assert_int_eq(room_wait(change, &problem), PROBLEM_NONE);
    change_unref(change);
    ck_assert_uint_eq(server_requests(room.server, HTTP_POST, PROVIDERS), 1);
}
END_TEST

/* holds: post-7 */
START_TEST(test_the_same_create_in_flight_is_shared)
{
    know_drives(2);
    server_fail(room.server, HTTP_POST, DRIVES, FAULT_HOLD_BEFORE, 0, 1);
    struct change *first = room_start(CHANGE_CREATE, &kind_drives, NULL, DATA);
    struct change *second = room_start(CHANGE_CREATE, &kind_drives, NULL, DATA);
    struct change *other = room_start(CHANGE_CREATE, &kind_drives, NULL, "{\"name\":\"other\"}");

    ck_assert_ptr_eq(first, second);
    ck_assert_ptr_ne(first, other);
    server_wait_held(room.server, 1);
    server_release(room.server);
    ck_assert_int_eq(room_wait(other, NULL), PROBLEM_NONE);
    ck_assert_int_eq(room_wait(first, NULL), PROBLEM_NONE);
    ck_assert_int_eq(room_wait(second, NULL), PROBLEM_NONE);
    ck_assert_uint_eq(posts(), 2);
    change_unref(first);
    change_unref(second);
    change_unref(other);
}
END_TEST

TCase *case_creating(void)
{
    TCase *tcase = tcase_create("creating");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_add_test(tcase, test_a_created_resource_is_shown_first_and_costs_no_request);
    tcase_add_test(tcase,
                   test_a_created_one_stays_until_a_listing_has_had_it_for_ten_minutes_at_most);
    tcase_add_test(tcase, test_once_listed_a_created_one_goes_with_the_listing);
    tcase_add_test(tcase, test_a_listing_that_overlaps_a_create_does_not_hide_it);
    tcase_add_test(tcase, test_a_lost_answer_is_looked_up_and_found);
    tcase_add_test(tcase, test_what_was_there_before_is_not_taken_for_the_created_one);
    tcase_add_test(tcase, test_a_kind_never_listed_is_listed_before_sending);
    tcase_add_test(tcase, test_after_an_old_listing_somebody_elses_is_not_taken_for_it);
    tcase_add_test(tcase, test_when_nobody_knows_what_was_there_before_one_like_it_is_told_of_once);
    tcase_add_test(tcase, test_after_an_old_listing_what_comes_later_is_taken_for_it);
    tcase_add_test(tcase, test_a_new_one_of_other_fields_is_not_taken_for_it);
    tcase_add_test(tcase, test_the_next_attempt_first_looks_and_sends_nothing_when_it_is_there);
    tcase_add_test(tcase, test_the_next_attempt_sends_when_it_is_not_there);
    tcase_add_test(tcase, test_the_next_attempt_sends_nothing_when_it_can_not_look);
    tcase_add_test(tcase, test_a_refused_create_is_no_doubt);
    tcase_add_loop_test(tcase, test_it_is_known_however_size_and_region_are_answered, 0,
                        (int)(sizeof(answered) / sizeof(answered[0])));
    tcase_add_test(tcase, test_nested_required_fields_are_compared_without_the_secret);
    tcase_add_test(tcase, test_the_same_create_in_flight_is_shared);
    return tcase;
}
