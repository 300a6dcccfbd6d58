/* SPDX-License-Identifier: MIT */
/* Lists: paging in both dialects, and how the dialect is found out. */
#include "config.h"

#include "test_api_list.h"

#include "api/call.h"
#include "api_fake.h"
#include "run_tests.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int list(struct fake *fake, const struct kind *kind, struct record_list *out,
         struct problem *problem)
{
    *out = RECORD_LIST_EMPTY;
    *problem = (struct problem){.kind = PROBLEM_NONE};
    return api_list(fake->api, kind, &fake->cancel, NULL, NULL, out, problem);
}

/* Lists by `steps` and compares the ids, which `ids` joins by spaces. */
void expect_ids(int dialect, const struct kind *kind, const struct fake_step *steps,
                const char *ids, enum dialect found)
{
    struct fake fake;
    struct record_list records;
    struct problem problem;
    struct buf text = BUF_EMPTY;

    fake_init(&fake, dialect, steps);
    int rc = list(&fake, kind, &records, &problem);
    ck_assert_msg(rc == 0, "%s %s", problem.message, fake.fault);
    for (size_t i = 0; i < records.count; i++)
        ck_assert(buf_printf(&text, "%s%s", i == 0 ? "" : " ", records.records[i]->id));
    ck_assert_str_eq(buf_text(&text), ids);
    ck_assert_int_eq(api_dialect(fake.api), found);
    ck_assert(api_dialect_known(fake.api));
    buf_finish(&text);
    record_list_finish(&records);
    fake_finish(&fake);
}

static void expect_problem(int dialect, const struct kind *kind, const struct fake_step *steps,
                           enum problem_kind problem_kind, const char *words)
{
    struct fake fake;
    struct record_list records;
    struct problem problem;

    fake_init(&fake, dialect, steps);
    ck_assert_int_eq(list(&fake, kind, &records, &problem), -1);
    ck_assert_msg(problem.kind == problem_kind, "%s", problem.message);
    ck_assert_msg(strstr(problem.message, words) != NULL, "%s", problem.message);
    ck_assert_int_ne(problem.status, 0); /* it was answered */
    ck_assert_uint_eq(records.count, 0);
    ck_assert_ptr_null(records.records);
    fake_finish(&fake);
}

START_TEST(every_page_is_followed)
{
    static const struct fake_step steps[] = {
        {.url = "/shared-drives?limit=120",
         .status = 200,
         .body = "{\"hasMore\":true,\"items\":[{\"id\":\"a\"},{\"id\":\"b\"}],"
                 "\"nextPage\":\"c/1 +&=?\"}"},
        {.url = "/shared-drives?limit=120&after=c%2F1%20%2B%26%3D%3F",
         .status = 200,
         .body = "{\"hasMore\":true,\"items\":[{\"id\":\"c\"}],\"nextPage\":\"two\"}"},
        {.url = "/shared-drives?limit=120&after=two",
         .status = 200,
         .body = "{\"hasMore\":false,\"items\":[{\"id\":\"d\"}],\"nextPage\":null}"},
        {.url = NULL},
    };

    expect_ids(AUTO, &kind_drives, steps, "a b c d", DIALECT_DOCS);
    expect_ids(DIALECT_DOCS, &kind_drives, steps, "a b c d", DIALECT_DOCS);
}
END_TEST

