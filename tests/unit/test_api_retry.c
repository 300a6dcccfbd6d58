/* SPDX-License-Identifier: MIT */
/* What is tried again, for how long, and what a lost answer to a change means. */
#include "config.h"

#include "test_api_retry.h"

#include "api_fake.h"
#include "run_tests.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PUT_STEP    .method = HTTP_PUT, .url = "/shared-drives/sd1", .sent = "{}"
#define DELETE_STEP .method = HTTP_DELETE, .url = "/shared-drives/sd1"
#define LOST        .problem = PROBLEM_UNREACHABLE, .progress = HTTP_SENT
#define NOT_SENT    .problem = PROBLEM_UNREACHABLE, .progress = HTTP_NOT_SENT

int call(struct fake *fake, enum http_method method, struct problem *problem)
{
    const struct api_change change = {.verb = method == HTTP_PUT      ? CHANGE_UPDATE
                                              : method == HTTP_DELETE ? CHANGE_DELETE
                                                                      : CHANGE_CREATE,
                                      .kind = &kind_drives,
                                      .id = "sd1",
                                      .body = method == HTTP_DELETE ? NULL : "{}"};
    struct api_outcome outcome = {.record = NULL};
    int rc;

    *problem = (struct problem){.kind = PROBLEM_NONE};
    if (method == HTTP_GET)
        rc = api_get(fake->api, &kind_drives, "sd1", &fake->cancel, &outcome.record, problem);
    else
        rc = api_change(fake->api, &change, &fake->cancel, &outcome, problem);
    record_unref(outcome.record);
    return rc;
}

/* Plays the steps; `kind` PROBLEM_NONE: success. Returns the problem. */
static struct problem expect(const struct fake_step *steps, enum problem_kind kind)
{
    struct fake fake;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    int rc = call(&fake, steps[0].method, &problem);
    ck_assert_msg(problem.kind == kind, "%s: %s", problem_kind_name(problem.kind), problem.message);
    ck_assert_int_eq(rc, kind == PROBLEM_NONE ? 0 : -1);
    fake_finish(&fake);
    return problem;
}

/* What is tried again, in one call after the other, and the good answer at the end. */
/* holds: http-1 */
START_TEST(get_put_and_delete_are_tried_again)
{
    static const struct fake_step again[] = {
        {.status = 408},
        {.status = 425},
        {.status = 429},
        {.status = 502},
        {.status = 503},
        {.status = 504},
        {LOST},
        {NOT_SENT},
        {.problem = PROBLEM_PROTOCOL, .progress = HTTP_SENT, .cut = true},
    };
    static const struct fake_step calls[] = {{GET_STEP}, {PUT_STEP}, {DELETE_STEP}};
    enum { AGAIN = sizeof again / sizeof *again };

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct fake_step steps[AGAIN + 2] = {0};
        for (size_t j = 0; j <= AGAIN; j++) {
            steps[j] = j < AGAIN ? again[j] : (struct fake_step){GOOD};
            steps[j].method = calls[i].method;
            steps[j].url = calls[i].url;
            steps[j].sent = calls[i].sent;
        }
        expect(steps, PROBLEM_NONE);
    }
}
END_TEST

/* holds: http-1 */
START_TEST(other_answers_are_final)
{
    static const long statuses[] = {400, 403, 404, 405, 409, 410, 412, 413,
                                    418, 422, 500, 501, 505, 511, 301, 307};
    static const struct fake_step calls[] = {{GET_STEP}, {PUT_STEP}, {DELETE_STEP}, {POST_STEP}};

    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        for (size_t j = 0; j < sizeof calls / sizeof *calls; j++) {
            struct fake_step steps[] = {calls[j], {.url = NULL}};
            struct fake fake;
            struct problem problem;
            steps[0].status = statuses[i];
            fake_init(&fake, AUTO, steps);
            ck_assert_int_eq(call(&fake, steps[0].method, &problem), -1);
            ck_assert_int_eq(problem.status, statuses[i]);
            fake_finish(&fake);
        }
}
END_TEST

