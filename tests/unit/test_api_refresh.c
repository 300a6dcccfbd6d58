/* SPDX-License-Identifier: MIT */
/* Single resources that the server need not send again: when it is asked so, and what a 304
 * means. */
#include "config.h"

#include "api/api.h"
#include "api_fake.h"
#include "run_tests.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define DRIVE .url = "/shared-drives/sd1"
#define OK    .status = 200
#define A     "{\"id\":\"sd1\",\"name\":\"a\"}"
#define B     "{\"id\":\"sd1\",\"name\":\"b\"}"
#define END         \
    {               \
        .url = NULL \
    }

typedef int get_function(struct api *api, const struct kind *kind, const char *id,
                         struct cancel *cancel, struct record **out, struct problem *problem);

/* A GET, whose answer is known from then on; its problem's kind. */
static enum problem_kind ask(struct fake *fake, get_function *get, const char *json)
{
    struct record *record = NULL;
    struct problem problem = {.kind = PROBLEM_NONE};
    int rc = get(fake->api, &kind_drives, "sd1", &fake->cancel, &record, &problem);

    ck_assert_str_eq(fake->fault, "");
    ck_assert_int_eq(rc == 0, record != NULL);
    if (record == NULL)
        return problem.kind;
    ck_assert_str_eq(record->json, json);
    ck_assert(record->complete);
    record_list_finish(&fake->known);
    ck_assert(record_list_add(&fake->known, record));
    return PROBLEM_NONE;
}

static void shows(struct fake *fake, const char *json)
{
    ck_assert_int_eq(ask(fake, api_refresh, json), PROBLEM_NONE);
}

/* What each of some refreshes shows, the last one before NULL. */
static void play(const struct fake_step *steps, const char *const *jsons)
{
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, steps);
    for (; *jsons != NULL; jsons++)
        shows(&fake, *jsons);
    fake_finish(&fake);
}

/* --- what a 304 brings ----------------------------------------------------------------------- */

/* holds: http-22 */
START_TEST(a_304_brings_the_record_that_is_known)
{
    static const struct fake_step steps[] = {{DRIVE, OK, .body = A, .etag = "W/\"1\""},
                                             {DRIVE, .condition = "W/\"1\"", .status = 304},
                                             {DRIVE, .condition = "W/\"1\"", .status = 304},
                                             END};
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, steps);
    shows(&fake, A);
    const struct record *first = fake.known.records[0];
    for (int i = 0; i < 2; i++) {
        shows(&fake, A);
        ck_assert_ptr_eq(fake.known.records[0], first);
    }
    fake_finish(&fake);
}
END_TEST

#define UTILIZATION                                                                     \
    "{\"teamId\":\"t\",\"datasets\":1,\"models\":2,\"notebooks\":3,\"sharedStorage\":4" \
    "}"

/* holds: http-22 */
START_TEST(a_singleton_may_be_unchanged_too)
{
    static const struct fake_step steps[] = {
        {.url = "/storage-providers/utilization", OK, .body = UTILIZATION, .etag = "\"1\""},
        {.url = "/storage-providers/utilization", .condition = "\"1\"", .status = 304},
        END};
    struct problem problem;
    struct fake fake;

    fake_init(&fake, DIALECT_OPENAPI, steps);
    for (size_t i = 0; i < 2; i++) {
        struct record *record = NULL;
        ck_assert_int_eq(
            api_refresh(fake.api, &kind_utilization, NULL, &fake.cancel, &record, &problem), 0);
        ck_assert_str_eq(record->json, UTILIZATION);
        ck_assert(i == 0 || record == fake.known.records[0]);
        record_list_finish(&fake.known);
        ck_assert(record_list_add(&fake.known, record));
    }
    fake_finish(&fake);
}
END_TEST

/* holds: http-22 */
START_TEST(what_has_changed_is_taken_and_remembered_anew)
{
    static const struct fake_step steps[] = {
        {DRIVE, OK, .body = A, .etag = "\"1\""},
        {DRIVE, .condition = "\"1\"", OK, .body = B, .etag = "\"2\""},
        {DRIVE, .condition = "\"2\"", .status = 304},
        {DRIVE, .condition = "\"2\"", OK, .body = B, .etag = "\"3\""},
        {DRIVE, .condition = "\"3\"", OK, .body = A},
        {DRIVE, OK, .body = A},
        END};

    play(steps, (const char *const[]){A, B, B, B, A, A, NULL});
}
END_TEST

/* --- when nothing is asked ------------------------------------------------------------------- */

