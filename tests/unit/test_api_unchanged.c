/* SPDX-License-Identifier: MIT */
/* Pages that the server need not send again: when it is asked so, and what a 304 means. */
#include "config.h"

#include "api/api.h"
#include "api_fake.h"
#include "run_tests.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define SNAPSHOTS    .url = "/snapshots?limit=120"
#define SECOND       .url = "/snapshots?limit=120&after=c2"
#define ITEM(id)     "{\"id\":\"" id "\",\"name\":\"n\",\"machineId\":\"m\",\"isAutoSnapshot\":false}"
#define PAGE(items)  "{\"hasMore\":false,\"items\":[" items "]}"
#define FIRST(items) "{\"hasMore\":true,\"items\":[" items "],\"nextPage\":\"c2\"}"
#define OK           .status = 200
#define END         \
    {               \
        .url = NULL \
    }

/* A list whose records are known from then on; its problem's kind. */
static enum problem_kind list_known(struct fake *fake, const char *ids)
{
    struct record_list records = RECORD_LIST_EMPTY;
    struct problem problem = {.kind = PROBLEM_NONE};
    struct buf text = BUF_EMPTY;

    if (api_list(fake->api, &kind_snapshots, &fake->cancel, NULL, NULL, &records, &problem) != 0)
        return problem.kind;
    for (size_t i = 0; i < records.count; i++)
        ck_assert(buf_printf(&text, "%s%s", i == 0 ? "" : " ", records.records[i]->id));
    ck_assert_str_eq(buf_text(&text), ids);
    buf_finish(&text);
    record_list_finish(&fake->known);
    fake->known = records;
    return PROBLEM_NONE;
}

/* Two lists, of the same ids. */
static void play(int dialect, const struct fake_step *steps, const char *ids)
{
    struct fake fake;

    fake_init(&fake, dialect, steps);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(list_known(&fake, ids), PROBLEM_NONE);
        ck_assert_str_eq(fake.fault, "");
    }
    fake_finish(&fake);
}

/* holds: http-21 */
START_TEST(a_304_brings_what_the_page_brought)
{
    static const struct fake_step steps[] = {
        {SNAPSHOTS, OK, .body = FIRST(ITEM("a") "," ITEM("b")), .etag = "\"1\""},
        {SECOND, OK, .body = PAGE(ITEM("c")), .etag = "W/\"2\""},
        {SNAPSHOTS, .condition = "\"1\"", .status = 304},
        {SECOND, .condition = "W/\"2\"", .status = 304},
        END};

    play(-1, steps, "a b c");
}
END_TEST

/* holds: http-21 */
START_TEST(the_records_of_a_304_are_those_that_are_known)
{
    static const struct fake_step steps[] = {
        {SNAPSHOTS, OK, .body = PAGE(ITEM("a") "," ITEM("b")), .etag = "\"1\""},
        {SNAPSHOTS, .condition = "\"1\"", .status = 304},
        END};
    struct fake fake;

    fake_init(&fake, -1, steps);
    ck_assert_int_eq(list_known(&fake, "a b"), PROBLEM_NONE);
    const struct record *first = fake.known.records[0];
    const struct record *second = fake.known.records[1];
    ck_assert_int_eq(list_known(&fake, "a b"), PROBLEM_NONE);
    ck_assert_ptr_eq(fake.known.records[0], first);
    ck_assert_ptr_eq(fake.known.records[1], second);
    fake_finish(&fake);
}
END_TEST

START_TEST(an_array_goes_on_behind_its_last_item)
{
    char items[120 * 80] = "[", next[64];
    struct fake_step steps[] = {{SNAPSHOTS, OK, .body = items, .etag = "\"1\""},
                                {.url = next, OK, .body = "[" ITEM("z") "]", .etag = "\"2\""},
                                {SNAPSHOTS, .condition = "\"1\"", .status = 304},
                                {.url = next, .condition = "\"2\"", .status = 304},
                                END};
    char ids[120 * 5 + 2] = "";

    for (int i = 0; i < 120; i++) {
        snprintf(items + strlen(items), sizeof items - strlen(items), "%s{\"id\":\"s%03d\"}",
                 i == 0 ? "" : ",", i);
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "s%03d ", i);
    }
    strcat(items, "]");
    strcat(ids, "z");
    snprintf(next, sizeof next, "/snapshots?limit=120&after=s119");
    play(DIALECT_OPENAPI, steps, ids);
}
END_TEST

