/* SPDX-License-Identifier: MIT */
/* Machine events, and whose session it is. */
#include "config.h"

#include "test_api_change.h"

#include "api_fake.h"

#include <check.h>
#include <json-c/json.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

void add_event_tests(TCase *tcase)
{
    tcase_add_test(tcase, an_event_is_asked_for);
    tcase_add_loop_test(tcase, what_is_no_event_is_refused, 0,
                        (int)(sizeof no_events / sizeof *no_events));
    tcase_add_test(tcase, the_newest_events_of_a_machine_are_asked_for);
    tcase_add_test(tcase, where_there_are_no_events_none_is_asked_for);
    tcase_add_test(tcase, a_session_names_user_and_team);
    tcase_add_test(tcase, without_a_session_path_nothing_is_asked);
    tcase_add_test(tcase, a_session_that_fails_is_an_error);
}