START_TEST(each_way_to_say_the_end_is_understood)
{
    static const char *const ends[] = {
        "{\"hasMore\":false,\"items\":[{\"id\":\"a\"}]}",
        "{\"hasMore\":false,\"items\":[{\"id\":\"a\"}],\"nextPage\":null}",
        "{\"hasMore\":false,\"items\":[{\"id\":\"a\"}],\"nextPage\":\"\"}",
        "{\"hasMore\":false,\"items\":[{\"id\":\"a\"}],\"nextPage\":\"more\"}",
        "{\"hasMore\":true,\"items\":[{\"id\":\"a\"}]}",
        "{\"hasMore\":true,\"items\":[{\"id\":\"a\"}],\"nextPage\":\"\"}",
        "{\"items\":[{\"id\":\"a\"}],\"nextPage\":null}",
        " {\"items\":[{\"id\":\"a\"}], \"extra\":{}}\n",
    };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const struct fake_step steps[] = {
            {.url = "/snapshots?limit=120", .status = 200, .body = ends[i]}, {.url = NULL}};
        expect_ids(AUTO, &kind_snapshots, steps, "a", DIALECT_DOCS);
    }
}
END_TEST

START_TEST(repeated_items_are_dropped)
{
    static const struct fake_step steps[] = {
        {.url = "/snapshots?limit=120",
         .status = 200,
         .body = "{\"hasMore\":true,\"items\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"a\"}],"
                 "\"nextPage\":\"1\"}"},
        {.url = "/snapshots?limit=120&after=1",
         .status = 200,
         .body = "{\"hasMore\":true,\"items\":[{\"id\":\"b\"},{\"id\":\"c\"}],"
                 "\"nextPage\":2}"},
        {.url = "/snapshots?limit=120&after=2",
         .status = 200,
         .body = "{\"hasMore\":false,\"items\":[{\"id\":\"a\"}]}"},
        {.url = NULL},
    };

    expect_ids(AUTO, &kind_snapshots, steps, "a b c", DIALECT_DOCS);
}
END_TEST

START_TEST(a_cursor_that_comes_back_is_an_error)
{
    static const struct fake_step steps[] = {
        {.url = "/snapshots?limit=120",
         .status = 200,
         .body = "{\"hasMore\":true,\"items\":[{\"id\":\"a\"}],\"nextPage\":\"x\"}"},
        {.url = "/snapshots?limit=120&after=x",
         .status = 200,
         .body = "{\"hasMore\":true,\"items\":[{\"id\":\"b\"}],\"nextPage\":\"y\"}"},
        {.url = "/snapshots?limit=120&after=y",
         .status = 200,
         .body = "{\"hasMore\":true,\"items\":[{\"id\":\"c\"}],\"nextPage\":\"x\"}"},
        {.url = NULL},
    };

    expect_problem(AUTO, &kind_snapshots, steps, PROBLEM_PROTOCOL, "GET /snapshots: ");
}
END_TEST

/* holds: cost-7 */
START_TEST(ever_new_cursors_without_items_are_an_error)
{
    static struct fake_step steps[13];
    static char urls[12][64];
    static char bodies[12][64];

    for (int i = 0; i < 11; i++) {
        snprintf(urls[i], sizeof urls[i], "/snapshots?limit=120&after=c%d", i);
        snprintf(bodies[i], sizeof bodies[i], "{\"items\":[],\"nextPage\":\"c%d\"}", i + 1);
        steps[i] = (struct fake_step){
            .url = i == 0 ? "/snapshots?limit=120" : urls[i], .status = 200, .body = bodies[i]};
    }
    expect_problem(AUTO, &kind_snapshots, steps, PROBLEM_PROTOCOL, "no end");
}
END_TEST

