/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/event.h"
#include "api/record.h"
#include "run_tests.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/json_index.h"
#include "util/problem.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_same(const struct record *a, const struct record *b)
{
    ck_assert_ptr_nonnull(b);
    ck_assert(record_equal(a, b) && record_same_names(a, b));
    ck_assert_str_eq(a->id, b->id);
    ck_assert_int_eq(a->created_ms, b->created_ms);
    ck_assert_int_eq(a->mtime_ms, b->mtime_ms);
    ck_assert(a->automatic == b->automatic && a->complete == b->complete);
}

/* By either way: what they make is the same. */
static struct record *make(const struct kind *kind, enum dialect dialect, const char *json,
                           struct problem *problem)
{
    struct json_object *object = NULL;
    struct problem other = {.kind = PROBLEM_NONE};

    ck_assert_int_eq(json_read(json, strlen(json), &object, NULL), JSON_OK);
    struct record *record = record_from_json(kind, dialect, object, problem);
    struct record *read =
        record_from_text(kind, dialect, json_slice_of(json, strlen(json)), &other);
    if (record == NULL) {
        ck_assert_ptr_null(read);
        ck_assert_int_eq(other.kind, problem->kind);
        ck_assert_str_eq(other.message, problem->message);
    } else {
        check_same(record, read);
    }
    json_object_put(object);
    record_unref(read);
    return record;
}

static struct record *make_snapshot(const char *json)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct record *record = make(&kind_snapshots, DIALECT_DOCS, json, &problem);

    ck_assert_ptr_nonnull(record);
    return record;
}

START_TEST(a_record_holds_what_was_sent)
{
    struct record *record =
        make_snapshot("{ \"id\": \"sl1\", \"name\": \"before\", \"machineId\": \"ps1\","
                      " \"isAutoSnapshot\": true, \"dtCreated\": \"1970-01-01T00:00:01.500Z\" }");

    ck_assert_str_eq(record->id, "sl1");
    ck_assert_str_eq(record->name, "before");
    ck_assert_uint_eq(record->name_bytes, 6);
    ck_assert_str_eq(record->machine_id, "ps1");
    ck_assert(record->automatic);
    ck_assert(record->complete);
    ck_assert_int_eq(record->created_ms, 1500);
    ck_assert_ptr_eq(record->kind, &kind_snapshots);
    record_unref(record);
}
END_TEST

START_TEST(numbers_and_unknown_keys_stay_as_written)
{
    static const char json[] =
        "{\"new\":[1.0,1e3,-0],\"id\":\"sl1\",\"storageSize\":123456789012345678901234567890,"
        "\"name\":\"a\\/\\u00e9\",\"x\":{\"y\":null},\"f\":0.10}";
    struct record *record = make_snapshot(json);

    ck_assert_str_eq(record->json,
                     "{\"new\":[1.0,1e3,-0],\"id\":\"sl1\","
                     "\"storageSize\":123456789012345678901234567890,\"name\":\"a/\xc3\xa9\","
                     "\"x\":{\"y\":null},\"f\":0.10}");
    ck_assert_uint_eq(record->json_bytes, strlen(record->json));
    ck_assert_int_eq(record->created_ms, CLOCK_NO_DATE);
    ck_assert_str_eq(record->machine_id, "");
    record_unref(record);
    record = make_snapshot("{\"id\":\"sl1\",\"machineId\":\"m/1\"}");
    ck_assert_str_eq(record->machine_id, "m/1");
    record_unref(record);
    record = make_snapshot("{\"id\":\"sl1\",\"machineId\":\"..\"}"); /* it can't be encoded */
    ck_assert_str_eq(record->machine_id, "");
    ck_assert_ptr_nonnull(strstr(record->json, "\"..\""));
    record_unref(record);
}
END_TEST

START_TEST(a_name_may_hold_nul_bytes)
{
    struct record *record = make_snapshot("{\"id\":\"sl1\",\"name\":\"a\\u0000b\"}");

    ck_assert_uint_eq(record->name_bytes, 3);
    ck_assert_mem_eq(record->name, "a\0b", 4);
    record_unref(record);
}
END_TEST

