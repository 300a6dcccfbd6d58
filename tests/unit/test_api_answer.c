/* SPDX-License-Identifier: MIT */
/* Errors of every shape as problems, and what is never shown of them. */
#include "config.h"

#include "api/answer.h"
#include "api/text.h"
#include "run_tests.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static bool answer(enum http_method method, long status, const char *body,
                   const struct scrub *hidden, struct problem *problem)
{
    static const struct scrub none = {NULL, NULL};
    struct http_response response = {.status = status};

    ck_assert(buf_append_text(&response.body, body));
    bool own = answer_problem(method, &response, hidden == NULL ? &none : hidden, problem);
    buf_finish(&response.body);
    return own;
}

START_TEST(each_status_has_its_kind)
{
    static const struct {
        long status;
        enum problem_kind kind;
    } rows[] = {
        {301, PROBLEM_PROTOCOL},     {307, PROBLEM_PROTOCOL},  {400, PROBLEM_INVALID},
        {401, PROBLEM_UNAUTHORIZED}, {402, PROBLEM_QUOTA},     {403, PROBLEM_FORBIDDEN},
        {404, PROBLEM_NOT_FOUND},    {405, PROBLEM_INVALID},   {408, PROBLEM_TRY_LATER},
        {409, PROBLEM_CONFLICT},     {410, PROBLEM_NOT_FOUND}, {412, PROBLEM_INVALID},
        {413, PROBLEM_TOO_LARGE},    {418, PROBLEM_INVALID},   {422, PROBLEM_INVALID},
        {425, PROBLEM_TRY_LATER},    {429, PROBLEM_TRY_LATER}, {499, PROBLEM_INVALID},
        {500, PROBLEM_SERVER},       {501, PROBLEM_SERVER},    {503, PROBLEM_SERVER},
        {599, PROBLEM_SERVER},       {100, PROBLEM_PROTOCOL},  {700, PROBLEM_PROTOCOL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problem problem;
        ck_assert(!answer(HTTP_GET, rows[i].status, "", NULL, &problem));
        ck_assert_msg(problem.kind == rows[i].kind, "%ld", rows[i].status);
        ck_assert_int_eq(problem.status, rows[i].status);
        ck_assert_str_ne(problem.message, "");
    }
}
END_TEST

START_TEST(every_shape_of_error_is_read)
{
    static const struct {
        const char *body;
        const char *code;
        const char *message;
        const char *details;
    } rows[] = {
        {"{\"code\":\"BAD_REQUEST\",\"message\":\"Required\"}", "BAD_REQUEST", "Required", ""},
        {"{\"code\":\"B\",\"message\":\"m\",\"details\":{\"size\":\"Required\"}}", "B", "m",
         "size: Required"},
        {"{\"code\":\"B\",\"message\":\"m\",\"issues\":[{\"message\":\"size: Required\"}]}", "B",
         "m", "size: Required"},
        {"{\"issues\":[{\"message\":\"one\"},{\"message\":\"two\"}]}", "", "one; two", ""},
        {"{\"error\":{\"code\":\"C\",\"message\":\"inner\"}}", "C", "inner", ""},
        {"{\"error\":\"just words\"}", "", "just words", ""},
        {"{\"message\":[\"a must be b\",\"c\"],\"error\":\"Bad Request\"}", "", "Bad Request",
         "a must be b; c"},
        {"\"words alone\"", "", "words alone", ""},
        {"[{\"path\":[\"size\"],\"message\":\"Required\"}]", "", "size: Required", ""},
        {"{\"message\":\"two\\nlines\\u0007\"}", "", "two lines ", ""},
        {"{\"message\":\"m\",\"details\":null}", "", "m", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problem problem;
        ck_assert(answer(HTTP_POST, 400, rows[i].body, NULL, &problem));
        ck_assert_str_eq(problem.code, rows[i].code);
        ck_assert_str_eq(problem.message, rows[i].message);
        ck_assert_str_eq(problem.details, rows[i].details);
        ck_assert_int_eq(problem.kind, PROBLEM_INVALID);
    }
}
END_TEST

START_TEST(details_of_any_shape_name_the_fields)
{
    static const struct {
        const char *details;
        const char *line;
    } rows[] = {
        {"\"words\"", "words"},
        {"[\"one\",\"two\"]", "one; two"},
        {"{\"fieldErrors\":{\"size\":[\"Required\"],\"name\":[\"Too short\",\"Bad\"]},"
         "\"formErrors\":[]}",
         "size: Required; name: Too short; name: Bad"},
        {"{\"size\":{\"_errors\":[\"Required\"]},\"_errors\":[]}", "size: Required"},
        {"[{\"path\":[\"s3Config\",\"bucket\"],\"message\":\"Required\"},"
         "{\"path\":[\"a\",0],\"message\":\"No\"}]",
         "s3Config.bucket: Required; a.0: No"},
        {"{\"issues\":[{\"path\":[\"size\"],\"message\":\"Required\"}]}", "size: Required"},
        {"{\"s3Config\":{\"bucket\":\"Required\",\"region\":[\"Bad\"]}}",
         "s3Config.bucket: Required; s3Config.region: Bad"},
        {"[{\"field\":\"name\",\"message\":\"taken\"}]", "name: taken"},
        {"{\"max\":120,\"strict\":true,\"none\":null}", "max: 120; strict: true"},
        {"{}", ""},
        {"[[],[{}]]", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problem problem;
        struct buf body = BUF_EMPTY;
        ck_assert(buf_printf(&body, "{\"message\":\"m\",\"details\":%s}", rows[i].details));
        answer(HTTP_PUT, 422, buf_text(&body), NULL, &problem);
        ck_assert_str_eq(problem.details, rows[i].line);
        buf_finish(&body);
    }
}
END_TEST

START_TEST(html_is_read_without_its_tags)
{
    static const char html[] =
        "<!DOCTYPE html>\n<html><head><style>p {color: red}</style><script>x<y</script>"
        "</head>\n<!-- no --><body><h1>502  Bad\nGateway</h1><hr>nginx &amp; more 1 < 2</body>";
    struct problem problem;

    ck_assert(!answer(HTTP_GET, 502, html, NULL, &problem));
    ck_assert_str_eq(problem.message, "502 Bad Gateway nginx & more 1 < 2");
    ck_assert_int_eq(problem.kind, PROBLEM_SERVER);
}
END_TEST

START_TEST(nothing_said_is_the_status_phrase)
{
    static const char *const bodies[] = {"",
                                         " \n",
                                         "{}",
                                         "[]",
                                         "null",
                                         "7",
                                         "<p></p>",
                                         "{\"message\":\"cut o",
                                         "{\"message\":\"\"}"};

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct problem problem;
        ck_assert(!answer(HTTP_GET, 503, bodies[i], NULL, &problem));
        ck_assert_str_eq(problem.message, "Service Unavailable");
    }
}
END_TEST

START_TEST(a_redirect_is_said_not_to_be_followed)
{
    struct problem problem;

    for (long status = 300; status < 400; status++) {
        answer(HTTP_GET, status, "<a href=/login>moved</a>", NULL, &problem);
        ck_assert_int_eq(problem.kind, PROBLEM_PROTOCOL);
        ck_assert_int_eq(strstr(problem.message, "redirects are not followed") == NULL,
                         status == 304);
        ck_assert_int_eq(strstr(problem.message, "Not Modified") != NULL, status == 304);
    }
}
END_TEST

START_TEST(words_of_foreign_encodings_are_made_safe)
{
    struct problem problem;

    answer(HTTP_GET, 500, "caf\xe9 \xc3\xa9 \xed\xa0\x80 \xf5", NULL, &problem);
    ck_assert_str_eq(problem.message, "caf? \xc3\xa9 ??? ?");
}
END_TEST

START_TEST(long_messages_are_cut_between_characters)
{
    struct problem problem;
    struct buf body = BUF_EMPTY;

    ck_assert(buf_append_text(&body, "{\"message\":\""));
    for (int i = 0; i < 1000; i++)
        ck_assert(buf_append_text(&body, "\xe2\x82\xac"));
    ck_assert(buf_append_text(&body, "\"}"));
    answer(HTTP_GET, 500, buf_text(&body), NULL, &problem);
    ck_assert_uint_eq(strlen(problem.message), 639);
    buf_finish(&body);
}
END_TEST

static const struct {
    enum http_method method;
    long status;
    const char *body;
    enum problem_kind kind;
} quota_rows[] = {
    {HTTP_POST, 403, "{\"code\":\"QUOTA_EXCEEDED\",\"message\":\"no\"}", PROBLEM_QUOTA},
    {HTTP_POST, 400, "{\"code\":\"quotaExceeded\",\"message\":\"no\"}", PROBLEM_QUOTA},
    {HTTP_PUT, 422, "{\"message\":\"You have reached the Limit.\"}", PROBLEM_QUOTA},
    {HTTP_POST, 400, "{\"message\":\"exceeds limits\"}", PROBLEM_QUOTA},
    {HTTP_POST, 400, "{\"code\":\"DRIVE_LIMIT_EXCEEDED\",\"message\":\"no\"}", PROBLEM_QUOTA},
    {HTTP_POST, 422, "{\"message\":\"limit of 5 drives hit\"}", PROBLEM_QUOTA},
    {HTTP_PUT, 422, "{\"message\":\"name exceeds the limit of 64 characters\"}", PROBLEM_INVALID},
    {HTTP_POST, 400, "{\"message\":\"name: length limit exceeded\"}", PROBLEM_INVALID},
    {HTTP_POST, 400, "{\"code\":\"LIMIT_EXCEEDED\",\"message\":\"name: too long\"}",
     PROBLEM_INVALID},
    {HTTP_PUT, 400, "{\"message\":\"name: over the limit of 255 bytes\"}", PROBLEM_INVALID},
    {HTTP_PUT, 422, "{\"message\":\"limit must be 1 to 120\"}", PROBLEM_INVALID},
    {HTTP_POST, 403, "{\"message\":\"Upgrade your plan\"}", PROBLEM_QUOTA},
    {HTTP_POST, 403, "{\"error\":\"PLAN_TOO_SMALL\"}", PROBLEM_QUOTA},
    {HTTP_POST, 402, "", PROBLEM_QUOTA},
    {HTTP_DELETE, 402, "", PROBLEM_QUOTA},
    {HTTP_POST, 400, "{\"message\":\"limitless planet explanation\"}", PROBLEM_INVALID},
    {HTTP_GET, 400, "{\"message\":\"limit must be 1 to 120\"}", PROBLEM_INVALID},
    {HTTP_GET, 422, "{\"message\":\"limit must be 1 to 120\"}", PROBLEM_INVALID},
    {HTTP_GET, 422, "{\"message\":\"limit exceeds 120\"}", PROBLEM_INVALID},
    {HTTP_GET, 400, "{\"code\":\"QUOTA_EXCEEDED\",\"message\":\"no\"}", PROBLEM_QUOTA},
    {HTTP_GET, 422, "{\"message\":\"Your plan limit has been reached\"}", PROBLEM_QUOTA},
    {HTTP_GET, 403, "{\"message\":\"not in your plan\"}", PROBLEM_QUOTA},
    {HTTP_GET, 403, "{\"code\":\"QUOTA_EXCEEDED\",\"message\":\"no\"}", PROBLEM_QUOTA},
    {HTTP_GET, 403, "{\"message\":\"not for you\"}", PROBLEM_FORBIDDEN},
    {HTTP_GET, 402, "", PROBLEM_QUOTA},
    {HTTP_DELETE, 403, "{\"message\":\"not in your plan\"}", PROBLEM_QUOTA},
    {HTTP_POST, 404, "{\"message\":\"no such plan\"}", PROBLEM_NOT_FOUND},
    {HTTP_POST, 429, "{\"message\":\"rate limit\"}", PROBLEM_TRY_LATER},
};

/* holds: errno-1 */
START_TEST(a_refusal_that_speaks_of_a_quota_is_one)
{
    for (size_t i = 0; i < sizeof quota_rows / sizeof *quota_rows; i++) {
        struct problem problem;
        answer(quota_rows[i].method, quota_rows[i].status, quota_rows[i].body, NULL, &problem);
        ck_assert_msg(problem.kind == quota_rows[i].kind, "%s", quota_rows[i].body);
    }
}
END_TEST

START_TEST(secrets_are_hidden_wherever_they_stand)
{
    static const char *const values[] = {"the-whole-key", "sec/ret+word", "abcd", NULL};
    static const struct scrub secrets = {values, NULL};
    static const char *const bodies[] = {
        ("{\"code\":\"sec/ret+word\",\"message\":\"the-whole-key: sec\\/ret+word\","
         "\"details\":{\"sec/ret+word\":\"abcd\"}}"),
        "<p>the-whole-key and sec/ret+word</p>",
        "<p>the-whole-<b></b>key: sec&#x2F;ret+word</p>",
        "{\"message\":\"broken json with sec\\/ret+word, the-whole-key",
        "[\"abcd\",{\"field\":\"the-whole-key\",\"message\":\"abcdabcd\"}]",
    };

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct problem problem;
        answer(HTTP_PUT, 400, bodies[i], &secrets, &problem);
        for (size_t v = 0; values[v] != NULL; v++) {
            ck_assert_ptr_null(strstr(problem.code, values[v]));
            ck_assert_ptr_null(strstr(problem.message, values[v]));
            ck_assert_ptr_null(strstr(problem.details, values[v]));
        }
        ck_assert_ptr_null(strstr(problem.message, "whole-key"));
        ck_assert_ptr_null(strstr(problem.details, "whole-key"));
    }
}
END_TEST

START_TEST(half_a_secret_at_the_cut_is_hidden_too)
{
    static const char *const values[] = {"SECRETSECRETSECRET", NULL};
    static const struct scrub secrets = {values, NULL};
    struct problem problem;
    struct buf body = BUF_EMPTY;

    ck_assert(buf_append_text(&body, "{\"message\":\""));
    for (int i = 0; i < 630; i++)
        ck_assert(buf_append_text(&body, "x"));
    ck_assert(buf_append_text(&body, "SECRETSECRETSECRET\"}"));
    answer(HTTP_PUT, 400, buf_text(&body), &secrets, &problem);
    ck_assert_ptr_null(strstr(problem.message, "S"));
    buf_finish(&body);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_answer");
    TCase *tcase = tcase_create("answers");

    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, each_status_has_its_kind);
    tcase_add_test(tcase, every_shape_of_error_is_read);
    tcase_add_test(tcase, details_of_any_shape_name_the_fields);
    tcase_add_test(tcase, html_is_read_without_its_tags);
    tcase_add_test(tcase, nothing_said_is_the_status_phrase);
    tcase_add_test(tcase, a_redirect_is_said_not_to_be_followed);
    tcase_add_test(tcase, words_of_foreign_encodings_are_made_safe);
    tcase_add_test(tcase, long_messages_are_cut_between_characters);
    tcase_add_test(tcase, a_refusal_that_speaks_of_a_quota_is_one);
    tcase_add_test(tcase, secrets_are_hidden_wherever_they_stand);
    tcase_add_test(tcase, half_a_secret_at_the_cut_is_hidden_too);
    return run_tests(srunner_create(suite));
}