/* The deadline may come while there is no connection yet to ask again over. */
START_TEST(a_busy_answer_stands_when_there_is_no_time_to_ask_again)
{
    static const struct {
        struct fake_step step;
        long status;
        enum problem_kind kind;
    } rows[] = {
        {{GET_STEP}, 429, PROBLEM_TRY_LATER},  {{GET_STEP}, 503, PROBLEM_SERVER},
        {{PUT_STEP}, 429, PROBLEM_TRY_LATER},  {{DELETE_STEP}, 408, PROBLEM_TRY_LATER},
        {{POST_STEP}, 429, PROBLEM_TRY_LATER}, {{POST_STEP}, 503, PROBLEM_SERVER},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake_step steps[] = {rows[i].step, rows[i].step, {.url = NULL}};
        steps[0].status = rows[i].status;
        steps[1].problem = PROBLEM_TIMEOUT;
        steps[1].progress = HTTP_NOT_SENT;
        struct problem problem = expect(steps, rows[i].kind);
        ck_assert_int_eq(problem.status, rows[i].status);
    }
}
END_TEST

START_TEST(without_a_connection_it_gives_up_soon)
{
    static const struct fake_step lost[] = {
        {GET_STEP, LOST}, {GET_STEP, LOST}, {GET_STEP, LOST}, {GET_STEP, LOST}, {.url = NULL}};
    static const struct fake_step not_sent[] = {{POST_STEP, NOT_SENT},
                                                {POST_STEP, NOT_SENT},
                                                {POST_STEP, NOT_SENT},
                                                {POST_STEP, NOT_SENT},
                                                {.url = NULL}};

    struct problem problem = expect(lost, PROBLEM_UNREACHABLE);
    ck_assert_str_eq(problem.message, "GET /shared-drives/sd1: the connection was lost");
    expect(not_sent, PROBLEM_UNREACHABLE);
}
END_TEST

START_TEST(an_answer_that_is_broken_is_not_asked_for_again)
{
    static const char *const bodies[] = {"{\"id\":", "{\"id\":\"x\"}}", "<p>", "", "nul"};
    static const struct fake_step no_http[] = {
        {GET_STEP, .problem = PROBLEM_PROTOCOL, .progress = HTTP_SENT}, {.url = NULL}};

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        const struct fake_step steps[] = {{GET_STEP, .status = 200, .body = bodies[i]},
                                          {.url = NULL}};
        struct problem problem = expect(steps, PROBLEM_PROTOCOL);
        ck_assert_ptr_nonnull(strstr(problem.message, "GET /shared-drives/sd1: "));
        ck_assert_int_eq(problem.status, 200);
    }
    expect(no_http, PROBLEM_PROTOCOL);
}
END_TEST

/* --- changes without a clear answer -------------------------------------------------------------
 */

#define MAY_BE "may have been carried out"

START_TEST(a_change_whose_answers_were_all_lost_is_of_unknown_outcome)
{
    static const struct fake_step put[] = {
        {PUT_STEP, LOST}, {PUT_STEP, LOST}, {PUT_STEP, LOST}, {PUT_STEP, LOST}, {.url = NULL}};
    static const struct fake_step first[] = {{DELETE_STEP, LOST},
                                             {DELETE_STEP, NOT_SENT},
                                             {DELETE_STEP, NOT_SENT},
                                             {DELETE_STEP, NOT_SENT},
                                             {.url = NULL}};
    static const struct fake_step gateway[] = {
        {DELETE_STEP, .status = 502}, {DELETE_STEP, NOT_SENT}, {DELETE_STEP, NOT_SENT},
        {DELETE_STEP, NOT_SENT},      {DELETE_STEP, NOT_SENT}, {.url = NULL}};
    static const struct fake_step busy[] = {{PUT_STEP, .status = 504},
                                            {PUT_STEP, .status = 429, .retry_after_ms = 31000},
                                            {.url = NULL}};
    static const struct fake_step turned_away[] = {{PUT_STEP, .status = 503}, {PUT_STEP, NOT_SENT},
                                                   {PUT_STEP, NOT_SENT},      {PUT_STEP, NOT_SENT},
                                                   {PUT_STEP, NOT_SENT},      {.url = NULL}};
    static const struct fake_step never[] = {{PUT_STEP, NOT_SENT},
                                             {PUT_STEP, NOT_SENT},
                                             {PUT_STEP, NOT_SENT},
                                             {PUT_STEP, NOT_SENT},
                                             {.url = NULL}};

    struct problem problem = expect(put, PROBLEM_UNKNOWN_OUTCOME);
    ck_assert_ptr_nonnull(strstr(problem.message, MAY_BE));
    ck_assert_ptr_nonnull(strstr(problem.message, "PUT /shared-drives/sd1 was sent"));
    problem = expect(first, PROBLEM_UNKNOWN_OUTCOME);
    ck_assert_ptr_nonnull(strstr(problem.message, MAY_BE));
    problem = expect(gateway, PROBLEM_UNKNOWN_OUTCOME); /* what stands before the server failed */
    ck_assert_ptr_nonnull(strstr(problem.message, MAY_BE));
    problem = expect(busy, PROBLEM_UNKNOWN_OUTCOME);
    ck_assert_ptr_nonnull(strstr(problem.message, MAY_BE));
    problem = expect(turned_away, PROBLEM_UNREACHABLE);
    ck_assert_ptr_null(strstr(problem.message, MAY_BE));
    problem = expect(never, PROBLEM_UNREACHABLE);
    ck_assert_ptr_null(strstr(problem.message, MAY_BE));
}
END_TEST

