/* SPDX-License-Identifier: MIT */
/* Arrays in pages, and what a list costs. */
#include "config.h"

#include "test_api_list.h"

#include "api/call.h"
#include "api_fake.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- paged arrays ------------------------------------------------------------------------------
 */

/* "[{"id":"s0"},…]" of the ids from `first`; freed by the caller. */
static char *array_of(unsigned first, unsigned count)
{
    struct buf text = BUF_EMPTY;

    ck_assert(buf_append_text(&text, "["));
    for (unsigned i = 0; i < count; i++)
        ck_assert(buf_printf(&text,
                             "%s{\"id\":\"s%u\",\"name\":\"snapshot %u\","
                             "\"machineId\":\"m%u\",\"storageSize\":%u}",
                             i == 0 ? "" : ",", first + i, first + i, i % 7, i));
    ck_assert(buf_append_text(&text, "]"));
    return text.data;
}

static void expect_count(int dialect, const struct kind *kind, const struct fake_step *steps,
                         size_t count)
{
    struct fake fake;
    struct record_list records;
    struct problem problem;

    fake_init(&fake, dialect, steps);
    int rc = list(&fake, kind, &records, &problem);
    ck_assert_msg(rc == 0, "%s %s", problem.message, fake.fault);
    ck_assert_uint_eq(records.count, count);
    record_list_finish(&records);
    fake_finish(&fake);
}

START_TEST(a_paged_array_goes_on_after_its_last_item)
{
    char *first = array_of(0, 120);
    char *second = array_of(120, 120);
    char *last = array_of(240, 5);
    const struct fake_step steps[] = {
        {.url = "/snapshots?limit=120", .status = 200, .body = first},
        {.url = "/snapshots?limit=120&after=s119", .status = 200, .body = second},
        {.url = "/snapshots?limit=120&after=s239", .status = 200, .body = last},
        {.url = NULL},
    };

    expect_count(DIALECT_OPENAPI, &kind_snapshots, steps, 245);
    expect_count(AUTO, &kind_snapshots, steps, 245);
    free(first);
    free(second);
    free(last);
}
END_TEST

START_TEST(a_page_of_another_size_or_of_nothing_new_is_the_last)
{
    char *full = array_of(0, 120);
    char *longer = array_of(0, 121);
    const struct fake_step same[] = {
        {.url = "/snapshots?limit=120", .status = 200, .body = full},
        {.url = "/snapshots?limit=120&after=s119", .status = 200, .body = full},
        {.url = NULL},
    };
    const struct fake_step empty[] = {
        {.url = "/snapshots?limit=120", .status = 200, .body = full},
        {.url = "/snapshots?limit=120&after=s119", .status = 200, .body = "[]"},
        {.url = NULL},
    };
    const struct fake_step all[] = {{.url = "/snapshots?limit=120", .status = 200, .body = longer},
                                    {.url = NULL}};

    expect_count(DIALECT_OPENAPI, &kind_snapshots, same, 120);
    expect_count(DIALECT_OPENAPI, &kind_snapshots, empty, 120);
    expect_count(DIALECT_OPENAPI, &kind_snapshots, all, 121);
    free(full);
    free(longer);
}
END_TEST

START_TEST(a_server_that_takes_no_limit_is_paged_until_nothing_new)
{
    static const struct fake_step paged[] = {
        {.url = "/snapshots?limit=120", .status = 400},
        {.url = "/snapshots", .status = 200, .body = "[{\"id\":\"a\"},{\"id\":\"b\"}]"},
        {.url = "/snapshots?after=b", .status = 200, .body = "[{\"id\":\"c\"}]"},
        {.url = "/snapshots?after=c", .status = 200, .body = "[]"},
        {.url = NULL},
    };
    static const struct fake_step strict[] = {
        {.url = "/snapshots?limit=120", .status = 400},
        {.url = "/snapshots", .status = 200, .body = "[{\"id\":\"a\"},{\"id\":\"b\"}]"},
        {.url = "/snapshots?after=b", .status = 400},
        {.url = NULL},
    };

    expect_ids(AUTO, &kind_snapshots, paged, "a b c", DIALECT_OPENAPI);
    expect_ids(AUTO, &kind_snapshots, strict, "a b", DIALECT_OPENAPI);
}
END_TEST

START_TEST(an_array_of_exactly_the_limit_is_whole_where_lists_are_not_paged)
{
    char *full = array_of(0, 120);
    const struct fake_step steps[] = {
        {.url = "/shared-drives?limit=120", .status = 200, .body = full}, {.url = NULL}};

    expect_count(AUTO, &kind_drives, steps, 120);
    free(full);
}
END_TEST

static bool count_progress(void *ctx, size_t items)
{
    struct buf *text = ctx;

    ck_assert(buf_printf(text, "%zu ", items));
    return true;
}

