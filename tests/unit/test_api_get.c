/* SPDX-License-Identifier: MIT */
/* One resource, asked for by its id. */
#include "config.h"

#include "test_api_change.h"

#include "api_fake.h"

#include <check.h>
#include <json-c/json.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
    struct api_change change = {.verb = CHANGE_DELETE, .kind = &kind_drives};
    struct api_outcome outcome;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        ck_assert_int_eq(api_get(fake.api, &kind_drives, ids[i], &fake.cancel, &record, &problem),
                         -1);
        ck_assert_int_eq(problem.kind, PROBLEM_INVALID);
        change.id = ids[i];
        ck_assert_int_eq(api_change(fake.api, &change, &fake.cancel, &outcome, &problem), -1);
        ck_assert_int_eq(api_event(fake.api, ids[i], &fake.cancel, &event, &problem), -1);
    }
    change =
        (struct api_change){.verb = CHANGE_DELETE, .kind = &kind_providers, .id = "utilization"};
    ck_assert_int_eq(api_change(fake.api, &change, &fake.cancel, &outcome, &problem), -1);
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

void add_get_tests(TCase *tcase)
{
    tcase_add_test(tcase, a_get_answers_the_resource);
    tcase_add_test(tcase, a_get_of_something_else_is_an_error);
    tcase_add_test(tcase, a_singleton_has_no_id);
    tcase_add_loop_test(tcase, what_is_no_utilization_is_refused, 0,
                        (int)(sizeof utilization_rows / sizeof *utilization_rows));
    tcase_add_test(tcase, what_a_get_answers_is_complete);
    tcase_add_test(tcase, ids_that_lead_elsewhere_are_never_sent);
    tcase_add_loop_test(tcase, an_id_is_sent_as_one_segment, 0,
                        (int)(sizeof id_rows / sizeof *id_rows));
}
