/* SPDX-License-Identifier: MIT */
/* Single resources: get, create, update, delete, restore, events, the session. */
#include "config.h"

#include "test_api_change.h"

#include "api_fake.h"
#include "run_tests.h"

#include <check.h>
#include <json-c/json.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const secrets[] = {"s3cr3t/value", NULL};

void get_drive(struct fake *fake, struct result *result)
{
    result->rc =
        api_get(fake->api, &kind_drives, "sd1", &fake->cancel, &result->record, &result->problem);
}

static void change(struct fake *fake, struct result *result, const struct api_change *change)
{
    struct api_outcome outcome;

    result->rc = api_change(fake->api, change, &fake->cancel, &outcome, &result->problem);
    result->record = outcome.record;
    result->event = outcome.event;
    result->told = outcome.told;
    ck_assert_int_eq(outcome.status, result->problem.status);
}

static void create_drive(struct fake *fake, struct result *result)
{
    change(fake, result,
           &(struct api_change){.verb = CHANGE_CREATE,
                                .kind = &kind_drives,
                                .body = "{\"name\":\"n\"}",
                                .secrets = secrets});
}

static void create_snapshot(struct fake *fake, struct result *result)
{
    change(fake, result,
           &(struct api_change){
               .verb = CHANGE_CREATE, .kind = &kind_snapshots, .body = "{\"name\":\"n\"}"});
}

static void update_drive(struct fake *fake, struct result *result)
{
    change(fake, result,
           &(struct api_change){.verb = CHANGE_UPDATE,
                                .kind = &kind_drives,
                                .id = "sd1",
                                .body = "{\"name\":\"m\"}",
                                .secrets = secrets});
}

static void delete_snapshot(struct fake *fake, struct result *result)
{
    change(fake, result,
           &(struct api_change){.verb = CHANGE_DELETE, .kind = &kind_snapshots, .id = "sl1"});
}

static void restore_snapshot(struct fake *fake, struct result *result)
{
    change(fake, result,
           &(struct api_change){
               .verb = CHANGE_RESTORE, .kind = &kind_snapshots, .id = "sl1", .body = "{}"});
}

static void restore_without_body(struct fake *fake, struct result *result)
{
    change(fake, result,
           &(struct api_change){.verb = CHANGE_RESTORE, .kind = &kind_snapshots, .id = "sl1"});
}

/* Every function of the API that changes something. */
static operation_fn *const changing[] = {create_drive,    create_snapshot,  update_drive,
                                         delete_snapshot, restore_snapshot, restore_without_body};

struct result run(int dialect, operation_fn *operation, const struct fake_step *steps)
{
    struct fake fake;
    struct result result = {.rc = 0};

    fake_init(&fake, dialect, steps);
    operation(&fake, &result);
    fake_finish(&fake);
    ck_assert_int_eq(result.rc == 0, result.problem.kind == PROBLEM_NONE);
    return result;
}

START_TEST(who_only_reads_sends_no_change)
{
    const struct fake_step none[] = {{.url = NULL}};
    struct result result = {.rc = 0};
    struct fake fake;

    fake_init(&fake, DIALECT_DOCS, none);
    fake_only_read(&fake, DIALECT_DOCS);
    changing[_i](&fake, &result);
    fake_finish(&fake);
    ck_assert_int_eq(result.rc, -1);
    ck_assert_int_eq(result.problem.kind, PROBLEM_WITHHELD);
    ck_assert_int_eq(result.problem.err, EROFS);
    ck_assert_ptr_null(result.record);
}
END_TEST

/* One request, one answer. */
struct result run_one(int dialect, operation_fn *operation, enum http_method method,
                      const char *url, const char *sent, long status, const char *body)
{
    const struct fake_step steps[] = {
        {.method = method, .url = url, .sent = sent, .status = status, .body = body},
        {.url = NULL}};

    return run(dialect, operation, steps);
}

void expect_problem(const struct result *result, enum problem_kind kind, const char *words)
{
    ck_assert_int_eq(result->rc, -1);
    ck_assert_ptr_null(result->record);
    ck_assert_msg(result->problem.kind == kind, "%s: %s", problem_kind_name(result->problem.kind),
                  result->problem.message);
    ck_assert_msg(strstr(result->problem.message, words) != NULL, "%s", result->problem.message);
}

/* --- create -------------------------------------------------------------------------------------
 */

