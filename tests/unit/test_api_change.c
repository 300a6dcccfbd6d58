/* SPDX-License-Identifier: MIT */
/* Single resources: get, create, update, delete, restore, events, the session. */
#include "config.h"

#include "api_fake.h"
#include "run_tests.h"

#include <check.h>
#include <json-c/json.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AUTO (-1)

/* What one call came to. */
struct result {
    int rc;
    struct record *record;
    struct event event;
    enum api_answer told;
    struct problem problem;
};

static const char *const secrets[] = {"s3cr3t/value", NULL};

typedef void operation_fn(struct fake *fake, struct result *result);

static void get_drive(struct fake *fake, struct result *result)
{
    result->rc =
        api_get(fake->api, &kind_drives, "sd1", &fake->cancel, &result->record, &result->problem);
}

static void create_drive(struct fake *fake, struct result *result)
{
    result->rc =
        api_create_resource(fake->api, &kind_drives, "{\"name\":\"n\"}", secrets, &fake->cancel,
                            &result->record, &result->event, &result->problem);
}

static void create_snapshot(struct fake *fake, struct result *result)
{
    result->rc =
        api_create_resource(fake->api, &kind_snapshots, "{\"name\":\"n\"}", NULL, &fake->cancel,
                            &result->record, &result->event, &result->problem);
}

static void update_drive(struct fake *fake, struct result *result)
{
    result->rc = api_update(fake->api, &kind_drives, "sd1", "{\"name\":\"m\"}", secrets,
                            &fake->cancel, &result->record, &result->told, &result->problem);
}

static void delete_snapshot(struct fake *fake, struct result *result)
{
    result->rc = api_delete(fake->api, &kind_snapshots, "sl1", &fake->cancel, &result->event,
                            &result->told, &result->problem);
}

static void restore_snapshot(struct fake *fake, struct result *result)
{
    result->rc = api_restore(fake->api, &kind_snapshots, "sl1", "{}", &fake->cancel, &result->event,
                             &result->problem);
}

static void restore_without_body(struct fake *fake, struct result *result)
{
    result->rc = api_restore(fake->api, &kind_snapshots, "sl1", NULL, &fake->cancel, &result->event,
                             &result->problem);
}

/* Every function of the API that changes something. */
static operation_fn *const changing[] = {create_drive,    create_snapshot,  update_drive,
                                         delete_snapshot, restore_snapshot, restore_without_body};

static struct result run(int dialect, operation_fn *operation, const struct fake_step *steps)
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
static struct result run_one(int dialect, operation_fn *operation, enum http_method method,
                             const char *url, const char *sent, long status, const char *body)
{
    const struct fake_step steps[] = {
        {.method = method, .url = url, .sent = sent, .status = status, .body = body},
        {.url = NULL}};

    return run(dialect, operation, steps);
}

static void expect_problem(const struct result *result, enum problem_kind kind, const char *words)
{
    ck_assert_int_eq(result->rc, -1);
    ck_assert_ptr_null(result->record);
    ck_assert_msg(result->problem.kind == kind, "%s: %s", problem_kind_name(result->problem.kind),
                  result->problem.message);
    ck_assert_msg(strstr(result->problem.message, words) != NULL, "%s", result->problem.message);
}

/* --- get ----------------------------------------------------------------------------------------
 */

START_TEST(a_get_answers_the_resource)
{
    static const char *const bodies[] = {
        "{\"id\":\"sd1\",\"size\":5000000000000000000000}",
        "{\"data\":{\"id\":\"sd1\",\"size\":5000000000000000000000}}"};

    for (size_t i = 0; i < 2; i++) {
        struct result result =
            run_one(AUTO, get_drive, HTTP_GET, "/shared-drives/sd1", NULL, 200, bodies[i]);
        ck_assert_int_eq(result.rc, 0);
        ck_assert_str_eq(result.record->json, "{\"id\":\"sd1\",\"size\":5000000000000000000000}");
        record_unref(result.record);
    }
}
END_TEST

START_TEST(a_get_of_something_else_is_an_error)
{
    static const char *const bodies[] = {"{\"id\":\"sd2\"}", "null", "[]", "{}", "{\"id\":5}"};

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct result result =
            run_one(AUTO, get_drive, HTTP_GET, "/shared-drives/sd1", NULL, 200, bodies[i]);
        ck_assert_int_eq(result.problem.status, 200);
        expect_problem(&result, PROBLEM_PROTOCOL, "GET /shared-drives/sd1: ");
    }
}
END_TEST