START_TEST(a_name_that_is_none_is_empty)
{
    static const char *const texts[] = {"{\"id\":\"s\"}", "{\"id\":\"s\",\"name\":null}",
                                        "{\"id\":\"s\",\"name\":7}",
                                        "{\"id\":\"s\",\"name\":{\"a\":1}}"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct record *record = make_snapshot(texts[i]);
        ck_assert_str_eq(record->name, "");
        ck_assert_uint_eq(record->name_bytes, 0);
        record_unref(record);
    }
}
END_TEST

START_TEST(without_a_valid_id_it_is_no_record)
{
    static const char *const texts[] = {"{}",
                                        "{\"id\":null}",
                                        "{\"id\":7}",
                                        "{\"id\":\"\"}",
                                        "{\"id\":\"..\"}",
                                        "{\"id\":\"ab\\u0000c\"}",
                                        "[]",
                                        "null",
                                        "\"secret-text\""};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct problem problem = {.kind = PROBLEM_NONE};
        ck_assert_ptr_null(make(&kind_drives, DIALECT_DOCS, texts[i], &problem));
        /* An object has no id; else it is no resource at all. */
        ck_assert_int_eq(problem.kind, texts[i][0] == '{' ? PROBLEM_NOT_FOUND : PROBLEM_PROTOCOL);
        ck_assert_ptr_nonnull(strstr(problem.message, "drive"));
        ck_assert_ptr_null(strstr(problem.message, "secret-text"));
    }
}
END_TEST

START_TEST(a_singleton_needs_no_id)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct record *record =
        make(&kind_utilization, DIALECT_OPENAPI, "{\"teamId\":\"t\",\"datasets\":1}", &problem);

    ck_assert_ptr_nonnull(record);
    ck_assert_str_eq(record->id, "");
    record_unref(record);
}
END_TEST

/* holds: cost-3 */
START_TEST(an_item_without_its_completing_key_is_incomplete)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct record *bare = make(&kind_providers, DIALECT_DOCS, "{\"id\":\"p\"}", &problem);
    struct record *null =
        make(&kind_providers, DIALECT_DOCS, "{\"id\":\"p\",\"s3Config\":null}", &problem);
    struct record *flat = make(&kind_providers, DIALECT_OPENAPI, "{\"id\":\"p\"}", &problem);

    ck_assert(!bare->complete);
    ck_assert(null->complete);
    ck_assert(flat->complete);
    record_unref(bare);
    record_unref(null);
    record_unref(flat);
}
END_TEST

START_TEST(another_mtime_is_another_record_of_the_same_text)
{
    struct record *record = make_snapshot("{\"id\":\"sl1\",\"name\":\"a\\u0000b\"}");
    struct record *later = record_with_mtime(record, 42);

    ck_assert(record_equal(record, later));
    ck_assert_int_eq(later->mtime_ms, 42);
    ck_assert_uint_eq(later->name_bytes, 3);
    ck_assert_ptr_eq(later->kind, record->kind);
    ck_assert_ptr_ne(later->json, record->json);
    record_unref(record_ref(record));
    record_unref(record);
    record_unref(later);
    record_unref(NULL);
}
END_TEST

START_TEST(a_record_can_be_parsed_again)
{
    struct record *record = make_snapshot("{\"id\":\"sl1\",\"storageSize\":18446744073709551616}");
    struct json_object *object = record_parse(record);
    struct buf text = BUF_EMPTY;

    ck_assert(json_print(&text, object));
    ck_assert_str_eq(buf_text(&text), record->json);
    buf_finish(&text);
    json_object_put(object);
    record_unref(record);
}
END_TEST