/* holds: http-22 */
START_TEST(without_an_etag_nothing_is_asked)
{
    static const struct fake_step steps[] = {{DRIVE, OK, .body = A}, {DRIVE, OK, .body = A}, END};

    play(steps, (const char *const[]){A, A, NULL});
}
END_TEST

/* What is known by the time of the second GET. */
static const char *const changed[] = {B, "{\"id\":\"sd1\",\"name\":\"a\",\"size\":1}",
                                      "{\"id\":\"sd2\",\"name\":\"a\"}", ""};

/* holds: http-22 */
START_TEST(what_is_known_otherwise_is_sent)
{
    static const struct fake_step steps[] = {{DRIVE, OK, .body = A, .etag = "\"1\""},
                                             {DRIVE, OK, .body = A, .etag = "\"1\""},
                                             {DRIVE, .condition = "\"1\"", .status = 304},
                                             END};
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, steps);
    shows(&fake, A);
    fake_know(&fake, changed[_i]);
    shows(&fake, A);
    shows(&fake, A);
    fake_finish(&fake);
}
END_TEST

/* holds: http-22 */
START_TEST(what_is_known_in_part_is_sent)
{
    static const struct fake_step steps[] = {
        {DRIVE, OK, .body = A, .etag = "\"1\""}, {DRIVE, OK, .body = A, .etag = "\"1\""}, END};
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, steps);
    shows(&fake, A);
    fake_know(&fake, A);
    fake.known.records[0]->complete = false;
    shows(&fake, A);
    fake_finish(&fake);
}
END_TEST

static get_function *const anew[] = {api_get, api_look};

/* holds: http-22 */
START_TEST(who_changes_or_judges_has_it_sent)
{
    static const struct fake_step steps[] = {{DRIVE, OK, .body = A, .etag = "\"1\""},
                                             {DRIVE, OK, .body = A, .etag = "\"2\""},
                                             {DRIVE, .condition = "\"2\"", .status = 304},
                                             END};
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, steps);
    shows(&fake, A);
    ck_assert_int_eq(ask(&fake, anew[_i], A), PROBLEM_NONE);
    shows(&fake, A);
    fake_finish(&fake);
}
END_TEST

/* One whose answer is lost, so that what is known stays. */
START_TEST(after_a_change_it_is_sent)
{
    static const struct fake_step steps[] = {
        {DRIVE, OK, .body = A, .etag = "\"1\""},
        {DRIVE, .method = HTTP_PUT, .sent = "{}", .status = 500, .body = "{}"},
        {DRIVE, OK, .body = A, .etag = "\"1\""},
        END};
    const struct api_change change = {
        .verb = CHANGE_UPDATE, .kind = &kind_drives, .id = "sd1", .body = "{}"};
    struct api_outcome outcome;
    struct problem problem;
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, steps);
    shows(&fake, A);
    ck_assert_int_eq(api_change(fake.api, &change, &fake.cancel, &outcome, &problem), -1);
    shows(&fake, A);
    fake_finish(&fake);
}
END_TEST

/* holds: http-22 */
START_TEST(another_key_is_told_nothing_of_before)
{
    static const struct fake_step steps[] = {
        {DRIVE, OK, .body = A, .etag = "\"1\""},      {DRIVE, OK, .body = A, .etag = "\"1\""},
        {DRIVE, .condition = "\"1\"", .status = 401}, {DRIVE, OK, .body = A, .etag = "\"1\""},
        {DRIVE, OK, .body = A, .etag = "\"1\""},      END};
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, steps);
    shows(&fake, A);
    api_set_key(fake.api, "key-of-another-team-01");
    shows(&fake, A);
    fake.next_key = "key-of-a-third-team-01";
    shows(&fake, A);
    shows(&fake, A);
    fake_finish(&fake);
}
END_TEST

/* --- how many are remembered ------------------------------------------------------------------ */

#define REMEMBERED 256

/* GETs the drive of that number, of which just its answer is known. */
static void get_one(struct fake *fake, struct fake_step *step, int number, bool remembered)
{
    char id[16], url[64], json[64];
    struct record *record = NULL;
    struct problem problem;

    snprintf(id, sizeof id, "sd%d", number);
    snprintf(url, sizeof url, "/shared-drives/%s", id);
    snprintf(json, sizeof json, "{\"id\":\"%s\"}", id);
    step[0] = (struct fake_step){.url = url, OK, .body = json, .etag = "\"1\""};
    step[1] = (struct fake_step)END;
    if (remembered)
        step[0] = (struct fake_step){.url = url, .condition = "\"1\"", .status = 304};
    fake_know(fake, json);
    fake->done = 0;
    ck_assert_int_eq(api_refresh(fake->api, &kind_drives, id, &fake->cancel, &record, &problem), 0);
    ck_assert_str_eq(record->json, json);
    record_unref(record);
}

