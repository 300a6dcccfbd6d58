/* SPDX-License-Identifier: MIT */
/* What a new listing or GET does to what is known: mtimes, history, incomplete items. */
#include "config.h"

#include "test_cache_room.h"

#include <stdio.h>
#include <string.h>

static void list_again(const struct kind *kind)
{
    room_pass(TTL_MS);
    ck_assert_int_eq(room_ensure(kind, CACHE_FRESH), PROBLEM_NONE);
}

static int64_t mtime_of(const struct kind *kind, const char *id)
{
    struct record *record = cache_by_id(room.cache, kind, id);
    int64_t mtime_ms = record->mtime_ms;

    record_unref(record);
    return mtime_ms;
}

START_TEST(test_unchanged_content_keeps_its_record_and_mtime)
{
    room_add_drives(2);
    room_ensure(&kind_drives, CACHE_FRESH);
    struct record *before = cache_by_id(room.cache, &kind_drives, "d1");

    list_again(&kind_drives);
    struct record *after = cache_by_id(room.cache, &kind_drives, "d1");

    ck_assert_ptr_eq(before, after);
    record_unref(before);
    record_unref(after);
}
END_TEST

START_TEST(test_first_sight_less_rank_is_the_mtime_where_no_date_is)
{
    server_add(room.server, DRIVES,
               "{\"id\":\"d0\",\"name\":\"a\",\"dtCreated\":\"2026-01-02T03:04:05.000Z\"}");
    server_add(room.server, DRIVES, "{\"id\":\"d1\",\"name\":\"b\"}");
    server_add(room.server, DRIVES, "{\"id\":\"d2\",\"name\":\"c\"}");
    room_ensure(&kind_drives, CACHE_FRESH);
    ck_assert_int_eq(mtime_of(&kind_drives, "d0"), clock_parse_iso("2026-01-02T03:04:05Z"));
    ck_assert_int_eq(mtime_of(&kind_drives, "d1"), atomic_load(&room.wall_ms) - 1);
    ck_assert_int_eq(mtime_of(&kind_drives, "d2"), atomic_load(&room.wall_ms) - 2);
}
END_TEST

START_TEST(test_time_that_passes_while_a_listing_is_taken_in_does_not_spoil_the_order)
{
    server_add(room.server, DRIVES, "{\"id\":\"d0\",\"name\":\"b\"}");
    server_add(room.server, DRIVES, "{\"id\":\"d1\",\"name\":\"a\"}");
    atomic_store(&room.wall_step_ms, 1);
    room_ensure(&kind_drives, CACHE_FRESH);
    ck_assert_int_lt(mtime_of(&kind_drives, "d1"), mtime_of(&kind_drives, "d0"));
}
END_TEST

START_TEST(test_changed_content_gets_a_later_mtime)
{
    room_add_drives(2);
    room_ensure(&kind_drives, CACHE_FRESH);

    server_edit(room.server, DRIVES, "d1", "name", "edited");
    list_again(&kind_drives);
    ck_assert_int_eq(mtime_of(&kind_drives, "d1"), atomic_load(&room.wall_ms));
    atomic_store(&room.wall_ms, 5); /* somebody set the clock back */
    int64_t before_ms = mtime_of(&kind_drives, "d1");

    server_edit(room.server, DRIVES, "d1", "name", "again");
    list_again(&kind_drives);
    ck_assert_int_eq(mtime_of(&kind_drives, "d1"), before_ms + 1);
}
END_TEST

START_TEST(test_the_order_is_the_servers)
{
    struct record_list list;

    room_add_drives(3);
    room_ensure(&kind_drives, CACHE_FRESH);
    server_remove(room.server, DRIVES, "d0");
    server_add_first(room.server, DRIVES, "{\"id\":\"d9\",\"name\":\"nine\"}");
    server_add(room.server, DRIVES, "{\"id\":\"d0\",\"name\":\"drive 0\"}");
    list_again(&kind_drives);
    ck_assert(cache_records(room.cache, &kind_drives, &list));
    ck_assert_uint_eq(list.count, 4);
    ck_assert_str_eq(list.records[0]->id, "d9");
    ck_assert_str_eq(list.records[1]->id, "d1");
    ck_assert_str_eq(list.records[2]->id, "d2");
    ck_assert_str_eq(list.records[3]->id, "d0");
    record_list_finish(&list);
}
END_TEST

/* --- history ---------------------------------------------------------------------------------- */