START_TEST(a_create_answers_the_resource)
{
    static const struct {
        int dialect;
        long status;
    } rows[] = {{DIALECT_DOCS, 200}, {DIALECT_OPENAPI, 201}, {AUTO, 201}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct result result =
            run_one(rows[i].dialect, create_drive, HTTP_POST, "/shared-drives", "{\"name\":\"n\"}",
                    rows[i].status, "{\"id\":\"sd1\",\"name\":\"n\"}");
        ck_assert_int_eq(result.rc, 0);
        ck_assert_str_eq(result.record->id, "sd1");
        ck_assert_str_eq(result.event.id, "");
        record_unref(result.record);
    }
}
END_TEST

START_TEST(a_create_with_an_event_is_unwrapped)
{
    struct result result =
        run_one(DIALECT_DOCS, create_snapshot, HTTP_POST, "/snapshots", "{\"name\":\"n\"}", 200,
                "{\"data\":{\"id\":\"sl1\",\"name\":\"n\"},"
                "\"event\":{\"id\":\"ev1\",\"state\":\"new\"}}");

    ck_assert_int_eq(result.rc, 0);
    ck_assert_str_eq(result.record->id, "sl1");
    ck_assert_str_eq(result.event.id, "ev1");
    record_unref(result.record);
}
END_TEST

START_TEST(a_create_without_the_wrapper_is_understood)
{
    static const int dialects[] = {DIALECT_DOCS, DIALECT_OPENAPI, AUTO};

    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        struct result result = run_one(dialects[i], create_snapshot, HTTP_POST, "/snapshots",
                                       "{\"name\":\"n\"}", 201, "{\"id\":\"sl1\",\"name\":\"n\"}");
        ck_assert_int_eq(result.rc, 0);
        ck_assert_str_eq(result.record->id, "sl1");
        ck_assert_str_eq(result.event.id, "");
        record_unref(result.record);
    }
}
END_TEST

START_TEST(a_created_resource_that_can_not_be_read_is_of_unknown_outcome)
{
    static const char *const bodies[] = {"",   "<p>ok</p>", "{\"id\":\"sd",         "null",
                                         "{}", "[]",        "{\"data\":{\"id\":7}}"};

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct result result = run_one(AUTO, create_drive, HTTP_POST, "/shared-drives",
                                       "{\"name\":\"n\"}", 200, bodies[i]);
        expect_problem(&result, PROBLEM_UNKNOWN_OUTCOME, "POST /shared-drives was sent");
    }
}
END_TEST

START_TEST(a_refused_create_has_the_words_of_the_api)
{
    struct result result =
        run_one(AUTO, create_drive, HTTP_POST, "/shared-drives", "{\"name\":\"n\"}", 400,
                "{\"code\":\"BAD_REQUEST\",\"message\":\"size: Required\","
                "\"details\":{\"size\":[\"Required\"]}}");

    expect_problem(&result, PROBLEM_INVALID, "size: Required");
    ck_assert_str_eq(result.problem.message, "size: Required");
    ck_assert_str_eq(result.problem.code, "BAD_REQUEST");
    ck_assert_str_eq(result.problem.details, "size: Required");
    ck_assert_int_eq(result.problem.status, 400);
}
END_TEST

START_TEST(problems_hold_neither_key_nor_secrets)
{
    struct result result =
        run_one(AUTO, create_drive, HTTP_POST, "/shared-drives", "{\"name\":\"n\"}", 500,
                "{\"code\":\"" FAKE_KEY "\",\"message\":\"bad s3cr3t/value of " FAKE_KEY
                "\",\"details\":[\"s3cr3t\\/value\"]}");

    expect_problem(&result, PROBLEM_UNKNOWN_OUTCOME, "500 ");
    ck_assert_ptr_null(strstr(result.problem.message, "s3cr3t"));
    ck_assert_ptr_null(strstr(result.problem.message, FAKE_KEY));
    ck_assert_ptr_null(strstr(result.problem.code, FAKE_KEY));
    ck_assert_ptr_null(strstr(result.problem.details, "s3cr3t"));
}
END_TEST

/* --- update -------------------------------------------------------------------------------------
 */

START_TEST(an_update_answers_the_resource)
{
    struct result result = run_one(AUTO, update_drive, HTTP_PUT, "/shared-drives/sd1",
                                   "{\"name\":\"m\"}", 200, "{\"id\":\"sd1\",\"name\":\"m\"}");

    ck_assert_int_eq(result.rc, 0);
    ck_assert_int_eq(result.told, API_ANSWERED);
    ck_assert_str_eq(result.record->name, "m");
    record_unref(result.record);
}
END_TEST