/* holds: http-22 */
START_TEST(the_last_that_were_asked_for_are_remembered)
{
    struct fake_step step[2] = {END, END};
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, step);
    for (int i = 0; i < REMEMBERED; i++)
        get_one(&fake, step, i, false);
    get_one(&fake, step, 0, true);
    get_one(&fake, step, REMEMBERED, false);
    get_one(&fake, step, 0, true);
    for (int i = 2; i <= REMEMBERED; i++)
        get_one(&fake, step, i, true);
    get_one(&fake, step, 1, false);
    ck_assert_str_eq(fake.fault, "");
    step[0] = (struct fake_step)END;
    fake.done = fake.exchanges = 0;
    fake_finish(&fake);
}
END_TEST

/* --- answers that are wrong ------------------------------------------------------------------- */

/* holds: http-22 */
START_TEST(a_304_of_what_is_another_by_now_is_asked_for_anew)
{
    const struct fake_step steps[] = {
        {DRIVE, OK, .body = A, .etag = "\"1\""},
        {DRIVE, .condition = "\"1\"", .status = 304, .known = changed[_i]},
        {DRIVE, OK, .body = B, .etag = "\"2\""},
        {DRIVE, .condition = "\"2\"", .status = 304},
        END};

    play(steps, (const char *const[]){A, B, B, NULL});
}
END_TEST

/* holds: http-22 */
START_TEST(a_304_that_nobody_asked_for_is_no_answer)
{
    static const struct fake_step steps[] = {
        {DRIVE, .status = 304},
        {DRIVE, OK, .body = A, .etag = "\"1\""},
        {DRIVE, .status = 304},
        {DRIVE, .status = 304},
        {DRIVE, .condition = "\"1\"", .status = 304, .known = B},
        {DRIVE, .status = 304},
        END};
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, steps);
    ck_assert_int_eq(ask(&fake, api_refresh, ""), PROBLEM_PROTOCOL);
    shows(&fake, A);
    ck_assert_int_eq(ask(&fake, api_get, ""), PROBLEM_PROTOCOL);
    ck_assert_int_eq(ask(&fake, api_look, ""), PROBLEM_PROTOCOL);
    ck_assert_int_eq(ask(&fake, api_refresh, ""), PROBLEM_PROTOCOL);
    fake_finish(&fake);
}
END_TEST

START_TEST(what_fails_leaves_what_was_remembered)
{
    static const struct fake_step steps[] = {
        {DRIVE, OK, .body = A, .etag = "\"1\""},
        {DRIVE, .condition = "\"1\"", .status = 500, .body = "{}"},
        {DRIVE, .condition = "\"1\"", OK, .body = "[]", .etag = "\"2\""},
        {DRIVE, .condition = "\"1\"", .status = 304},
        END};
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, steps);
    shows(&fake, A);
    ck_assert_int_eq(ask(&fake, api_refresh, ""), PROBLEM_SERVER);
    ck_assert_int_eq(ask(&fake, api_refresh, ""), PROBLEM_PROTOCOL);
    shows(&fake, A);
    fake_finish(&fake);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_refresh");
    TCase *tcase = tcase_create("refresh");
    int others = (int)(sizeof changed / sizeof *changed);

    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_304_brings_the_record_that_is_known);
    tcase_add_test(tcase, a_singleton_may_be_unchanged_too);
    tcase_add_test(tcase, what_has_changed_is_taken_and_remembered_anew);
    tcase_add_test(tcase, without_an_etag_nothing_is_asked);
    tcase_add_loop_test(tcase, what_is_known_otherwise_is_sent, 0, others);
    tcase_add_test(tcase, what_is_known_in_part_is_sent);
    tcase_add_loop_test(tcase, who_changes_or_judges_has_it_sent, 0, 2);
    tcase_add_test(tcase, after_a_change_it_is_sent);
    tcase_add_test(tcase, another_key_is_told_nothing_of_before);
    tcase_add_test(tcase, the_last_that_were_asked_for_are_remembered);
    tcase_add_loop_test(tcase, a_304_of_what_is_another_by_now_is_asked_for_anew, 0, others);
    tcase_add_test(tcase, a_304_that_nobody_asked_for_is_no_answer);
    tcase_add_test(tcase, what_fails_leaves_what_was_remembered);
    return run_tests(srunner_create(suite));
}
