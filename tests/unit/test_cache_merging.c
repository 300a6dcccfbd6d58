/* SPDX-License-Identifier: MIT */
/* What a new listing or GET does to what is known: mtimes, history, incomplete items. */
#include "config.h"

#include "test_cache_room.h"

#include "util/digest.h"

#include <json-c/json.h>
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

/* holds: attr-6 */
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

static enum name_form form_of(const char *id)
{
    struct record *record = cache_by_id(room.cache, &kind_drives, id);
    enum name_form form = cache_name_form(room.cache, record);

    record_unref(record);
    return form;
}

static void keep_form(const char *id, uint64_t generation, enum name_form form)
{
    struct record *record = cache_by_id(room.cache, &kind_drives, id);

    cache_keep_name_form(room.cache, record, generation, form);
    record_unref(record);
}

static uint64_t generation_now(void)
{
    return cache_names_generation(room.cache, &kind_drives);
}

START_TEST(test_how_a_resource_is_shown_is_kept_until_a_name_or_the_resource_changes)
{
    room_add_drives(2);
    room_ensure(&kind_drives, CACHE_FRESH);
    ck_assert_int_eq(form_of("d0"), NAME_UNJUDGED);
    keep_form("d0", generation_now(), NAME_PLAIN);
    keep_form("d1", generation_now(), NAME_AND_ID);
    list_again(&kind_drives);
    ck_assert_int_eq(form_of("d0"), NAME_PLAIN);
    ck_assert_int_eq(form_of("d1"), NAME_AND_ID);

    server_edit(room.server, DRIVES, "d1", "region", "elsewhere");
    list_again(&kind_drives);
    ck_assert_int_eq(form_of("d0"), NAME_PLAIN);
    ck_assert_int_eq(form_of("d1"), NAME_UNJUDGED); /* what decides may be in it */

    uint64_t before = generation_now();
    server_add(room.server, DRIVES, "{\"id\":\"d9\",\"name\":\"namesake\"}");
    list_again(&kind_drives);
    ck_assert_int_eq(form_of("d0"), NAME_UNJUDGED);
    keep_form("d0", before, NAME_PLAIN); /* judged before that */
    ck_assert_int_eq(form_of("d0"), NAME_UNJUDGED);
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

/* What somebody who opens the resource now is to read: a reference. */
static struct record *open_record(void)
{
    struct record *record = NULL;
    struct cancel cancel;

    cancel_init(&cancel, &room.group, CANCEL_NEVER);
    ck_assert_int_eq(cache_read(room.cache, &kind_drives, "d0", &cancel, &record, NULL), 0);
    cancel_finish(&cancel);
    return record;
}

/* Somebody reads the resource as it is now: the whole document, or one key of it. */
static void read_key(const char *key)
{
    struct record *record = open_record();

    cache_note_shown(room.cache, &kind_drives, "d0", record->version,
                     key == NULL ? 0 : digest_key(DIGEST_ROOT, key));
    record_unref(record);
}

static void change_elsewhere(const char *key, const char *value)
{
    server_edit(room.server, DRIVES, "d0", key, value);
    cache_expire(room.cache, &kind_drives, NULL);
    ck_assert_int_eq(room_ensure(&kind_drives, CACHE_FRESH), PROBLEM_NONE);
}

static void change_here(const char *key, const char *value)
{
    char body[100];

    snprintf(body, sizeof(body), "{\"%s\":\"%s\"}", key, value);
    ck_assert_int_eq(room_change(CHANGE_UPDATE, &kind_drives, "d0", body), PROBLEM_NONE);
}

/* Whether the value is remembered as one that was shown, and changed elsewhere. */
static bool is_old(const char *key, const char *value)
{
    struct json_object *text = json_object_new_string(value);
    uint64_t digest = digest_value(text);
    struct past past;
    bool found = false;

    cache_get_past(room.cache, &kind_drives, "d0", &past);
    for (size_t i = 0; i < past.count; i++)
        found = found || (past.values[i].key == digest_key(DIGEST_ROOT, key) &&
                          past.values[i].value == digest && past.values[i].shown &&
                          past.values[i].elsewhere);
    past_finish(&past);
    json_object_put(text);
    return found;
}

static void add_one_drive(void)
{
    server_add(room.server, DRIVES, "{\"id\":\"d0\",\"name\":\"a\",\"size\":\"1\",\"note\":\"n\"}");
    room_ensure(&kind_drives, CACHE_FRESH);
}

/* One step: who does what. */
struct step {
    char who; /* R: reads the document (value NULL) or a key; E: elsewhere; H: here; T: time */
    const char *key;
    const char *value;
};

static const struct history_row {
    struct step steps[6];
    const char *key;
    const char *value;
    bool old;
} history_rows[] = {
    {{{'R', NULL, NULL}, {'E', "size", "2"}}, "size", "1", true},
    {{{'E', "size", "2"}}, "size", "1", false}, /* nobody has read it */
    {{{'R', "size", NULL}, {'E', "size", "2"}}, "size", "1", true},
    {{{'R', "name", NULL}, {'E', "size", "2"}}, "size", "1", false},
    {{{'R', NULL, NULL}, {'E', "size", "2"}}, "name", "a", false},
    {{{'R', NULL, NULL}, {'E', "size", "2"}, {'E', "size", "3"}}, "size", "1", true},
    {{{'R', NULL, NULL}, {'E', "size", "2"}, {'E', "size", "3"}}, "size", "2", false},
    {{{'R', NULL, NULL}, {'E', "size", "2"}, {'R', "size", NULL}, {'E', "size", "3"}},
     "size",
     "2",
     true},
    {{{'R', NULL, NULL}, {'E', "size", "2"}, {'R', "name", NULL}, {'E', "size", "3"}},
     "size",
     "2",
     false},
    /* what was read stays read while it is not changed */
    {{{'R', NULL, NULL}, {'E', "name", "b"}, {'E', "size", "2"}}, "size", "1", true},
    {{{'R', NULL, NULL}, {'H', "name", "b"}, {'E', "size", "2"}}, "size", "1", true},
    /* this mount's own changes */
    {{{'R', NULL, NULL}, {'H', "size", "2"}}, "size", "1", false},
    {{{'R', NULL, NULL}, {'H', "size", "2"}, {'E', "size", "3"}}, "size", "1", true},
    {{{'R', NULL, NULL}, {'E', "size", "2"}, {'H', "size", "3"}}, "size", "1", true},
    {{{'R', NULL, NULL}, {'E', "size", "2"}, {'H', "size", "1"}, {'H', "size", "3"}},
     "size",
     "1",
     false},
    {{{'R', NULL, NULL}, {'E', "size", "2"}, {'H', "size", "1"}, {'E', "size", "3"}},
     "size",
     "1",
     true},
    /* another key's change, which the answer to a change of this mount brings */
    {{{'R', NULL, NULL}, {'B', "size", "2"}, {'H', "name", "b"}}, "size", "1", true},
    {{{'R', NULL, NULL}, {'B', "size", "2"}, {'H', "name", "b"}}, "name", "a", false},
    /* for a day */
    {{{'R', NULL, NULL}, {'E', "size", "2"}, {'T', NULL, NULL}}, "size", "1", false},
};

static void take_step(const struct step *step)
{
    switch (step->who) {
    case 'R':
        read_key(step->key);
        break;
    case 'E':
        change_elsewhere(step->key, step->value);
        break;
    case 'B': /* it is not noticed yet */
        server_edit(room.server, DRIVES, "d0", step->key, step->value);
        break;
    case 'H':
        change_here(step->key, step->value);
        break;
    case 'T':
        room_pass(CACHE_HISTORY_MS + 1);
        break;
    default:
        break;
    }
}

/* holds: conflict-1 */
START_TEST(test_what_is_an_older_value)
{
    const struct history_row *row = &history_rows[_i];

    add_one_drive();
    for (const struct step *step = row->steps; step->who != 0; step++)
        take_step(step);
    ck_assert_msg(is_old(row->key, row->value) == row->old, "row %d", _i);
    ck_assert(!is_old("id", "d0"));
}
END_TEST

/* holds: conflict-9 */
START_TEST(test_the_history_of_a_resource_is_bounded)
{
    struct past past;
    char name[24];

    add_one_drive();
    for (int i = 0; i < CACHE_HISTORY_DEPTH + 3; i++) {
        read_key(NULL);
        snprintf(name, sizeof(name), "name %d", i);
        change_elsewhere("name", name);
    }
    ck_assert(!is_old("name", "name 1"));
    ck_assert(is_old("name", "name 2"));
    ck_assert(is_old("name", "name 17"));
    cache_get_past(room.cache, &kind_drives, "d0", &past);
    ck_assert_uint_eq(past.count, CACHE_HISTORY_DEPTH);
    ck_assert_uint_gt(past.since, 0);
    ck_assert_uint_gt(past.values[0].version, past.since);
    past_finish(&past);
}
END_TEST

/* A key that changes all the time does not drive out what somebody has read. */
START_TEST(test_versions_that_nobody_reads_take_no_place)
{
    char value[24];

    add_one_drive();
    read_key(NULL);
    change_elsewhere("size", "2");
    for (int i = 0; i < CACHE_HISTORY_DEPTH * 3; i++) {
        snprintf(value, sizeof(value), "note %d", i);
        change_elsewhere("note", value);
    }
    ck_assert(is_old("size", "1"));
    ck_assert(is_old("note", "n"));
    ck_assert(!is_old("note", "note 1"));
}
END_TEST

/* A handle goes on showing what it was opened with. */
START_TEST(test_an_old_handle_shows_older_values)
{
    add_one_drive();
    struct record *record = open_record();
    change_elsewhere("size", "2");
    ck_assert(!is_old("size", "1"));
    cache_note_shown(room.cache, &kind_drives, "d0", record->version, 0);
    ck_assert(is_old("size", "1"));
    record_unref(record);
}
END_TEST

/* The oldest go first. Ten versions of a value are far fewer than are kept of one resource. */
/* holds: conflict-9 */
START_TEST(test_history_takes_no_more_than_its_bytes)
{
    struct past past;
    char size[12];

    room.config.history_max_bytes = 600;
    room_restart();
    add_one_drive();
    for (int i = 2; i <= 11; i++) {
        read_key(NULL);
        snprintf(size, sizeof(size), "%d", i);
        change_elsewhere("size", size);
    }
    ck_assert(!is_old("size", "1"));
    ck_assert(is_old("size", "10"));
    cache_get_past(room.cache, &kind_drives, "d0", &past);
    ck_assert_uint_gt(past.count, 1);
    ck_assert_uint_lt(past.count, 10);
    ck_assert_uint_le(past.count * sizeof(past.values[0]), 600);
    past_finish(&past);
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
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_unchanged_content_keeps_its_record_and_mtime);
    tcase_add_test(tcase, test_first_sight_less_rank_is_the_mtime_where_no_date_is);
    tcase_add_test(tcase,
                   test_time_that_passes_while_a_listing_is_taken_in_does_not_spoil_the_order);
    tcase_add_test(tcase, test_changed_content_gets_a_later_mtime);
    tcase_add_test(tcase,
                   test_how_a_resource_is_shown_is_kept_until_a_name_or_the_resource_changes);
    tcase_add_test(tcase, test_the_order_is_the_servers);
    tcase_add_loop_test(tcase, test_what_is_an_older_value, 0,
                        sizeof(history_rows) / sizeof(history_rows[0]));
    tcase_add_test(tcase, test_the_history_of_a_resource_is_bounded);
    tcase_add_test(tcase, test_versions_that_nobody_reads_take_no_place);
    tcase_add_test(tcase, test_an_old_handle_shows_older_values);
    tcase_add_test(tcase, test_history_takes_no_more_than_its_bytes);
    tcase_add_test(tcase, test_an_incomplete_item_costs_one_get_when_it_is_read);
    tcase_add_test(tcase, test_a_completed_item_survives_listings_for_a_ttl);
    tcase_add_test(tcase, test_an_update_answered_without_the_completing_part_costs_a_get);
    return tcase;
}