#define DOCS_SIX                                                                    \
    "\"datasetUsage\":\"1\",\"modelUsage\":\"2\",\"notebookWorkspaceUsage\":\"3\"," \
    "\"remainingFreeStorage\":\"4\",\"sharedStorageUsage\":\"5\",\"totalFreeStorage\":\"6\""
#define OPENAPI_FIVE \
    "{\"teamId\":\"t\",\"datasets\":1,\"models\":2,\"notebooks\":3,\"sharedStorage\":4}"

static void get_utilization(struct fake *fake, struct result *result)
{
    result->rc = api_get(fake->api, &kind_utilization, NULL, &fake->cancel, &result->record,
                         &result->problem);
}

START_TEST(a_singleton_has_no_id)
{
    struct result result =
        run_one(AUTO, get_utilization, HTTP_GET, "/storage-providers/utilization", NULL, 200,
                "{\"totalUsage\":\"12\"," DOCS_SIX ",\"more\":[]}");

    ck_assert_int_eq(result.rc, 0);
    ck_assert_str_eq(result.record->id, "");
    record_unref(result.record);
}
END_TEST

/* Which utilization is, in which dialect. */
static const struct utilization_row {
    int dialect;
    const char *body;
    bool fits;
} utilization_rows[] = {
    {DIALECT_DOCS, "{\"totalUsage\":\"12\"," DOCS_SIX "}", true},
    {DIALECT_DOCS, "{\"totalUsage\":12," DOCS_SIX "}", true},
    {DIALECT_DOCS, "{\"totalUsage\":\"-1\"," DOCS_SIX "}", true},
    {DIALECT_DOCS, "{" DOCS_SIX "}", false},
    {DIALECT_DOCS, "{\"totalUsage\":\"\"," DOCS_SIX "}", false},
    {DIALECT_DOCS, "{\"totalUsage\":\"12 GB\"," DOCS_SIX "}", false},
    {DIALECT_DOCS, "{\"totalUsage\":null," DOCS_SIX "}", false},
    {DIALECT_DOCS, "{\"totalUsage\":[]," DOCS_SIX "}", false},
    {DIALECT_DOCS, OPENAPI_FIVE, false},
    {DIALECT_OPENAPI, OPENAPI_FIVE, true},
    {DIALECT_OPENAPI, "{\"totalUsage\":\"12\"," DOCS_SIX "}", false},
    {AUTO, OPENAPI_FIVE, true},
    {AUTO, "{\"totalUsage\":\"12\"," DOCS_SIX "}", true},
    {AUTO, "{}", false},
    {AUTO, "[]", false},
    {AUTO, "null", false},
    {AUTO, "42", false},
    {AUTO, "{\"items\":[],\"hasMore\":false}", false},
    {AUTO, "{\"id\":\"sd1\",\"name\":\"data\"}", false},
};

START_TEST(what_is_no_utilization_is_refused)
{
    const struct utilization_row *row = &utilization_rows[_i];
    struct result result = run_one(row->dialect, get_utilization, HTTP_GET,
                                   "/storage-providers/utilization", NULL, 200, row->body);

    if (row->fits)
        ck_assert_msg(result.rc == 0, "%s: %s", row->body, result.problem.message);
    else
        expect_problem(&result, PROBLEM_PROTOCOL, "GET /storage-providers/utilization: ");
    record_unref(result.record);
}
END_TEST

static void get_provider(struct fake *fake, struct result *result)
{
    result->rc = api_get(fake->api, &kind_providers, "sp1", &fake->cancel, &result->record,
                         &result->problem);
}

START_TEST(what_a_get_answers_is_complete)
{
    struct result result = run_one(AUTO, get_provider, HTTP_GET, "/storage-providers/sp1", NULL,
                                   200, "{\"id\":\"sp1\",\"name\":\"n\"}");

    ck_assert_int_eq(result.rc, 0);
    ck_assert(result.record->complete);
    record_unref(result.record);
}
END_TEST