START_TEST(test_versions_replaced_elsewhere_are_remembered_for_a_while)
{
    struct record *versions[CACHE_HISTORY_DEPTH + 2];

    room_add_drives(1);
    room_ensure(&kind_drives, CACHE_FRESH);
    ck_assert_uint_eq(cache_history(room.cache, &kind_drives, "d0", versions, 10), 0);
    server_edit(room.server, DRIVES, "d0", "name", "second");
    list_again(&kind_drives);
    server_edit(room.server, DRIVES, "d0", "name", "third");
    list_again(&kind_drives);
    ck_assert_uint_eq(cache_history(room.cache, &kind_drives, "d0", versions, 10), 2);
    ck_assert_str_eq(versions[0]->name, "second");
    ck_assert_str_eq(versions[1]->name, "drive 0");
    record_unref(versions[0]);
    record_unref(versions[1]);
    room_pass(CACHE_HISTORY_MS - TTL_MS + 1);
    ck_assert_uint_eq(cache_history(room.cache, &kind_drives, "d0", versions, 10), 1);
    record_unref(versions[0]);
    list_again(&kind_drives);
    ck_assert_uint_eq(cache_history(room.cache, &kind_drives, "d0", versions, 10), 0);
}
END_TEST

START_TEST(test_the_history_of_a_resource_is_bounded)
{
    struct record *versions[CACHE_HISTORY_DEPTH + 2];

    room_add_drives(1);
    room_ensure(&kind_drives, CACHE_FRESH);
    for (int i = 0; i < CACHE_HISTORY_DEPTH + 3; i++) {
        char name[24];

        snprintf(name, sizeof(name), "name %d", i);
        server_edit(room.server, DRIVES, "d0", "name", name);
        cache_expire(room.cache, &kind_drives, NULL);
        room_ensure(&kind_drives, CACHE_FRESH);
    }
    size_t count = cache_history(room.cache, &kind_drives, "d0", versions, CACHE_HISTORY_DEPTH + 2);
    char newest[24];

    snprintf(newest, sizeof(newest), "name %d", CACHE_HISTORY_DEPTH + 1);
    ck_assert_uint_eq(count, CACHE_HISTORY_DEPTH);
    ck_assert_str_eq(versions[0]->name, newest);
    for (size_t i = 0; i < count; i++)
        record_unref(versions[i]);
}
END_TEST

/* The one version that is remembered of d0, as text. */
static void assert_only_version(const char *json)
{
    struct record *versions[2];

    ck_assert_uint_eq(cache_history(room.cache, &kind_drives, "d0", versions, 2), 1);
    ck_assert_str_eq(versions[0]->json, json);
    record_unref(versions[0]);
}

START_TEST(test_of_a_version_only_what_was_replaced_is_remembered)
{
    server_add(room.server, DRIVES,
               "{\"id\":\"d0\",\"name\":\"a\",\"size\":\"1\",\"in\":{\"x\":1,\"y\":2}}");
    room_ensure(&kind_drives, CACHE_FRESH);
    server_edit(room.server, DRIVES, "d0", "size", "2");
    list_again(&kind_drives);
    assert_only_version("{\"size\":\"1\",\"id\":\"d0\"}");
}
END_TEST

START_TEST(test_of_nested_members_too)
{
    server_add(room.server, DRIVES, "{\"id\":\"d0\",\"in\":{\"x\":1,\"y\":null}}");
    room_ensure(&kind_drives, CACHE_FRESH);
    server_remove(room.server, DRIVES, "d0");
    server_add(room.server, DRIVES, "{\"id\":\"d0\",\"in\":{\"x\":1.0,\"y\":2}}");
    list_again(&kind_drives);
    assert_only_version("{\"in\":{\"y\":null},\"id\":\"d0\"}");
}
END_TEST

START_TEST(test_what_this_mount_has_set_is_no_old_value)
{
    struct record *versions[2];

    room_add_drives(1);
    room_ensure(&kind_drives, CACHE_FRESH);
    server_edit(room.server, DRIVES, "d0", "name", "theirs");
    list_again(&kind_drives);
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d0", "{\"name\":\"drive 0\"}"),
                     PROBLEM_NONE);
    ck_assert_uint_eq(cache_history(room.cache, &kind_drives, "d0", versions, 2), 0);
}
END_TEST

START_TEST(test_own_changes_are_no_history)
{
    struct record *versions[2];

    room_add_drives(1);
    room_ensure(&kind_drives, CACHE_FRESH);
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d0", "{\"name\":\"mine\"}"),
                     PROBLEM_NONE);
    list_again(&kind_drives);
    ck_assert_uint_eq(cache_history(room.cache, &kind_drives, "d0", versions, 2), 0);
}
END_TEST

/* --- incomplete items ------------------------------------------------------------------------- */

#define PROVIDER \
    "{\"id\":\"p1\",\"name\":\"mine\",\"isTeamDefault\":false,\"s3Config\":{\"bucket\":\"b\"}}"