/* A 2xx of another shape, to an update, and to a deletion in either dialect. */
START_TEST(what_another_answer_looks_like_is_told)
{
    static const struct {
        const char *body;
        enum api_answer told;
    } rows[] = {
        {"", API_ANSWERED_BADLY},
        {"\n", API_ANSWERED_BADLY},
        {"<p>ok</p>", API_ANSWERED_BADLY},
        {"{\"id\":\"sd", API_ANSWERED_BADLY},
        {"accepted", API_ANSWERED_BADLY},
        {"null", API_ANSWERED_OTHER},
        {"42", API_ANSWERED_OTHER},
        {"{}", API_ANSWERED_OTHER},
        {"{\"id\":\"other\"}", API_ANSWERED_OTHER},
        {"{\"data\":{},\"event\":null}", API_ANSWERED_OTHER},
        {"{\"data\":null,\"event\":{\"id\":\"ev1\"}}", API_ANSWERED_OTHER},
        {"[]", API_ANSWERED_OTHER},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct result update = run_one(AUTO, update_drive, HTTP_PUT, "/shared-drives/sd1",
                                       "{\"name\":\"m\"}", 200, rows[i].body);
        ck_assert_int_eq(update.rc, 0);
        ck_assert_ptr_null(update.record);
        ck_assert_msg(update.told == rows[i].told, "%s", rows[i].body);
        for (int dialect = 0; dialect < DIALECT_COUNT; dialect++) {
            struct result deletion = run_one(dialect, delete_snapshot, HTTP_DELETE,
                                             "/snapshots/sl1", NULL, 200, rows[i].body);
            bool blank = rows[i].body[strspn(rows[i].body, "\n")] == '\0';
            ck_assert_int_eq(deletion.rc, 0);
            ck_assert_int_eq(deletion.told,
                             blank && dialect == DIALECT_OPENAPI ? API_ANSWERED : rows[i].told);
        }
    }
}
END_TEST

START_TEST(an_answer_that_is_broken_is_told)
{
    static const enum problem_kind kinds[] = {PROBLEM_PROTOCOL, PROBLEM_TOO_LARGE};

    for (size_t i = 0; i < 2; i++) {
        const struct fake_step steps[] = {{.method = HTTP_DELETE,
                                           .url = "/snapshots/sl1",
                                           .problem = kinds[i],
                                           .progress = HTTP_SENT},
                                          {.url = NULL}};
        struct result result = run(AUTO, delete_snapshot, steps);
        ck_assert_int_eq(result.rc, 0);
        ck_assert_int_eq(result.told, API_ANSWERED_BADLY);
        ck_assert_int_eq(result.problem.status, 0);
    }
}
END_TEST

START_TEST(a_refused_update_keeps_status_and_code)
{
    struct result result =
        run_one(AUTO, update_drive, HTTP_PUT, "/shared-drives/sd1", "{\"name\":\"m\"}", 409,
                "{\"code\":\"CONFLICT\",\"message\":\"taken\"}");

    expect_problem(&result, PROBLEM_CONFLICT, "taken");
    ck_assert_int_eq(result.problem.status, 409);
    ck_assert_str_eq(result.problem.code, "CONFLICT");
}
END_TEST

/* --- delete and restore --------------------------------------------------------------------------
 */

START_TEST(a_delete_is_answered_as_its_dialect_does)
{
    static const struct {
        int dialect;
        long status;
        const char *body;
        const char *event;
        enum api_answer told;
    } rows[] = {
        {DIALECT_DOCS, 200, "{\"id\":\"sl1\"}", "", API_ANSWERED},
        {DIALECT_DOCS, 200, "{\"data\":{\"id\":\"sl1\"},\"event\":{\"id\":\"ev1\"}}", "ev1",
         API_ANSWERED},
        {DIALECT_DOCS, 204, NULL, "", API_ANSWERED_BADLY},
        {DIALECT_OPENAPI, 204, NULL, "", API_ANSWERED},
        {DIALECT_OPENAPI, 202, "", "", API_ANSWERED},
        {DIALECT_OPENAPI, 200, "{\"id\":\"sl1\"}", "", API_ANSWERED_OTHER},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct result result = run_one(rows[i].dialect, delete_snapshot, HTTP_DELETE,
                                       "/snapshots/sl1", NULL, rows[i].status, rows[i].body);
        ck_assert_int_eq(result.rc, 0);
        ck_assert_int_eq(result.told, rows[i].told);
        ck_assert_str_eq(result.event.id, rows[i].event);
        ck_assert_int_eq(result.problem.status, rows[i].status);
    }
}
END_TEST

static void look_at_drive(struct fake *fake, struct result *result)
{
    result->rc =
        api_look(fake->api, &kind_drives, "sd1", &fake->cancel, &result->record, &result->problem);
}

