/* SPDX-License-Identifier: MIT */
/*
 * Success is what the server shows: every shape of answer, to every change, of every kind, in both
 * dialects, carried out or not, and with the look afterwards answered or not.
 */
#include "config.h"

#include "test_cache_outcome.h"

#include <string.h>

const struct shape shapes[SHAPES] = {
    {204, "", false},
    {200, "", false},
    {200, " \n", false},
    {200, "null", true},
    {200, "42", true},
    {200, "true", true},
    {200, "\"ok\"", true},
    {200, "[]", true},
    {200, "{}", true},
    {200, "{\"error\":\"not now\"}", true},
    {200, "{\"id\":\"another\",\"name\":\"mine\"}", true},
    {200, "{\"data\":{\"id\":\"another\"},\"event\":null}", true},
    {200, "<!doctype html><p>Please log in</p>", false},
    {200, "accepted", false},
    {200, "{\"id\":\"x1\",\"name\":", false},
    {202, "", false},
    {206, "{\"id\":\"x1\",\"na", false},
};

static const struct sample samples[SAMPLES] = {
    {&kind_drives,
     DRIVES,
     {"{\"id\":\"x1\",\"name\":\"was\",\"size\":100}",
      "{\"id\":\"x1\",\"name\":\"was\",\"size\":100}"},
     {"{\"name\":\"mine\"}", "{\"name\":\"mine\"}"}},
    {&kind_snapshots,
     SNAPSHOTS,
     {"{\"id\":\"x1\",\"name\":\"was\",\"machineId\":\"m1\",\"isAutoSnapshot\":false}",
      "{\"id\":\"x1\",\"machineId\":\"m1\",\"name\":\"was\"}"},
     {"{\"name\":\"mine\"}", "{\"name\":\"mine\"}"}},
    {&kind_providers,
     PROVIDERS,
     {"{\"id\":\"x1\",\"isTeamDefault\":null,\"name\":\"was\",\"s3Config\":{\"accessKey\":\"ak\","
      "\"bucket\":\"b\",\"secretAccessKey\":\"hush-hush\"}}",
      "{\"id\":\"x1\",\"name\":\"was\",\"type\":\"s3\",\"bucket\":\"b\"}"},
     {"{\"isTeamDefault\":false,\"name\":\"mine\",\"s3Config\":{\"accessKey\":\"ak\","
      "\"bucket\":\"b\",\"secretAccessKey\":\"hush-hush\"}}",
      "{\"name\":\"mine\",\"type\":\"s3\",\"bucket\":\"b\"}"}},
};

const struct sample *sample;
enum dialect dialect;

void begin(int row)
{
    sample = &samples[(size_t)row % SAMPLES];
    dialect = (size_t)row < SAMPLES ? DIALECT_DOCS : DIALECT_OPENAPI;
    room_speak(dialect);
    server_add(room.server, sample->path, sample->json[dialect]);
    ck_assert_int_eq(room_ensure(sample->kind, CACHE_FRESH), PROBLEM_NONE);
}

void begin_again(void)
{
    server_heal(room.server);
    if (server_count(room.server, sample->path) > 0)
        server_remove(room.server, sample->path, "x1");
    server_add(room.server, sample->path, sample->json[dialect]);
    room_restart();
    ck_assert_int_eq(room_ensure(sample->kind, CACHE_FRESH), PROBLEM_NONE);
}

struct problem change(enum change_verb verb, const char *body)
{
    struct change *sent = room_start(verb, sample->kind, "x1", body);
    struct problem problem;

    room_wait(sent, &problem);
    change_unref(sent);
    return problem;
}

void expect(const struct problem *problem, enum problem_kind kind, const char *words,
            const char *about)
{
    ck_assert_msg(problem->kind == kind, "%s: %s %s", about, problem_kind_name(problem->kind),
                  problem->message);
    ck_assert_msg(strstr(problem->message, words) != NULL, "%s: %s", about, problem->message);
}