START_TEST(the_words_of_a_timeout_say_whether_a_change_was_sent)
{
    static const struct fake_step calls[] = {{PUT_STEP}, {DELETE_STEP}, {POST_STEP}};

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (int sent = 0; sent < 2; sent++) {
            struct fake_step steps[] = {calls[i], {.url = NULL}};
            bool post = steps[0].method == HTTP_POST;
            steps[0].problem = PROBLEM_TIMEOUT;
            steps[0].progress = sent ? HTTP_SENT : HTTP_NOT_SENT;
            struct problem problem =
                expect(steps, post && sent ? PROBLEM_UNKNOWN_OUTCOME : PROBLEM_TIMEOUT);
            ck_assert_ptr_nonnull(strstr(problem.message, sent ? MAY_BE : "it was not sent"));
        }
}
END_TEST

START_TEST(a_refusal_after_a_lost_answer_stands_and_says_so)
{
    static const struct fake_step busy[] = {
        {PUT_STEP, LOST}, {PUT_STEP, .status = 503, .retry_after_ms = 31000}, {.url = NULL}};
    static const struct fake_step clear[] = {
        {PUT_STEP, LOST}, {PUT_STEP, .status = 409}, {.url = NULL}};
    static const struct fake_step down[] = {{DELETE_STEP, .status = 500}, {.url = NULL}};

    ck_assert_ptr_nonnull(strstr(expect(busy, PROBLEM_SERVER).message, MAY_BE));
    ck_assert_ptr_null(strstr(expect(clear, PROBLEM_CONFLICT).message, MAY_BE));
    ck_assert_ptr_nonnull(strstr(expect(down, PROBLEM_SERVER).message, MAY_BE));
}
END_TEST

START_TEST(some_failures_are_not_tried_again)
{
    static const enum problem_kind kinds[] = {PROBLEM_TIMEOUT, PROBLEM_TOO_LARGE,
                                              PROBLEM_NO_MEMORY};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct fake_step get[] = {{GET_STEP, .problem = kinds[i], .progress = HTTP_SENT},
                                        {.url = NULL}};
        const struct fake_step post[] = {
            {POST_STEP, .problem = kinds[i], .progress = HTTP_NOT_SENT}, {.url = NULL}};
        expect(get, kinds[i]);
        expect(post, kinds[i]);
    }
}
END_TEST

START_TEST(what_stays_as_it_is_is_not_tried_again)
{
    static const struct fake_step get[] = {{GET_STEP, NOT_SENT, .permanent = true}, {.url = NULL}};
    static const struct fake_step post[] = {{POST_STEP, NOT_SENT, .permanent = true},
                                            {.url = NULL}};

    expect(get, PROBLEM_UNREACHABLE);
    expect(post, PROBLEM_UNREACHABLE);
}
END_TEST

/* holds: http-2 */
START_TEST(a_post_is_tried_again_only_when_it_was_not_carried_out)
{
    static const struct fake_step steps[] = {{POST_STEP, NOT_SENT},
                                             {POST_STEP, .status = 429},
                                             {POST_STEP, .status = 503},
                                             {POST_STEP, GOOD},
                                             {.url = NULL}};

    expect(steps, PROBLEM_NONE);
}
END_TEST