START_TEST(ids_that_lead_elsewhere_are_never_sent)
{
    static const struct fake_step steps[] = {{.url = NULL}};
    static const char *const ids[] = {"", ".", ".."};
    struct fake fake;
    struct record *record;
    struct event event;
    enum api_answer told;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        ck_assert_int_eq(api_get(fake.api, &kind_drives, ids[i], &fake.cancel, &record, &problem),
                         -1);
        ck_assert_int_eq(problem.kind, PROBLEM_INVALID);
        ck_assert_int_eq(
            api_delete(fake.api, &kind_drives, ids[i], &fake.cancel, &event, &told, &problem), -1);
        ck_assert_int_eq(api_event(fake.api, ids[i], &fake.cancel, &event, &problem), -1);
    }
    ck_assert_int_eq(
        api_delete(fake.api, &kind_providers, "utilization", &fake.cancel, &event, &told, &problem),
        -1);
    ck_assert_int_eq(problem.kind, PROBLEM_NOT_FOUND);
    fake_finish(&fake);
}
END_TEST

/* Whatever an id is, it is one segment. */
static const struct id_row {
    const char *id;
    const char *url;
} id_rows[] = {
    {"sdvkpg3v2v", "/shared-drives/sdvkpg3v2v"},
    {"sd.2", "/shared-drives/sd.2"},
    {"s 2", "/shared-drives/s%202"},
    {"s/2", "/shared-drives/s%2F2"},
    {"../x", "/shared-drives/..%2Fx"},
    {"...", "/shared-drives/..."},
    {"a?b=1&c#d", "/shared-drives/a%3Fb%3D1%26c%23d"},
    {"a%2fb", "/shared-drives/a%252fb"},
    {"a~b+c", "/shared-drives/a~b%2Bc"},
    {"\xc3\xa9\n", "/shared-drives/%C3%A9%0A"},
};

START_TEST(an_id_is_sent_as_one_segment)
{
    const struct id_row *row = &id_rows[_i];
    struct json_object *answer = json_object_new_object();
    struct record *record = NULL;
    struct problem problem;
    struct fake fake;

    json_object_object_add(answer, "id", json_object_new_string(row->id));
    const struct fake_step steps[] = {
        {.url = row->url, .status = 200, .body = json_object_to_json_string(answer)},
        {.url = NULL}};
    fake_init(&fake, AUTO, steps);
    ck_assert_int_eq(api_get(fake.api, &kind_drives, row->id, &fake.cancel, &record, &problem), 0);
    ck_assert_str_eq(record->id, row->id);
    record_unref(record);
    fake_finish(&fake);
    json_object_put(answer);
}
END_TEST

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

/* --- events and the session ----------------------------------------------------------------------
 */

static void get_event(struct fake *fake, struct result *result)
{
    result->rc = api_event(fake->api, "ev1", &fake->cancel, &result->event, &result->problem);
}

START_TEST(an_event_is_asked_for)
{
    struct result result = run_one(AUTO, get_event, HTTP_GET, "/machine-events/ev1", NULL, 200,
                                   "{\"id\":\"ev1\",\"state\":\"in progress\"}");

    ck_assert_int_eq(result.rc, 0);
    ck_assert_str_eq(result.event.state, "in progress");
}
END_TEST

static const char *const no_events[] = {
    "[]",
    "{}",
    "null",
    "42",
    "{\"id\":\"ev1\"}",
    "{\"state\":\"done\"}",
    "{\"id\":\"ev2\",\"state\":\"done\"}",
    "{\"id\":1,\"state\":\"done\"}",
    "{\"id\":\"ev1\",\"state\":{}}",
    "{\"data\":{\"id\":\"ev1\",\"state\":\"done\"}}",
};

START_TEST(what_is_no_event_is_refused)
{
    struct result result =
        run_one(AUTO, get_event, HTTP_GET, "/machine-events/ev1", NULL, 200, no_events[_i]);

    ck_assert_int_eq(result.problem.status, 200);
    expect_problem(&result, PROBLEM_PROTOCOL, "GET /machine-events/ev1: ");
}
END_TEST

static struct event events[3];
static size_t event_count;

static void get_machine_events(struct fake *fake, struct result *result)
{
    result->rc = api_machine_events(fake->api, "ps1/2", &fake->cancel, events, 3, &event_count,
                                    &result->problem);
}

#define EVENTS_URL "/machine-events?machineId=ps1%2F2&limit=3&orderBy=dtCreated&order=desc"