void list_again(void)
{
    cache_expire(room.cache, sample->kind, NULL);
    ck_assert_int_eq(room_ensure(sample->kind, CACHE_FRESH), PROBLEM_NONE);
}

/* --- updates ---------------------------------------------------------------------------------- */

static void answer_put(enum fault fault, const struct shape *shape)
{
    server_answer(room.server, HTTP_PUT, sample->path, fault, shape->status, shape->body, 1);
}

START_TEST(test_an_update_has_succeeded_when_the_server_shows_it)
{
    begin(_i);
    for (size_t i = 0; i < SHAPES; i++) {
        begin_again();
        answer_put(FAULT_ANSWER, &shapes[i]);
        struct problem problem = change(CHANGE_UPDATE, sample->rename[dialect]);
        expect(&problem, PROBLEM_NONE, "", shapes[i].body);
        ck_assert(room_shows(sample->kind, "x1", "mine"));
    }
}
END_TEST

/* holds: done-1 done-2 */
START_TEST(test_an_update_that_the_server_does_not_show_was_not_done)
{
    begin(_i);
    for (size_t i = 0; i < SHAPES; i++) {
        begin_again();
        answer_put(FAULT_KEPT, &shapes[i]);
        struct problem problem = change(CHANGE_UPDATE, sample->rename[dialect]);
        expect(&problem, PROBLEM_PROTOCOL, "not done for name", shapes[i].body);
        ck_assert_int_eq(problem.status, shapes[i].status);
        ck_assert_str_eq(problem.details, "name: not changed");
        ck_assert(room_shows(sample->kind, "x1", "was"));
    }
}
END_TEST

START_TEST(test_an_update_of_which_nothing_tells_is_of_unknown_outcome)
{
    static const long statuses[] = {500, 403};

    begin(_i);
    for (size_t i = 0; i < SHAPES; i++) {
        begin_again();
        answer_put(i % 2 == 0 ? FAULT_ANSWER : FAULT_KEPT, &shapes[i]);
        server_fail(room.server, HTTP_GET, sample->path, FAULT_STATUS, statuses[i % 2], 1);
        struct problem problem = change(CHANGE_UPDATE, sample->rename[dialect]);
        expect(&problem, PROBLEM_UNKNOWN_OUTCOME, MAY_BE, shapes[i].body);
        ck_assert(room_shows(sample->kind, "x1", i % 2 == 0 ? "mine" : "was"));
    }
}
END_TEST

START_TEST(test_an_answer_with_the_former_value_says_that_nothing_was_done)
{
    begin(_i);
    const struct shape former = {200, sample->json[dialect], true};
    unsigned gets = room_gets(sample->path);

    answer_put(FAULT_KEPT, &former);
    struct problem problem = change(CHANGE_UPDATE, sample->rename[dialect]);
    expect(&problem, PROBLEM_PROTOCOL, "not done for name", former.body);
    ck_assert_uint_eq(room_gets(sample->path), gets); /* the answer tells */
}
END_TEST

START_TEST(test_another_value_than_was_sent_is_success_and_shown)
{
    begin(_i);
    server_edit(room.server, sample->path, "x1", "name", "MINE");
    answer_put(FAULT_KEPT, &shapes[0]);
    struct problem problem = change(CHANGE_UPDATE, sample->rename[dialect]);
    expect(&problem, PROBLEM_NONE, "", "");
    ck_assert(room_shows(sample->kind, "x1", "MINE"));
}
END_TEST

START_TEST(test_an_update_whose_answer_is_cut_short_is_looked_at)
{
    begin(_i);
    server_fail(room.server, HTTP_PUT, sample->path, FAULT_CUT, 0, -1);
    struct problem problem = change(CHANGE_UPDATE, sample->rename[dialect]);
    expect(&problem, PROBLEM_NONE, "", "");
    ck_assert(room_shows(sample->kind, "x1", "mine"));
}
END_TEST