START_TEST(a_look_tells_what_is_gone_from_what_is_not_known)
{
    static const struct {
        long status;
        const char *body;
        int rc;
        bool there;
    } rows[] = {
        {200, "{\"id\":\"sd1\"}", 0, true},
        {404, "", 0, false},
        {410, "<p>gone</p>", 0, false},
        {200, "null", 0, false},
        {200, "{\"id\":\"sd2\"}", -1, false},
        {200, "{}", -1, false},
        {200, "<p>", -1, false},
        {200, "", -1, false},
        {403, "", -1, false},
        {500, "", -1, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct result result = run_one(AUTO, look_at_drive, HTTP_GET, "/shared-drives/sd1", NULL,
                                       rows[i].status, rows[i].body);
        ck_assert_int_eq(result.rc, rows[i].rc);
        ck_assert_int_eq(result.record != NULL, rows[i].there);
        record_unref(result.record);
    }
}
END_TEST

START_TEST(a_delete_of_what_is_gone_is_not_found)
{
    struct result result =
        run_one(AUTO, delete_snapshot, HTTP_DELETE, "/snapshots/sl1", NULL, 404, "");

    expect_problem(&result, PROBLEM_NOT_FOUND, "DELETE /snapshots/sl1: Not Found");
}
END_TEST

START_TEST(a_restore_is_done_when_the_answer_says_so)
{
    static const struct {
        const char *body;
        const char *event; /* NULL: in docs its outcome is unknown */
        bool json;         /* or nothing: done in openapi, which has no answer to it */
    } rows[] = {
        {"{\"data\":{\"id\":\"sl1\"},\"event\":{\"id\":\"ev1\",\"state\":\"new\"}}", "ev1", true},
        {"", NULL, true},
        {"null", NULL, true},
        {"{}", NULL, true},
        {"[]", NULL, true},
        {"{\"id\":\"sl1\"}", NULL, true},
        {"{\"error\":\"not now\"}", NULL, true},
        {"{\"data\":{\"id\":\"sl1\"}}", NULL, true},
        {"{\"data\":{\"id\":\"sl1\"},\"event\":null}", NULL, true},
        {"{\"data\":{\"id\":\"sl1\"},\"event\":{}}", NULL, true},
        {"{\"event\":{\"id\":\"ev1\",\"state\":\"new\"}}", NULL, true},
        {"<!doctype html><p>ok</p>", NULL, false},
        {"ok", NULL, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct result docs = run_one(DIALECT_DOCS, restore_snapshot, HTTP_POST,
                                     "/snapshots/sl1/restore", "{}", 200, rows[i].body);
        if (rows[i].event == NULL)
            expect_problem(&docs, PROBLEM_UNKNOWN_OUTCOME, "may have been carried out");
        else
            ck_assert_int_eq(docs.rc, 0);
        ck_assert_str_eq(docs.event.id, rows[i].event == NULL ? "" : rows[i].event);
        ck_assert_int_eq(docs.problem.status, 200);
        struct result openapi = run_one(DIALECT_OPENAPI, restore_without_body, HTTP_POST,
                                        "/snapshots/sl1/restore", NULL, 200, rows[i].body);
        if (rows[i].json)
            ck_assert_int_eq(openapi.rc, 0);
        else
            expect_problem(&openapi, PROBLEM_UNKNOWN_OUTCOME, "may have been carried out");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_change");
    TCase *tcase = tcase_create("resources");

    suite_add_tcase(suite, tcase);
    add_get_tests(tcase);
    tcase_add_test(tcase, a_create_answers_the_resource);
    tcase_add_test(tcase, a_create_with_an_event_is_unwrapped);
    tcase_add_test(tcase, a_create_without_the_wrapper_is_understood);
    tcase_add_test(tcase, a_created_resource_that_can_not_be_read_is_of_unknown_outcome);
    tcase_add_test(tcase, a_refused_create_has_the_words_of_the_api);
    tcase_add_test(tcase, problems_hold_neither_key_nor_secrets);
    tcase_add_test(tcase, an_update_answers_the_resource);
    tcase_add_test(tcase, what_another_answer_looks_like_is_told);
    tcase_add_test(tcase, an_answer_that_is_broken_is_told);
    tcase_add_test(tcase, a_refused_update_keeps_status_and_code);
    tcase_add_test(tcase, a_delete_is_answered_as_its_dialect_does);
    tcase_add_test(tcase, a_look_tells_what_is_gone_from_what_is_not_known);
    tcase_add_test(tcase, a_delete_of_what_is_gone_is_not_found);
    tcase_add_test(tcase, a_restore_is_done_when_the_answer_says_so);
    tcase_add_loop_test(tcase, who_only_reads_sends_no_change, 0,
                        sizeof changing / sizeof changing[0]);
    add_event_tests(tcase);
    return run_tests(srunner_create(suite));
}