START_TEST(members_are_found_once_for_all_threads)
{
    struct record *record = make_snapshot("{\"id\":\"sl1\",\"x\":{\"y\":[1]},\"name\":\"n\"}");
    struct json_index *own;
    uint64_t before = json_readings();
    const struct json_index *index = record_index(record, &own);

    ck_assert_ptr_nonnull(index);
    ck_assert_ptr_null(own);
    ck_assert_uint_eq(index->count, 4);
    ck_assert_ptr_eq(record_index(record, &own), index);
    ck_assert_uint_eq(json_readings() - before, 1);
    record_unref(record);
}
END_TEST

/* check's assertions are for one thread at a time: 0 is what is wrong. */
static void *look(void *record)
{
    struct json_index *own;
    size_t count = record_index(record, &own)->count;

    return (void *)(own == NULL ? count : 0);
}

START_TEST(threads_that_ask_at_once_share_the_members)
{
    for (int round = 0; round < 200; round++) {
        struct record *record = make_snapshot("{\"id\":\"sl1\",\"name\":\"n\"}");
        pthread_t threads[4];
        void *count;

        for (int i = 0; i < 4; i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, look, record), 0);
        for (int i = 0; i < 4; i++) {
            pthread_join(threads[i], &count);
            ck_assert_uint_eq((size_t)count, 2);
        }
        record_unref(record);
    }
}
END_TEST

#define MANY_MEMBERS 90000
#define MANY_RECORDS 40

/* Beyond what all records may keep, one is made for the caller. */
START_TEST(what_is_kept_of_members_has_an_end)
{
    struct json_object *object = json_object_new_object();
    struct record *records[MANY_RECORDS];
    struct problem problem;
    size_t kept = 0;
    char key[16];

    json_object_object_add(object, "id", json_object_new_string("sl1"));
    for (int i = 0; i < MANY_MEMBERS; i++) {
        snprintf(key, sizeof key, "%d", i);
        json_object_object_add(object, key, NULL);
    }
    for (int i = 0; i < MANY_RECORDS; i++) {
        struct json_index *own;
        records[i] = record_from_json(&kind_snapshots, DIALECT_DOCS, object, &problem);
        ck_assert_uint_eq(record_index(records[i], &own)->count, MANY_MEMBERS + 1);
        kept += own == NULL;
        free(own);
    }
    ck_assert_uint_gt(kept, 10);
    ck_assert_uint_lt(kept, MANY_RECORDS - 5);
    for (int i = 0; i < MANY_RECORDS; i++)
        record_unref(records[i]);
    json_object_put(object);
}
END_TEST

START_TEST(a_list_owns_its_records)
{
    struct record_list list = RECORD_LIST_EMPTY;
    struct record *record = make_snapshot("{\"id\":\"sl1\"}");

    for (size_t i = 0; i < 100; i++)
        ck_assert(record_list_add(&list, record_ref(record)));
    ck_assert_uint_eq(list.count, 100);
    ck_assert_uint_eq(atomic_load(&record->refs), 101);
    record_list_finish(&list);
    ck_assert_uint_eq(list.count, 0);
    ck_assert_uint_eq(atomic_load(&record->refs), 1);
    record_unref(record);
}
END_TEST

/* --- events ------------------------------------------------------------------------------------
 */

static bool read_event(const char *json, struct event *event)
{
    struct json_object *object = NULL;

    ck_assert_int_eq(json_read(json, strlen(json), &object, NULL), JSON_OK);
    bool ok = event_from_json(object, event);
    json_object_put(object);
    return ok;
}

START_TEST(an_event_is_read)
{
    struct event event;

    ck_assert(read_event("{\"id\":\"ev1\",\"name\":\"snapshot-create\",\"state\":\"in progress\","
                         "\"machineId\":\"ps1\",\"dtCreated\":\"2026-01-01T00:00:00Z\","
                         "\"dtStarted\":null,\"dtFinished\":{},\"error\":null}",
                         &event));
    ck_assert_str_eq(event.id, "ev1");
    ck_assert_str_eq(event.name, "snapshot-create");
    ck_assert_str_eq(event.state, "in progress");
    ck_assert_str_eq(event.machine_id, "ps1");
    ck_assert_str_eq(event.dt_created, "2026-01-01T00:00:00Z");
    ck_assert_str_eq(event.dt_started, "");
    ck_assert_str_eq(event.dt_finished, "");
    ck_assert_str_eq(event.error, "");
}
END_TEST