START_TEST(a_list_without_end_has_one)
{
    static const struct fake_step steps[] = {
        {.url = "/snapshots?limit=120",
         .status = 200,
         .body = "{\"items\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"a\"}],\"nextPage\":\"x\"}"},
        {.url = "/snapshots?limit=120&after=x",
         .status = 200,
         .body = "{\"items\":[{\"id\":\"c\"},{\"id\":\"d\"}],\"nextPage\":\"y\"}"},
        {.url = NULL},
    };
    static const struct {
        size_t items;
        size_t bytes;
        const char *words;
    } rows[] = {
        {3, 0, "GET /snapshots: the list has more than 3 items"},
        {0, 40, "GET /snapshots: the list has more than 40 bytes"}, /* 10 an item, 1 a cursor */
        {0, 41, "GET /snapshots: the list has more than 41 bytes"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake fake;
        struct record_list records;
        struct problem problem;
        fake_init(&fake, AUTO, steps);
        fake.api->config.max_list_items = rows[i].items;
        fake.api->config.max_list_bytes = rows[i].bytes;
        ck_assert_int_eq(list(&fake, &kind_snapshots, &records, &problem), -1);
        ck_assert_int_eq(problem.kind, PROBLEM_TOO_LARGE);
        ck_assert_int_eq(problem.status, 200);
        ck_assert_str_eq(problem.message, rows[i].words);
        ck_assert_ptr_null(records.records);
        fake_finish(&fake);
    }
}
END_TEST

START_TEST(a_list_of_just_the_length_allowed_is_fine)
{
    static const struct fake_step steps[] = {
        {.url = "/snapshots?limit=120",
         .status = 200,
         .body = "{\"items\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"nextPage\":\"x\"}"},
        {.url = "/snapshots?limit=120&after=x",
         .status = 200,
         .body = "{\"items\":[{\"id\":\"b\"},{\"id\":\"c\"}]}"},
        {.url = NULL},
    };
    struct fake fake;
    struct record_list records;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    fake.api->config.max_list_items = 3;
    fake.api->config.max_list_bytes = 31;
    ck_assert_int_eq(list(&fake, &kind_snapshots, &records, &problem), 0);
    ck_assert_uint_eq(records.count, 3);
    record_list_finish(&records);
    fake_finish(&fake);
}
END_TEST

START_TEST(a_bare_array_is_whole_where_lists_are_not_paged)
{
    static const struct fake_step steps[] = {
        {.url = "/shared-drives?limit=120", .status = 200, .body = "[{\"id\":\"a\"}]"},
        {.url = NULL},
    };

    expect_ids(AUTO, &kind_drives, steps, "a", DIALECT_OPENAPI);
}
END_TEST

START_TEST(an_empty_account_tells_the_dialect_too)
{
    static const struct fake_step array[] = {
        {.url = "/storage-providers?limit=120", .status = 200, .body = "[]"}, {.url = NULL}};
    static const struct fake_step page[] = {{.url = "/storage-providers?limit=120",
                                             .status = 200,
                                             .body = "{\"hasMore\":false,\"items\":[]}"},
                                            {.url = NULL}};

    expect_ids(AUTO, &kind_providers, array, "", DIALECT_OPENAPI);
    expect_ids(AUTO, &kind_providers, page, "", DIALECT_DOCS);
}
END_TEST

START_TEST(a_known_array_dialect_sends_no_query_where_there_is_none)
{
    static const struct fake_step steps[] = {
        {.url = "/shared-drives", .status = 200, .body = "[{\"id\":\"a\"}]"}, {.url = NULL}};

    expect_ids(DIALECT_OPENAPI, &kind_drives, steps, "a", DIALECT_OPENAPI);
}
END_TEST

/* holds: dialect-1 */
START_TEST(a_refused_query_is_left_out_from_then_on)
{
    static const struct fake_step steps[] = {
        {.url = "/shared-drives?limit=120", .status = 400, .body = "{\"message\":\"limit?\"}"},
        {.url = "/shared-drives", .status = 200, .body = "{\"items\":[],\"nextPage\":\"x\"}"},
        {.url = "/shared-drives?after=x", .status = 200, .body = "{\"items\":[{\"id\":\"a\"}]}"},
        {.url = "/shared-drives", .status = 200, .body = "{\"items\":[]}"},
        {.url = NULL},
    };
    struct fake fake;
    struct record_list records;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    ck_assert_int_eq(list(&fake, &kind_drives, &records, &problem), 0);
    record_list_finish(&records);
    ck_assert_int_eq(list(&fake, &kind_drives, &records, &problem), 0);
    record_list_finish(&records);
    fake_finish(&fake);
}
END_TEST

START_TEST(a_400_without_a_query_is_an_error)
{
    static const struct fake_step twice[] = {
        {.url = "/shared-drives?limit=120", .status = 400, .body = "{\"message\":\"one\"}"},
        {.url = "/shared-drives", .status = 400, .body = "{\"message\":\"two\"}"},
        {.url = NULL},
    };
    static const struct fake_step later[] = {
        {.url = "/shared-drives?limit=120",
         .status = 200,
         .body = "{\"items\":[{\"id\":\"a\"}],\"nextPage\":\"x\"}"},
        {.url = "/shared-drives?limit=120&after=x", .status = 400, .body = ""},
        {.url = NULL},
    };

    expect_problem(AUTO, &kind_drives, twice, PROBLEM_INVALID, "two");
    expect_problem(AUTO, &kind_drives, later, PROBLEM_INVALID, "GET /shared-drives: Bad Request");
}
END_TEST

START_TEST(the_other_style_is_refused_when_the_dialect_is_forced)
{
    static const struct fake_step array[] = {
        {.url = "/shared-drives?limit=120", .status = 200, .body = "[]"}, {.url = NULL}};
    static const struct fake_step page[] = {
        {.url = "/shared-drives", .status = 200, .body = "{\"items\":[]}"}, {.url = NULL}};

    expect_problem(DIALECT_DOCS, &kind_drives, array, PROBLEM_PROTOCOL, "dialect=auto");
    expect_problem(DIALECT_OPENAPI, &kind_drives, page, PROBLEM_PROTOCOL, "dialect=auto");
}
END_TEST

/* holds: dialect-1 */
START_TEST(the_first_list_decides)
{
    static const struct fake_step steps[] = {
        {.url = "/shared-drives?limit=120", .status = 200, .body = "[]"},
        {.url = "/storage-providers", .status = 200, .body = "{\"items\":[]}"},
        {.url = NULL},
    };
    struct fake fake;
    struct record_list records;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    ck_assert(!api_dialect_known(fake.api));
    ck_assert_int_eq(api_dialect(fake.api), DIALECT_DOCS);
    ck_assert_int_eq(list(&fake, &kind_drives, &records, &problem), 0);
    ck_assert_int_eq(api_dialect(fake.api), DIALECT_OPENAPI);
    ck_assert_int_eq(list(&fake, &kind_providers, &records, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_PROTOCOL);
    ck_assert_int_eq(api_dialect(fake.api), DIALECT_OPENAPI);
    fake_finish(&fake);
}
END_TEST

START_TEST(a_failed_list_decides_nothing)
{
    static const struct fake_step steps[] = {
        {.url = "/shared-drives?limit=120", .status = 403, .body = "[]"}, {.url = NULL}};
    struct fake fake;
    struct record_list records;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    ck_assert_int_eq(list(&fake, &kind_drives, &records, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_FORBIDDEN);
    ck_assert(!api_dialect_known(fake.api));
    fake_finish(&fake);
}
END_TEST

START_TEST(what_is_no_list_is_an_error)
{
    static const char *const bodies[] = {"{}",
                                         "null",
                                         "7",
                                         "{\"items\":null}",
                                         "{\"items\":{}}",
                                         "{\"hasMore\":false}",
                                         "{\"items\":[],\"nextPage\":{}}",
                                         "{\"items\":[],\"nextPage\":true}",
                                         "{\"items\":[7]}",
                                         "{\"items\":[null]}",
                                         "[{\"name\":\"no id\"}]"};

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        const struct fake_step steps[] = {
            {.url = "/shared-drives?limit=120", .status = 200, .body = bodies[i]}, {.url = NULL}};
        expect_problem(AUTO, &kind_drives, steps, PROBLEM_PROTOCOL, "GET /shared-drives: ");
    }
}
END_TEST

#define DRIVES_STEP .url = "/shared-drives?limit=120", .status = 200

START_TEST(what_is_wrong_with_a_list_is_said_with_its_place)
{
    static const struct fake_step item[] = {{DRIVES_STEP, .body = "{\"items\":[{\"id\":\"a\"},7]}"},
                                            {.url = NULL}};
    static const struct fake_step text[] = {
        {DRIVES_STEP, .body = "{\"items\":[{\"id\":\"a\",\"id\":\"b\"}]}"}, {.url = NULL}};

    expect_problem(AUTO, &kind_drives, item, PROBLEM_PROTOCOL,
                   "item 2: the answer holds a drive that is no object");
    expect_problem(AUTO, &kind_drives, text, PROBLEM_PROTOCOL, "item 1: two equal keys: id");
}
END_TEST

/* What has no id, in every form. */
static const char *const without_id[] = {"{}",
                                         "{\"name\":\"n\"}",
                                         "{\"id\":null}",
                                         "{\"id\":9}",
                                         "{\"id\":[\"a\"]}",
                                         "{\"id\":\"\"}",
                                         "{\"id\":\".\"}",
                                         "{\"id\":\"..\"}",
                                         "{\"id\":\"\\u0000a\"}"};

/* holds: id-4 */
START_TEST(only_what_has_no_id_is_left_out)
{
    char body[200];
    const struct fake_step steps[] = {{DRIVES_STEP, .body = body}, {.url = NULL}};
    struct record_list records;
    struct problem problem;
    struct fake fake;

    snprintf(body, sizeof body, "{\"items\":[{\"id\":\"s/2 .\"},%s,{\"id\":\"...\"},%s]}",
             without_id[_i], without_id[_i]);
    fake_init(&fake, AUTO, steps);
    ck_assert_int_eq(list(&fake, &kind_drives, &records, &problem), 0);
    ck_assert_uint_eq(records.count, 2);
    ck_assert_str_eq(records.records[0]->id, "s/2 .");
    ck_assert_str_eq(records.records[1]->id, "...");
    ck_assert_uint_eq(records.skipped, 2);
    ck_assert_uint_eq(records.first_skipped, 2);
    record_list_finish(&records);
    fake_finish(&fake);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_list");
    TCase *tcase = tcase_create("lists");

    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, every_page_is_followed);
    tcase_add_test(tcase, each_way_to_say_the_end_is_understood);
    tcase_add_test(tcase, repeated_items_are_dropped);
    tcase_add_test(tcase, a_cursor_that_comes_back_is_an_error);
    tcase_add_test(tcase, ever_new_cursors_without_items_are_an_error);
    tcase_add_test(tcase, a_list_without_end_has_one);
    tcase_add_test(tcase, a_list_of_just_the_length_allowed_is_fine);
    tcase_add_test(tcase, a_bare_array_is_whole_where_lists_are_not_paged);
    tcase_add_test(tcase, an_empty_account_tells_the_dialect_too);
    tcase_add_test(tcase, a_known_array_dialect_sends_no_query_where_there_is_none);
    tcase_add_test(tcase, a_refused_query_is_left_out_from_then_on);
    tcase_add_test(tcase, a_400_without_a_query_is_an_error);
    tcase_add_test(tcase, the_other_style_is_refused_when_the_dialect_is_forced);
    tcase_add_test(tcase, the_first_list_decides);
    tcase_add_test(tcase, a_failed_list_decides_nothing);
    tcase_add_test(tcase, what_is_no_list_is_an_error);
    tcase_add_test(tcase, what_is_wrong_with_a_list_is_said_with_its_place);
    tcase_add_loop_test(tcase, only_what_has_no_id_is_left_out, 0,
                        (int)(sizeof without_id / sizeof *without_id));
    add_page_tests(tcase);
    return run_tests(srunner_create(suite));
}