START_TEST(an_empty_page_may_be_unchanged_too)
{
    static const struct fake_step steps[] = {{SNAPSHOTS, OK, .body = PAGE(""), .etag = "\"1\""},
                                             {SNAPSHOTS, .condition = "\"1\"", .status = 304},
                                             END};

    play(-1, steps, "");
}
END_TEST

/* holds: http-21 */
START_TEST(a_changed_page_is_taken_and_remembered_anew)
{
    static const struct fake_step steps[] = {
        {SNAPSHOTS, OK, .body = PAGE(ITEM("a")), .etag = "\"1\""},
        {SNAPSHOTS, .condition = "\"1\"", OK, .body = PAGE(ITEM("b")), .etag = "\"2\""},
        {SNAPSHOTS, .condition = "\"2\"", OK, .body = PAGE(ITEM("b"))},
        {SNAPSHOTS, OK, .body = PAGE(ITEM("b"))},
        END};
    struct fake fake;

    fake_init(&fake, -1, steps);
    ck_assert_int_eq(list_known(&fake, "a"), PROBLEM_NONE);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(list_known(&fake, "b"), PROBLEM_NONE);
    fake_finish(&fake);
}
END_TEST

/* --- when nothing is asked ------------------------------------------------------------------- */

START_TEST(without_an_etag_nothing_is_asked)
{
    static const struct fake_step steps[] = {
        {SNAPSHOTS, OK, .body = PAGE(ITEM("a"))}, {SNAPSHOTS, OK, .body = PAGE(ITEM("a"))}, END};

    play(-1, steps, "a");
}
END_TEST

START_TEST(a_page_with_what_has_no_id_is_always_sent)
{
    static const struct fake_step steps[] = {
        {SNAPSHOTS, OK, .body = PAGE(ITEM("a") ",{}"), .etag = "\"1\""},
        {SNAPSHOTS, OK, .body = PAGE(ITEM("a") ",{}"), .etag = "\"1\""},
        END};

    play(-1, steps, "a");
}
END_TEST

/* What is known by the time of the second list: another text, another order, one less, nothing. */
static const char *const changed[] = {"{\"id\":\"a\"},{\"id\":\"c\"}",
                                      "{\"id\":\"b\"},{\"id\":\"a\"}", "{\"id\":\"a\"}", ""};

/* holds: http-21 */
START_TEST(what_is_known_otherwise_is_always_sent)
{
    static const struct fake_step steps[] = {
        {SNAPSHOTS, OK, .body = PAGE("{\"id\":\"a\"},{\"id\":\"b\"}"), .etag = "\"1\""},
        {SNAPSHOTS, OK, .body = PAGE("{\"id\":\"a\"},{\"id\":\"b\"}"), .etag = "\"1\""},
        END};
    struct json_slice text = json_slice_of(changed[_i], strlen(changed[_i]));
    struct fake fake;
    char array[64];

    fake_init(&fake, -1, steps);
    ck_assert_int_eq(list_known(&fake, "a b"), PROBLEM_NONE);
    record_list_finish(&fake.known);
    snprintf(array, sizeof array, "[%.*s]", (int)text.size_bytes, text.text);
    struct json_walk each = json_walk_into(json_slice_of(array, strlen(array)));
    while (json_walk_next(&each))
        ck_assert(record_list_add(
            &fake.known, record_from_text(&kind_snapshots, DIALECT_DOCS, each.value, NULL)));
    ck_assert_int_eq(list_known(&fake, "a b"), PROBLEM_NONE);
    fake_finish(&fake);
}
END_TEST