START_TEST(the_newest_events_of_a_machine_are_asked_for)
{
    struct result result =
        run_one(DIALECT_DOCS, get_machine_events, HTTP_GET, EVENTS_URL, NULL, 200,
                "{\"items\":[{\"id\":\"e1\"},7,{\"id\":\"e2\"},{\"id\":\"e3\"},"
                "{\"id\":\"e4\"}],\"hasMore\":true,\"nextPage\":\"x\"}");

    ck_assert_int_eq(result.rc, 0);
    ck_assert_uint_eq(event_count, 3);
    ck_assert_str_eq(events[1].id, "e2");
    result = run_one(DIALECT_DOCS, get_machine_events, HTTP_GET, EVENTS_URL, NULL, 200, "{}");
    expect_problem(&result, PROBLEM_PROTOCOL, "no list");
    ck_assert_uint_eq(event_count, 0);
    const struct fake_step none[] = {{.url = NULL}};
    result = run(DIALECT_OPENAPI, get_machine_events, none);
    expect_problem(&result, PROBLEM_NOT_FOUND, "no machine events");
}
END_TEST

START_TEST(where_there_are_no_events_none_is_asked_for)
{
    static const struct fake_step steps[] = {{.url = NULL}};
    struct result result = run(DIALECT_OPENAPI, get_event, steps);

    expect_problem(&result, PROBLEM_NOT_FOUND, "no machine events");
}
END_TEST

static void expect_session(int dialect, const struct fake_step *steps,
                           const struct api_session *expected)
{
    struct fake fake;
    struct api_session session;
    struct problem problem = {.kind = PROBLEM_NONE};

    fake_init(&fake, dialect, steps);
    ck_assert_int_eq(api_session(fake.api, &fake.cancel, &session, &problem), 0);
    ck_assert_int_eq(session.known, expected->known);
    ck_assert_int_eq(session.valid, expected->valid);
    ck_assert_str_eq(session.user, expected->user);
    ck_assert_str_eq(session.team, expected->team);
    fake_finish(&fake);
}

START_TEST(a_session_names_user_and_team)
{
    static const struct {
        long status;
        const char *body;
        struct api_session session;
    } rows[] = {
        {200,
         "{\"user\":{\"email\":\"a@b.c\"},\"team\":{\"id\":\"te1\",\"namespace\":\"ours\"}}",
         {true, true, "a@b.c", "ours"}},
        {200,
         "{\"user\":{\"email\":\"a@b.c\"},\"team\":{\"id\":\"te1\"}}",
         {true, true, "a@b.c", "te1"}},
        {200, "null", {true, false, "", ""}},
        {200, "{\"welcome\":1}", {false, false, "", ""}},
        {404, "<p>no</p>", {false, false, "", ""}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct fake_step steps[] = {
            {.url = "/auth/session", .status = rows[i].status, .body = rows[i].body},
            {.url = NULL}};
        expect_session(AUTO, steps, &rows[i].session);
    }
}
END_TEST

START_TEST(without_a_session_path_nothing_is_asked)
{
    static const struct fake_step steps[] = {{.url = NULL}};
    static const struct api_session unknown = {.known = false};

    expect_session(DIALECT_OPENAPI, steps, &unknown);
}
END_TEST

START_TEST(a_session_that_fails_is_an_error)
{
    static const struct fake_step steps[] = {{.url = "/auth/session", .status = 403},
                                             {.url = NULL}};
    struct fake fake;
    struct api_session session;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    ck_assert_int_eq(api_session(fake.api, &fake.cancel, &session, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_FORBIDDEN);
    ck_assert(!session.known);
    fake_finish(&fake);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_change");
    TCase *tcase = tcase_create("resources");

    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, a_get_answers_the_resource);
    tcase_add_test(tcase, a_get_of_something_else_is_an_error);
    tcase_add_test(tcase, a_singleton_has_no_id);
    tcase_add_loop_test(tcase, what_is_no_utilization_is_refused, 0,
                        (int)(sizeof utilization_rows / sizeof *utilization_rows));
    tcase_add_test(tcase, what_a_get_answers_is_complete);
    tcase_add_test(tcase, ids_that_lead_elsewhere_are_never_sent);
    tcase_add_loop_test(tcase, an_id_is_sent_as_one_segment, 0,
                        (int)(sizeof id_rows / sizeof *id_rows));
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
    tcase_add_test(tcase, an_event_is_asked_for);
    tcase_add_loop_test(tcase, what_is_no_event_is_refused, 0,
                        (int)(sizeof no_events / sizeof *no_events));
    tcase_add_test(tcase, the_newest_events_of_a_machine_are_asked_for);
    tcase_add_test(tcase, where_there_are_no_events_none_is_asked_for);
    tcase_add_test(tcase, a_session_names_user_and_team);
    tcase_add_test(tcase, without_a_session_path_nothing_is_asked);
    tcase_add_test(tcase, a_session_that_fails_is_an_error);
    return run_tests(srunner_create(suite));
}