START_TEST(test_an_update_of_what_has_gone_meanwhile_is_none)
{
    begin(_i);
    answer_put(FAULT_ANSWER, &shapes[0]);
    server_fail(room.server, HTTP_GET, sample->path, FAULT_STATUS, 404, 1);
    struct problem problem = change(CHANGE_UPDATE, sample->rename[dialect]);
    expect(&problem, PROBLEM_NOT_FOUND, "does not exist", "");
    ck_assert(!room_has(sample->kind, "x1"));
}
END_TEST

/* holds: done-2 */
START_TEST(test_a_server_may_take_a_moment_to_show_an_update)
{
    room.config.show_wait_ms = 20000;
    begin(_i);
    answer_put(FAULT_KEPT, &shapes[0]);
    unsigned gets = room_gets(sample->path);
    struct change *sent = room_start(CHANGE_UPDATE, sample->kind, "x1", sample->rename[dialect]);

    room_until(room_gets(sample->path) > gets);
    server_edit(room.server, sample->path, "x1", "name", "mine");
    ck_assert_int_eq(room_wait(sent, NULL), PROBLEM_NONE);
    change_unref(sent);
    ck_assert(room_shows(sample->kind, "x1", "mine"));
}
END_TEST

/* What is never shown: a secret, or a key that no answer has. */
static const char *const hidden[DIALECT_COUNT] = {
    [DIALECT_DOCS] = "{\"isTeamDefault\":false,\"name\":\"was\",\"s3Config\":{\"accessKey\":\"ak\","
                     "\"bucket\":\"b\",\"secretAccessKey\":\"another-hush\"}}",
    [DIALECT_OPENAPI] =
        "{\"name\":\"was\",\"type\":\"s3\",\"bucket\":\"b\",\"secretKey\":\"hush\"}",
};

/* holds: done-4 */
START_TEST(test_of_a_secret_any_JSON_is_success)
{
    begin(_i == 0 ? 2 : 2 + (int)SAMPLES);
    for (size_t i = 0; i < SHAPES; i++) {
        begin_again();
        answer_put(FAULT_KEPT, &shapes[i]);
        struct problem problem = change(CHANGE_UPDATE, hidden[dialect]);
        expect(&problem, shapes[i].json ? PROBLEM_NONE : PROBLEM_UNKNOWN_OUTCOME,
               shapes[i].json ? "" : MAY_BE, shapes[i].body);
        ck_assert_ptr_null(strstr(problem.message, "hush"));
    }
    begin_again();
    const struct shape former = {200, sample->json[dialect], true};
    answer_put(FAULT_KEPT, &former);
    struct problem problem = change(CHANGE_UPDATE, hidden[dialect]);
    expect(&problem, PROBLEM_NONE, "", "the resource");
}
END_TEST