START_TEST(the_outcome_of_a_post_without_a_clear_answer_is_unknown)
{
    static const long statuses[] = {500, 501, 502, 504, 505, 301, 303};
    static const enum problem_kind kinds[] = {PROBLEM_UNREACHABLE, PROBLEM_PROTOCOL,
                                              PROBLEM_TIMEOUT, PROBLEM_TOO_LARGE};

    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        const struct fake_step steps[] = {
            {POST_STEP, .status = statuses[i], .body = "{\"code\":\"OOPS\",\"message\":\"hm\"}"},
            {.url = NULL}};
        struct problem problem = expect(steps, PROBLEM_UNKNOWN_OUTCOME);
        ck_assert_int_eq(problem.status, statuses[i]);
        ck_assert_str_eq(problem.code, "OOPS");
        ck_assert_ptr_nonnull(strstr(problem.message, "POST /shared-drives was sent"));
        ck_assert_ptr_nonnull(strstr(problem.message, " OOPS: "));
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct fake_step steps[] = {{POST_STEP, .problem = kinds[i], .progress = HTTP_SENT},
                                          {.url = NULL}};
        struct problem problem = expect(steps, PROBLEM_UNKNOWN_OUTCOME);
        ck_assert_ptr_nonnull(strstr(problem.message, "the connection was lost"));
        ck_assert_int_eq(problem.status, 0);
    }
}
END_TEST

START_TEST(a_post_that_was_refused_is_of_known_outcome)
{
    static const struct {
        long status;
        enum problem_kind kind;
    } rows[] = {{400, PROBLEM_INVALID},
                {404, PROBLEM_NOT_FOUND},
                {408, PROBLEM_TRY_LATER},
                {409, PROBLEM_CONFLICT},
                {499, PROBLEM_INVALID}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct fake_step steps[] = {{POST_STEP, .status = rows[i].status}, {.url = NULL}};
        expect(steps, rows[i].kind);
    }
}
END_TEST