START_TEST(test_an_incomplete_item_costs_one_get_when_it_is_read)
{
    struct record *record;

    server_hide_in_lists(room.server, "s3Config");
    server_add(room.server, PROVIDERS, PROVIDER);
    room_ensure(&kind_providers, CACHE_FRESH);
    record = cache_by_id(room.cache, &kind_providers, "p1");
    ck_assert(!record->complete);
    int64_t mtime_ms = record->mtime_ms;

    record_unref(record);
    ck_assert_uint_eq(room_gets(PROVIDERS "/"), 0);
    room_pass(5);
    ck_assert(room_shows(&kind_providers, "p1", "bucket"));
    ck_assert(room_shows(&kind_providers, "p1", "bucket"));
    ck_assert_uint_eq(room_gets(PROVIDERS "/p1"), 1);
    ck_assert_int_eq(mtime_of(&kind_providers, "p1"), mtime_ms);
    ck_assert_uint_eq(cache_history(room.cache, &kind_providers, "p1", &record, 1), 0);
}
END_TEST

START_TEST(test_a_completed_item_survives_listings_for_a_ttl)
{
    server_hide_in_lists(room.server, "s3Config");
    server_add(room.server, PROVIDERS, PROVIDER);
    room_ensure(&kind_providers, CACHE_FRESH);
    room_pass(TTL_MS - 10);
    ck_assert(room_shows(&kind_providers, "p1", "bucket"));
    room_pass(10);
    ck_assert_int_eq(room_ensure(&kind_providers, CACHE_FRESH), PROBLEM_NONE);
    ck_assert(room_shows(&kind_providers, "p1", "bucket"));
    ck_assert_uint_eq(room_gets(PROVIDERS "/p1"), 1);
    room_pass(TTL_MS - 10);
    ck_assert(room_shows(&kind_providers, "p1", "bucket"));
    ck_assert_uint_eq(room_gets(PROVIDERS "/p1"), 2);
    ck_assert_uint_eq(room_lists(PROVIDERS), 2);
    room_pass(TTL_MS); /* now listing and GET are too old: still one GET, and no listing */
    ck_assert(room_shows(&kind_providers, "p1", "bucket"));
    ck_assert_uint_eq(room_gets(PROVIDERS "/p1"), 3);
    ck_assert_uint_eq(room_lists(PROVIDERS), 2);
    server_edit(room.server, PROVIDERS, "p1", "name", "edited");
    cache_expire(room.cache, &kind_providers, NULL);
    ck_assert_int_eq(room_ensure(&kind_providers, CACHE_FRESH), PROBLEM_NONE);
    ck_assert(room_shows(&kind_providers, "p1", "edited"));
    ck_assert(room_shows(&kind_providers, "p1", "bucket"));
    ck_assert_uint_eq(room_gets(PROVIDERS "/p1"), 4);
}
END_TEST

START_TEST(test_an_update_answered_without_the_completing_part_costs_a_get)
{
    server_add(room.server, PROVIDERS, PROVIDER);
    room_ensure(&kind_providers, CACHE_FRESH);
    server_fail(room.server, HTTP_PUT, PROVIDERS, FAULT_EMPTY, 0, 1);
    struct change *change =
        room_start(CHANGE_UPDATE, &kind_providers, "p1", "{\"s3Config\":{\"bucket\":\"new\"}}");

    ck_assert_int_eq(room_wait(change, NULL), PROBLEM_NONE);
    struct record *record = change_record(change);

    ck_assert_ptr_nonnull(strstr(record->json, "\"new\""));
    record_unref(record);
    change_unref(change);
    ck_assert(room_shows(&kind_providers, "p1", "\"new\""));
    ck_assert_uint_eq(room_gets(PROVIDERS "/p1"), 1);
}
END_TEST

TCase *case_merging(void)
{
    TCase *tcase = tcase_create("merging");

    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_add_test(tcase, test_unchanged_content_keeps_its_record_and_mtime);
    tcase_add_test(tcase, test_first_sight_less_rank_is_the_mtime_where_no_date_is);
    tcase_add_test(tcase,
                   test_time_that_passes_while_a_listing_is_taken_in_does_not_spoil_the_order);
    tcase_add_test(tcase, test_changed_content_gets_a_later_mtime);
    tcase_add_test(tcase, test_the_order_is_the_servers);
    tcase_add_test(tcase, test_versions_replaced_elsewhere_are_remembered_for_a_while);
    tcase_add_test(tcase, test_the_history_of_a_resource_is_bounded);
    tcase_add_test(tcase, test_of_a_version_only_what_was_replaced_is_remembered);
    tcase_add_test(tcase, test_of_nested_members_too);
    tcase_add_test(tcase, test_what_this_mount_has_set_is_no_old_value);
    tcase_add_test(tcase, test_own_changes_are_no_history);
    tcase_add_test(tcase, test_an_incomplete_item_costs_one_get_when_it_is_read);
    tcase_add_test(tcase, test_a_completed_item_survives_listings_for_a_ttl);
    tcase_add_test(tcase, test_an_update_answered_without_the_completing_part_costs_a_get);
    return tcase;
}