static const struct {
    enum dialect dialect;
    size_t sample;
    const char *body;   /* what is sent */
    const char *answer; /* what the server shows */
    const char *kept;   /* the key that was not changed; NULL: success */
} key_rows[] = {
    {DIALECT_OPENAPI, 0, "{\"name\":\"mine\",\"size\":200}",
     "{\"id\":\"x1\",\"name\":\"mine\",\"size\":100}", "size"},
    {DIALECT_OPENAPI, 0, "{\"size\":200}", "{\"id\":\"x1\",\"name\":\"was\",\"size\":250}", NULL},
    {DIALECT_OPENAPI, 0, "{\"size\":200}", "{\"id\":\"x1\",\"name\":\"was\",\"size\":1e2}", "size"},
    {DIALECT_OPENAPI, 0, "{\"size\":\"100\"}", "{\"id\":\"x1\",\"name\":\"was\",\"size\":100}",
     NULL},
    {DIALECT_OPENAPI, 1, "{\"note\":\"kept\"}",
     "{\"id\":\"x1\",\"machineId\":\"m1\",\"name\":\"was\"}", "note"},
    {DIALECT_OPENAPI, 1, "{\"note\":\"kept\"}",
     "{\"id\":\"x1\",\"machineId\":\"m1\",\"name\":\"was\",\"note\":null}", "note"},
    {DIALECT_OPENAPI, 1, "{\"note\":\"kept\"}",
     "{\"id\":\"x1\",\"machineId\":\"m1\",\"name\":\"was\",\"note\":\"kept\"}", NULL},
    {DIALECT_DOCS, 2,
     "{\"isTeamDefault\":true,\"name\":\"was\",\"s3Config\":{\"accessKey\":\"ak\",\"bucket\":"
     "\"b\",\"secretAccessKey\":\"hush-hush\"}}",
     "{\"id\":\"x1\",\"isTeamDefault\":null,\"name\":\"was\",\"s3Config\":{\"accessKey\":"
     "\"ak\",\"bucket\":\"b\",\"secretAccessKey\":\"********\"}}",
     "isTeamDefault"},
    {DIALECT_DOCS, 2,
     "{\"isTeamDefault\":false,\"name\":\"was\",\"s3Config\":{\"accessKey\":\"ak\",\"bucket\":"
     "\"c\",\"secretAccessKey\":\"hush-hush\"}}",
     "{\"id\":\"x1\",\"isTeamDefault\":null,\"name\":\"was\",\"s3Config\":{\"accessKey\":"
     "\"ak\",\"bucket\":\"b\",\"secretAccessKey\":\"********\"}}",
     "s3Config.bucket"},
};

START_TEST(test_each_key_that_is_shown_counts)
{
    for (size_t i = 0; i < sizeof key_rows / sizeof *key_rows; i++) {
        begin((int)(key_rows[i].sample + (key_rows[i].dialect == DIALECT_DOCS ? 0 : SAMPLES)));
        begin_again();
        answer_put(FAULT_KEPT, &(struct shape){200, key_rows[i].answer, true});
        struct problem problem = change(CHANGE_UPDATE, key_rows[i].body);
        if (key_rows[i].kept == NULL)
            expect(&problem, PROBLEM_NONE, "", key_rows[i].body);
        else
            expect(&problem, PROBLEM_PROTOCOL, key_rows[i].kept, key_rows[i].body);
        begin_again();
        server_remove(room.server, sample->path, "x1");
    }
}
END_TEST

START_TEST(test_an_update_whose_answers_were_lost_is_of_unknown_outcome)
{
    begin(_i);
    server_fail(room.server, HTTP_PUT, sample->path, FAULT_CLOSED, 0, -1);
    struct problem problem = change(CHANGE_UPDATE, sample->rename[dialect]);
    expect(&problem, PROBLEM_UNKNOWN_OUTCOME, MAY_BE, "");
    ck_assert(room_shows(sample->kind, "x1", "mine"));
}
END_TEST

TCase *case_outcome(void)
{
    TCase *tcase = tcase_create("outcome");

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, room_setup, room_teardown);
    tcase_add_loop_test(tcase, test_an_update_has_succeeded_when_the_server_shows_it, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_an_update_that_the_server_does_not_show_was_not_done, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_an_update_of_which_nothing_tells_is_of_unknown_outcome, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_an_answer_with_the_former_value_says_that_nothing_was_done, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_another_value_than_was_sent_is_success_and_shown, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_an_update_whose_answer_is_cut_short_is_looked_at, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_an_update_of_what_has_gone_meanwhile_is_none, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_a_server_may_take_a_moment_to_show_an_update, 0,
                        KINDS_IN_DIALECTS);
    tcase_add_loop_test(tcase, test_of_a_secret_any_JSON_is_success, 0, 2);
    tcase_add_loop_test(tcase, test_each_key_that_is_shown_counts, 0, 1);
    tcase_add_loop_test(tcase, test_an_update_whose_answers_were_lost_is_of_unknown_outcome, 0,
                        KINDS_IN_DIALECTS);
    add_deletion_tests(tcase);
    return tcase;
}