START_TEST(another_cursor_is_another_page)
{
    static const struct fake_step steps[] = {
        {SNAPSHOTS, OK, .body = FIRST(ITEM("a"))},
        {SECOND, OK, .body = PAGE(ITEM("b")), .etag = "\"2\""},
        {SNAPSHOTS, OK, .body = "{\"hasMore\":true,\"items\":[" ITEM("a") "],\"nextPage\":\"c3\"}"},
        {.url = "/snapshots?limit=120&after=c3", OK, .body = PAGE(ITEM("b")), .etag = "\"2\""},
        END};

    play(-1, steps, "a b");
}
END_TEST

/* holds: http-21 */
START_TEST(another_key_is_told_nothing_of_before)
{
    static const struct fake_step steps[] = {
        {SNAPSHOTS, OK, .body = PAGE(ITEM("a")), .etag = "\"1\""},
        {SNAPSHOTS, OK, .body = PAGE(ITEM("a")), .etag = "\"1\""},
        {SNAPSHOTS, .condition = "\"1\"", .status = 401},
        {SNAPSHOTS, OK, .body = PAGE(ITEM("a")), .etag = "\"1\""},
        END};
    struct fake fake;

    fake_init(&fake, -1, steps);
    ck_assert_int_eq(list_known(&fake, "a"), PROBLEM_NONE);
    api_set_key(fake.api, "key-of-another-team-01");
    ck_assert_int_eq(list_known(&fake, "a"), PROBLEM_NONE);
    fake.next_key = "key-of-a-third-team-01";
    ck_assert_int_eq(list_known(&fake, "a"), PROBLEM_NONE);
    ck_assert_str_eq(fake.fault, "");
    fake_finish(&fake);
}
END_TEST

/* --- answers that are wrong --------------------------------------------------------------------
 */

/* holds: http-21 */
START_TEST(a_304_that_nobody_asked_for_is_no_answer)
{
    static const struct fake_step steps[] = {{SNAPSHOTS, .status = 304}, END};
    struct fake fake;

    fake_init(&fake, -1, steps);
    ck_assert_int_eq(list_known(&fake, ""), PROBLEM_PROTOCOL);
    fake_finish(&fake);
}
END_TEST

START_TEST(what_fails_leaves_what_was_remembered)
{
    static const struct fake_step steps[] = {
        {SNAPSHOTS, OK, .body = PAGE(ITEM("a")), .etag = "\"1\""},
        {SNAPSHOTS, .condition = "\"1\"", .status = 500, .body = "{}"},
        {SNAPSHOTS, .condition = "\"1\"", .status = 304},
        END};
    struct fake fake;

    fake_init(&fake, -1, steps);
    ck_assert_int_eq(list_known(&fake, "a"), PROBLEM_NONE);
    ck_assert_int_eq(list_known(&fake, ""), PROBLEM_SERVER);
    ck_assert_int_eq(list_known(&fake, "a"), PROBLEM_NONE);
    fake_finish(&fake);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_unchanged");
    TCase *tcase = tcase_create("unchanged");

    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_304_brings_what_the_page_brought);
    tcase_add_test(tcase, the_records_of_a_304_are_those_that_are_known);
    tcase_add_test(tcase, an_array_goes_on_behind_its_last_item);
    tcase_add_test(tcase, an_empty_page_may_be_unchanged_too);
    tcase_add_test(tcase, a_changed_page_is_taken_and_remembered_anew);
    tcase_add_test(tcase, without_an_etag_nothing_is_asked);
    tcase_add_test(tcase, a_page_with_what_has_no_id_is_always_sent);
    tcase_add_loop_test(tcase, what_is_known_otherwise_is_always_sent, 0,
                        (int)(sizeof changed / sizeof *changed));
    tcase_add_test(tcase, another_cursor_is_another_page);
    tcase_add_test(tcase, another_key_is_told_nothing_of_before);
    tcase_add_test(tcase, a_304_that_nobody_asked_for_is_no_answer);
    tcase_add_test(tcase, what_fails_leaves_what_was_remembered);
    return run_tests(srunner_create(suite));
}