START_TEST(what_is_no_object_is_no_event)
{
    struct event event = {.id = "x"};

    ck_assert(!event_from_json(NULL, &event));
    ck_assert_str_eq(event.id, "");
    ck_assert(!read_event("[]", &event));
    ck_assert(!read_event("\"done\"", &event));
}
END_TEST

START_TEST(long_strings_are_cut_between_characters)
{
    struct event event;

    ck_assert(read_event("{\"state\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                         "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\",\"error\":"
                         "{\"message\":\"no\\nspace\"}}",
                         &event));
    ck_assert_uint_eq(strlen(event.state), 22);
    ck_assert_str_eq(event.error, "no space");
}
END_TEST

/* holds: event-5 */
START_TEST(outcomes_are_read_in_order)
{
    static const struct {
        const char *json;
        enum event_outcome outcome;
    } rows[] = {
        {"{\"state\":\"new\"}", EVENT_UNFINISHED},
        {"{\"state\":\"in progress\",\"dtStarted\":\"2026-01-01T00:00:00Z\"}", EVENT_UNFINISHED},
        {"{\"state\":\"done\",\"error\":\"odd\"}", EVENT_SUCCEEDED},
        {"{\"state\":\"in progress\",\"error\":\"no space\"}", EVENT_FAILED},
        {"{\"state\":\"error\",\"error\":null,\"dtFinished\":\"2026-01-01T00:00:00Z\"}",
         EVENT_SUCCEEDED},
        {"{\"state\":\"error\",\"error\":\"x\",\"dtFinished\":\"2026-01-01T00:00:00Z\"}",
         EVENT_FAILED},
        {"{\"state\":\"error\",\"error\":null,\"dtFinished\":null}", EVENT_FAILED},
        {"{\"state\":\"cancelled\"}", EVENT_FAILED},
        {"{\"state\":\"cancelled\",\"dtFinished\":\"2026-01-01T00:00:00Z\"}", EVENT_FAILED},
        {"{\"state\":\"something new\",\"dtFinished\":\"2026-01-01T00:00:00Z\"}", EVENT_SUCCEEDED},
        {"{\"state\":\"something new\"}", EVENT_UNFINISHED},
        {"{}", EVENT_UNFINISHED},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event event;
        ck_assert(read_event(rows[i].json, &event));
        ck_assert_msg(event_outcome(&event) == rows[i].outcome, "%s", rows[i].json);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record");
    TCase *tcase = tcase_create("values");

    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, a_record_holds_what_was_sent);
    tcase_add_test(tcase, numbers_and_unknown_keys_stay_as_written);
    tcase_add_test(tcase, a_name_may_hold_nul_bytes);
    tcase_add_test(tcase, a_name_that_is_none_is_empty);
    tcase_add_test(tcase, without_a_valid_id_it_is_no_record);
    tcase_add_test(tcase, a_singleton_needs_no_id);
    tcase_add_test(tcase, an_item_without_its_completing_key_is_incomplete);
    tcase_add_test(tcase, another_mtime_is_another_record_of_the_same_text);
    tcase_add_test(tcase, a_record_can_be_parsed_again);
    tcase_add_test(tcase, members_are_found_once_for_all_threads);
    tcase_add_test(tcase, threads_that_ask_at_once_share_the_members);
    tcase_add_test(tcase, what_is_kept_of_members_has_an_end);
    tcase_add_test(tcase, a_list_owns_its_records);
    tcase_add_test(tcase, an_event_is_read);
    tcase_add_test(tcase, what_is_no_object_is_no_event);
    tcase_add_test(tcase, long_strings_are_cut_between_characters);
    tcase_add_test(tcase, outcomes_are_read_in_order);
    return run_tests(srunner_create(suite));
}