START_TEST(a_post_lost_on_its_second_attempt_is_unknown)
{
    static const struct fake_step steps[] = {
        {POST_STEP, .status = 503}, {POST_STEP, LOST}, {.url = NULL}};

    expect(steps, PROBLEM_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(an_interrupt_ends_it_at_once)
{
    static const struct fake_step get[] = {{GET_STEP, .interrupts = true}, {.url = NULL}};
    static const struct fake_step post[] = {{POST_STEP, .interrupts = true, .progress = HTTP_SENT},
                                            {.url = NULL}};

    struct problem problem = expect(get, PROBLEM_INTERRUPTED);
    ck_assert_ptr_nonnull(strstr(problem.message, "GET /shared-drives/sd1: "));
    expect(post, PROBLEM_UNKNOWN_OUTCOME);
}
END_TEST

START_TEST(a_fired_token_sends_nothing)
{
    static const struct fake_step steps[] = {{.url = NULL}};
    static const struct {
        enum cancel_reason reason;
        enum problem_kind kind;
    } rows[] = {{CANCEL_INTERRUPT, PROBLEM_INTERRUPTED},
                {CANCEL_SHUTDOWN, PROBLEM_INTERRUPTED},
                {CANCEL_DEADLINE, PROBLEM_TIMEOUT}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake fake;
        struct problem problem;
        fake_init(&fake, AUTO, steps);
        cancel_fire(&fake.cancel, rows[i].reason);
        ck_assert_int_eq(call(&fake, HTTP_POST, &problem), -1);
        ck_assert_int_eq(problem.kind, rows[i].kind);
        fake_finish(&fake);
    }
}
END_TEST

static void *fire_soon(void *arg)
{
    struct fake *fake = arg;

    cancel_fire(&fake->cancel, CANCEL_INTERRUPT);
    return NULL;
}

START_TEST(an_interrupt_ends_a_pause)
{
    static const struct fake_step steps[] = {{GET_STEP, .status = 503, .retry_after_ms = 20000},
                                             {.url = NULL}};
    struct fake fake;
    struct problem problem;
    pthread_t thread;

    fake_init(&fake, AUTO, steps);
    fake.clock_ms = 1;
    ck_assert_int_eq(pthread_create(&thread, NULL, fire_soon, &fake), 0);
    int64_t start_ms = clock_now_ms(&clock_system);
    ck_assert_int_eq(call(&fake, HTTP_GET, &problem), -1);
    ck_assert_int_lt(clock_now_ms(&clock_system) - start_ms, 10000);
    ck_assert_int_eq(problem.kind, PROBLEM_INTERRUPTED);
    pthread_join(thread, NULL);
    if (fake.done == 0) { /* it was fired before anything was sent */
        fake.done = 1;
        fake.exchanges = 1;
    }
    fake_finish(&fake);
}
END_TEST

/* holds: http-3 */
START_TEST(retry_after_is_honoured_when_it_fits)
{
    static const struct fake_step fits[] = {
        {GET_STEP, .status = 429, .retry_after_ms = 60}, {GET_STEP, GOOD}, {.url = NULL}};
    static const struct fake_step beyond[] = {
        {GET_STEP, .status = 429, .retry_after_ms = 31000, .body = "{\"message\":\"slow down\"}"},
        {.url = NULL}};
    int64_t start_ms = clock_now_ms(&clock_system);

    expect(fits, PROBLEM_NONE);
    ck_assert_int_ge(clock_now_ms(&clock_system) - start_ms, 60);
    start_ms = clock_now_ms(&clock_system);
    struct problem problem = expect(beyond, PROBLEM_TRY_LATER);
    ck_assert_int_lt(clock_now_ms(&clock_system) - start_ms, 5000);
    ck_assert_str_eq(problem.message, "slow down");
}
END_TEST

START_TEST(the_callers_deadline_counts_too)
{
    static const struct fake_step steps[] = {{GET_STEP, .status = 503, .retry_after_ms = 20000},
                                             {.url = NULL}};
    struct fake fake;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    cancel_finish(&fake.cancel);
    cancel_init(&fake.cancel, NULL, clock_now_ms(&clock_system) + 10000);
    int64_t start_ms = clock_now_ms(&clock_system);
    ck_assert_int_eq(call(&fake, HTTP_GET, &problem), -1);
    ck_assert_int_lt(clock_now_ms(&clock_system) - start_ms, 5000);
    ck_assert_int_eq(problem.kind, PROBLEM_SERVER);
    fake_finish(&fake);
}
END_TEST

/* holds: http-3 */
START_TEST(retries_end_with_the_time)
{
    static const struct fake_step steps[] = {{GET_STEP, .status = 503},
                                             {GET_STEP, .status = 503},
                                             {GET_STEP, .status = 503},
                                             {.url = NULL}};
    struct fake fake;
    struct problem problem;

    fake_init(&fake, AUTO, steps);
    fake.step_ms = 10000; /* the third answer comes when the 30 s are over */
    ck_assert_int_eq(call(&fake, HTTP_GET, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_SERVER);
    ck_assert_int_eq(problem.status, 503);
    fake_finish(&fake);
}
END_TEST

static void fill(TCase *tcase)
{
    tcase_add_test(tcase, get_put_and_delete_are_tried_again);
    tcase_add_test(tcase, other_answers_are_final);
    tcase_add_test(tcase, a_busy_answer_stands_when_there_is_no_time_to_ask_again);
    tcase_add_test(tcase, without_a_connection_it_gives_up_soon);
    tcase_add_test(tcase, an_answer_that_is_broken_is_not_asked_for_again);
    tcase_add_test(tcase, a_change_whose_answers_were_all_lost_is_of_unknown_outcome);
    tcase_add_test(tcase, the_words_of_a_timeout_say_whether_a_change_was_sent);
    tcase_add_test(tcase, a_refusal_after_a_lost_answer_stands_and_says_so);
    tcase_add_test(tcase, some_failures_are_not_tried_again);
    tcase_add_test(tcase, what_stays_as_it_is_is_not_tried_again);
    tcase_add_test(tcase, a_post_is_tried_again_only_when_it_was_not_carried_out);
    tcase_add_test(tcase, the_outcome_of_a_post_without_a_clear_answer_is_unknown);
    tcase_add_test(tcase, a_post_that_was_refused_is_of_known_outcome);
    tcase_add_test(tcase, a_post_lost_on_its_second_attempt_is_unknown);
    tcase_add_test(tcase, an_interrupt_ends_it_at_once);
    tcase_add_test(tcase, a_fired_token_sends_nothing);
    tcase_add_test(tcase, an_interrupt_ends_a_pause);
    tcase_add_test(tcase, retry_after_is_honoured_when_it_fits);
    tcase_add_test(tcase, the_callers_deadline_counts_too);
    tcase_add_test(tcase, retries_end_with_the_time);
    add_key_tests(tcase);
}

int main(void)
{
    Suite *suite = suite_create("api_retry");
    TCase *tcase = tcase_create("retries");

    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 60);
    fill(tcase);
    return run_tests(srunner_create(suite));
}