START_TEST(progress_is_told_after_each_page)
{
    static const struct fake_step steps[] = {
        {.url = "/shared-drives?limit=120",
         .status = 200,
         .body = "{\"items\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"nextPage\":\"x\"}"},
        {.url = "/shared-drives?limit=120&after=x",
         .status = 200,
         .body = "{\"items\":[{\"id\":\"c\"}]}"},
        {.url = NULL},
    };
    struct fake fake;
    struct record_list records = RECORD_LIST_EMPTY;
    struct buf text = BUF_EMPTY;

    fake_init(&fake, AUTO, steps);
    ck_assert_int_eq(
        api_list(fake.api, &kind_drives, &fake.cancel, count_progress, &text, &records, NULL), 0);
    ck_assert_str_eq(buf_text(&text), "2 3 ");
    buf_finish(&text);
    record_list_finish(&records);
    fake_finish(&fake);
}
END_TEST

START_TEST(a_hundred_thousand_items_take_no_time)
{
    char *body = array_of(0, 100000);
    const struct fake_step steps[] = {{.url = "/snapshots?limit=120", .status = 200, .body = body},
                                      {.url = NULL}};
    clock_t start = clock();

    expect_count(AUTO, &kind_snapshots, steps, 100000);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    ck_assert_msg(seconds < 30, "%f s", seconds); /* quadratic: minutes; sanitizers: seconds */
    free(body);
}
END_TEST

START_TEST(a_page_that_a_gateway_lost_is_asked_for_again)
{
    static const struct fake_step steps[] = {
        {.url = "/shared-drives?limit=120",
         .status = 200,
         .body = "{\"items\":[{\"id\":\"a\"}],\"nextPage\":\"x\"}"},
        {.url = "/shared-drives?limit=120&after=x", .status = 502, .body = "<p>no</p>"},
        {.url = "/shared-drives?limit=120&after=x",
         .status = 200,
         .body = "{\"items\":[{\"id\":\"b\"}]}"},
        {.url = NULL},
    };

    expect_ids(AUTO, &kind_drives, steps, "a b", DIALECT_DOCS);
}
END_TEST

START_TEST(the_key_is_read_again_once_a_list)
{
    static const struct fake_step steps[] = {
        {.url = "/shared-drives?limit=120", .status = 401},
        {.url = "/shared-drives?limit=120",
         .status = 200,
         .body = "{\"items\":[{\"id\":\"a\"}],\"nextPage\":\"x\"}"},
        {.url = "/shared-drives?limit=120&after=x",
         .status = 401,
         .body = "{\"code\":\"UNAUTHORIZED\",\"message\":\"no\"}"},
        {.url = NULL},
    };
    struct fake fake;
    struct record_list records;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    fake.next_key = "another-key";
    ck_assert_int_eq(list(&fake, &kind_drives, &records, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_UNAUTHORIZED);
    ck_assert_uint_eq(fake.unauthorized, 1);
    fake_finish(&fake);
}
END_TEST

/* A kind that only the documents' dialect has. */
START_TEST(what_an_api_does_not_have_is_not_asked_for)
{
    static const struct field fields[] = {{"id", FIELD_STRING, 0, NULL, NULL},
                                          {NULL, FIELD_STRING, 0, NULL, NULL}};
    static const struct kind networks = {.noun = "network",
                                         .plural = "networks",
                                         .path = "/private-networks",
                                         .shapes = {[DIALECT_DOCS] = {.fields = fields}}};
    static const struct fake_step none[] = {{.url = NULL}};
    static const struct fake_step one[] = {
        {.url = "/private-networks", .status = 200, .body = "{\"items\":[{\"id\":\"a\"}]}"},
        {.url = NULL},
    };
    struct fake fake;
    struct record_list records;
    struct problem problem;

    fake_init(&fake, DIALECT_OPENAPI, none);
    ck_assert_int_eq(list(&fake, &networks, &records, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_NOT_FOUND);
    ck_assert_str_eq(problem.message, "this API has no networks");
    fake_finish(&fake);
    expect_ids(DIALECT_DOCS, &networks, one, "a", DIALECT_DOCS);
    expect_ids(AUTO, &networks, one, "a", DIALECT_DOCS);
}
END_TEST

void add_page_tests(TCase *tcase)
{
    tcase_add_test(tcase, what_an_api_does_not_have_is_not_asked_for);
    tcase_add_test(tcase, a_paged_array_goes_on_after_its_last_item);
    tcase_add_test(tcase, a_page_of_another_size_or_of_nothing_new_is_the_last);
    tcase_add_test(tcase, a_server_that_takes_no_limit_is_paged_until_nothing_new);
    tcase_add_test(tcase, an_array_of_exactly_the_limit_is_whole_where_lists_are_not_paged);
    tcase_add_test(tcase, progress_is_told_after_each_page);
    tcase_add_test(tcase, a_hundred_thousand_items_take_no_time);
    tcase_add_test(tcase, a_page_that_a_gateway_lost_is_asked_for_again);
    tcase_add_test(tcase, the_key_is_read_again_once_a_list);
}
