/* SPDX-License-Identifier: MIT */
/* JSON text that goes through the emulator, and what it refuses. */
#include "config.h"

#include "test_emulator_client.h"

#include <stdio.h>
#include <string.h>

static const char *const valid[] = {
    "null",
    "[1,-1,0,9223372036854775807,-9223372036854775808]",
    "[123456789012345678901234567890,-0,1.10,1e400,-2.5E-3,18446744073709551616]",
    "{\"a\":{\"b\":[true,false,null,{}]},\"c\":[]}",
    "[\"\\u0000 \\u0001 \\\" \\\\ / \xC3\xA4 \xF0\x9F\x98\x80\"]",
};

static const char *const invalid[] = {
    "",
    " ",
    "{",
    "[1,]",
    "{\"a\":1,}",
    "{'a':1}",
    "01",
    "1.",
    ".5",
    "1e",
    "+1",
    "NaN",
    "nul",
    "\"\n\"",
    "\"\\x\"",
    "\"\\u12g4\"",
    "\"a",
    "[1 2]",
    "{} {}",
    "\"\xFF\"",
    "{\"a\" 1}",
    "{1:2}",
    "\"\xC0\x80\"",
    "Infinity",
    "[\"a\\]",
    "-",
    "\"\xED\xA0\x80\"",
    "{\"\\u0000\":1}",
    "{\"name\":1,\"name\":1}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
};

/* What a fault answers went in and out as JSON. */
START_TEST(json_keeps_every_digit)
{
    char fault[300];
    struct reply reply;

    snprintf(fault, sizeof fault, "{\"status\":200,\"body\":%s}", valid[_i]);
    expect("POST", "/_control/faults", fault, 204, NULL);
    reply = request("GET", "/shared-drives", NULL);
    ck_assert_str_eq(reply.text, valid[_i]);
    reply_free(&reply);
}
END_TEST

START_TEST(json_refuses_what_is_no_json)
{
    struct reply reply = request("POST", "/shared-drives", invalid[_i]);

    ck_assert_int_eq(reply.status, 400);
    ck_assert_msg(strcmp(text_of(&reply, "code"), "PARSE_ERROR") == 0, "%s", invalid[_i]);
    reply_free(&reply);
}
END_TEST

START_TEST(json_decodes_escapes)
{
    static const char fault[] =
        "{\"status\":200,\"body\":\"\\ud83d\\ude00 \\ud83d \\u00e4\\n\\/\"}";
    struct reply reply;

    expect("POST", "/_control/faults", fault, 204, NULL);
    reply = request("GET", "/shared-drives", NULL);
    ck_assert_str_eq(reply.text, "\xF0\x9F\x98\x80 \xEF\xBF\xBD \xC3\xA4\n/");
    reply_free(&reply);
}
END_TEST

START_TEST(json_is_told_where_it_is_wrong)
{
    struct reply reply = request("POST", "/shared-drives", "{\"name\": tru}");

    ck_assert_str_eq(text_of(&reply, "message"), "The body is not valid JSON (at byte 9)");
    reply_free(&reply);
}
END_TEST

Suite *suite_json(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("json");

    tcase_add_checked_fixture(tests, emulator_docs, emulator_teardown);
    tcase_add_loop_test(tests, json_keeps_every_digit, 0, sizeof valid / sizeof valid[0]);
    tcase_add_loop_test(tests, json_refuses_what_is_no_json, 0, sizeof invalid / sizeof invalid[0]);
    tcase_add_test(tests, json_decodes_escapes);
    tcase_add_test(tests, json_is_told_where_it_is_wrong);
    suite_add_tcase(suite, tests);
    return suite;
}
