/* SPDX-License-Identifier: MIT */
/* The control interface: records, faults, behaviour. */
#include "config.h"

#include "test_emulator_client.h"

#include <stdio.h>
#include <string.h>

static void fault(const char *rule)
{
    expect("POST", "/_control/faults", rule, 204, NULL);
}

START_TEST(requests_are_recorded)
{
    expect("POST", "/shared-drives?a=%20b", "{\"name\":1}", 400, NULL);
    expect("PUT", "/shared-drives/sdvkpg3v2v", "no json", 400, NULL);
    expect("GET", "/snapshots", NULL, 200, NULL);
    ck_assert_str_eq(get_text("/_control/requests", "0.method"), "POST");
    ck_assert_str_eq(get_text("/_control/requests", "0.path"), "/shared-drives?a=%20b");
    ck_assert_str_eq(get_text("/_control/requests", "0.status"), "400");
    ck_assert_str_eq(get_text("/_control/requests", "0.body.name"), "1");
    ck_assert_str_eq(get_text("/_control/requests", "0.userAgent"), "test_emulator");
    ck_assert_str_eq(get_text("/_control/requests", "1.body"), "no json");
    ck_assert_str_eq(get_text("/_control/requests", "2.body"), "");
    ck_assert_str_eq(get_text("/_control/requests", "3.path"), "");
    expect("DELETE", "/_control/requests", NULL, 204, NULL);
    expect("GET", "/_control/requests", NULL, 200, "[]");
}
END_TEST

START_TEST(connections_are_kept_and_numbered)
{
    CURL *curl = curl_easy_init();
    char number[20];

    for (int i = 0; i < 3; i++) {
        struct reply reply = request_on(curl, "GET", "/snapshots?limit=1", NULL);

        ck_assert_int_eq(reply.status, 200);
        reply_free(&reply);
    }
    expect("GET", "/snapshots", NULL, 200, NULL);
    snprintf(number, sizeof(number), "%s", get_text("/_control/requests", "0.connection"));
    ck_assert_str_eq(get_text("/_control/requests", "2.connection"), number);
    ck_assert_str_ne(get_text("/_control/requests", "3.connection"), number);
    curl_easy_cleanup(curl);
}
END_TEST

START_TEST(a_fault_answers_in_place_of_the_operation)
{
    struct reply reply;

    fault("{\"method\":\"DELETE\",\"path\":\"/shared-drives\",\"status\":503,"
          "\"body\":\"<html>\",\"contentType\":\"text/html\",\"headers\":{\"Retry-After\":\"1\"}}");
    expect("GET", "/shared-drives", NULL, 200, NULL);
    reply = request("DELETE", "/shared-drives/sdvkpg3v2v", NULL);
    ck_assert_int_eq(reply.status, 503);
    ck_assert_str_eq(reply.text, "<html>");
    ck_assert_str_eq(reply.type, "text/html");
    reply_free(&reply);
    ck_assert_str_eq(get_text("/_control/faults", "0.hits"), "1");
    expect("DELETE", "/shared-drives/sdvkpg3v2v", NULL, 200, NULL);
    expect("DELETE", "/_control/faults", NULL, 204, NULL);
    expect("GET", "/_control/faults", NULL, 200, "[]");
}
END_TEST

START_TEST(a_fault_can_skip_and_repeat)
{
    fault("{\"path\":\"/snapshots\",\"exact\":true,\"status\":500,\"skip\":1,\"times\":2}");
    expect("GET", "/snapshots", NULL, 200, NULL);
    expect("GET", "/snapshots/slqafgu4n6gxge", NULL, 200, NULL);
    expect("GET", "/snapshots?limit=3", NULL, 500, NULL);
    expect("GET", "/snapshots", NULL, 500, NULL);
    expect("GET", "/snapshots", NULL, 200, NULL);
    fault("{\"times\":-1,\"body\":{\"a\":[1.10]}}");
    for (int i = 0; i < 5; i++)
        expect("GET", "/snapshots", NULL, 200, "{\"a\":[1.10]}");
}
END_TEST

START_TEST(a_fault_can_be_for_one_program)
{
    fault("{\"userAgent\":\"another\",\"status\":500}");
    expect("GET", "/snapshots", NULL, 200, NULL);
    fault("{\"userAgent\":\"test_\",\"status\":500}");
    expect("GET", "/snapshots", NULL, 500, NULL);
}
END_TEST

START_TEST(a_fault_can_apply_first)
{
    fault("{\"method\":\"DELETE\",\"status\":502,\"apply\":true}");
    expect("DELETE", "/shared-drives/sdvkpg3v2v", NULL, 502, NULL);
    expect("GET", "/shared-drives/sdvkpg3v2v", NULL, 404, NULL);
}
END_TEST

static void expect_closed(const char *when, long status_after)
{
    struct reply reply;
    char rule[80];

    snprintf(rule, sizeof(rule), "{\"method\":\"DELETE\",\"close\":\"%s\"}", when);
    fault(rule);
    reply = request("DELETE", "/shared-drives/sdvkpg3v2v", NULL);
    ck_assert_int_eq(reply.result, CURLE_GOT_NOTHING);
    reply_free(&reply);
    expect("GET", "/shared-drives/sdvkpg3v2v", NULL, status_after, NULL);
    ck_assert_str_eq(get_text("/_control/requests", "0.status"), "0");
}

START_TEST(a_connection_can_close_before_the_operation)
{
    expect_closed("before", 200);
}
END_TEST

START_TEST(a_connection_can_close_after_the_operation)
{
    expect_closed("after", 404);
}
END_TEST

START_TEST(an_answer_can_be_cut)
{
    static const long lengths[] = {0, 10};

    for (size_t i = 0; i < 2; i++) {
        struct reply reply;
        char rule[80];

        snprintf(rule, sizeof(rule), "{\"truncate\":%ld}", lengths[i]);
        fault(rule);
        reply = request("GET", "/snapshots", NULL);
        ck_assert_int_eq(reply.result, CURLE_PARTIAL_FILE);
        ck_assert_int_eq(reply.status, 200);
        ck_assert_uint_eq(reply.length, (size_t)lengths[i]);
        reply_free(&reply);
    }
}
END_TEST

START_TEST(an_answer_can_be_flooded)
{
    struct reply reply;

    fault("{\"flood\":{\"prefix\":\"[1\",\"unit\":\",22\",\"count\":70000,\"suffix\":\",3]\"}}");
    reply = request("GET", "/snapshots", NULL);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_uint_eq(reply.length, 2 + 3 * 70000 + 3);
    ck_assert_uint_eq(json_object_array_length(reply.json), 70002);
    ck_assert_str_eq(text_of(&reply, "70001"), "3");
    reply_free(&reply);
    fault("{\"flood\":{\"unit\":\"{},\",\"count\":-1},\"truncate\":100000}");
    reply = request("GET", "/snapshots", NULL);
    ck_assert_int_ne(reply.result, CURLE_OK);
    ck_assert_uint_eq(reply.length, 100000);
    reply_free(&reply);
}
END_TEST

START_TEST(an_answer_can_break_the_protocol)
{
    struct reply reply;

    fault("{\"raw\":true,\"body\":\"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
          "2\\r\\n{}\\r\\nzz\\r\\n\"}");
    reply = request("GET", "/snapshots", NULL);
    ck_assert_int_eq(reply.result, CURLE_RECV_ERROR);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_str_eq(reply.text, "{}");
    reply_free(&reply);
    fault("{\"raw\":true,\"apply\":true,\"method\":\"DELETE\",\"body\":\"no HTTP\"}");
    reply = request("DELETE", "/shared-drives/sdvkpg3v2v", NULL);
    ck_assert_int_ne(reply.result, CURLE_OK);
    reply_free(&reply);
    expect("GET", "/shared-drives/sdvkpg3v2v", NULL, 404, NULL);
}
END_TEST

START_TEST(an_answer_can_come_slowly)
{
    struct reply reply;

    fault("{\"body\":\"0123456789\",\"trickleMs\":20}");
    reply = request("GET", "/snapshots", NULL);
    ck_assert_str_eq(reply.text, "0123456789");
    ck_assert(reply.seconds >= 0.2);
    reply_free(&reply);
}
END_TEST

START_TEST(an_answer_can_come_long_after_the_operation)
{
    CURL *curl = curl_easy_init();
    struct reply reply;

    fault("{\"method\":\"DELETE\",\"answerDelayMs\":60000}");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 300L);
    reply = request_on(curl, "DELETE", "/shared-drives/sdvkpg3v2v", NULL);
    ck_assert_int_eq(reply.result, CURLE_OPERATION_TIMEDOUT);
    reply_free(&reply);
    curl_easy_cleanup(curl);
    expect("GET", "/shared-drives/sdvkpg3v2v", NULL, 404, NULL);
}
END_TEST

/* A request on a handle of its own; 0 if nothing came within 300 ms. */
static long status_on(CURL *curl)
{
    struct reply reply;
    long status;

    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 300L);
    reply = request_on(curl, "GET", "/snapshots", NULL);
    status = reply.status;
    reply_free(&reply);
    return status;
}

START_TEST(connections_can_fall_silent)
{
    CURL *kept = curl_easy_init();
    CURL *fresh = curl_easy_init();

    ck_assert_int_eq(status_on(kept), 200);
    expect("POST", "/_control/silence", "{\"connections\":\"open\"}", 204, NULL);
    expect("DELETE", "/_control/requests", NULL, 204, NULL);
    ck_assert_int_eq(status_on(kept), 0);
    expect("GET", "/_control/requests", NULL, 200, "[]");
    ck_assert_int_eq(status_on(fresh), 200);
    expect("POST", "/_control/silence", "{\"connections\":\"all\"}", 204, NULL);
    ck_assert_int_eq(status_on(fresh), 0);
    expect("POST", "/_control/silence", "{\"connections\":\"none\"}", 204, NULL);
    ck_assert_int_eq(status_on(fresh), 200);
    expect("POST", "/_control/silence", "{\"connections\":\"some\"}", 400, NULL);
    curl_easy_cleanup(kept);
    curl_easy_cleanup(fresh);
}
END_TEST

START_TEST(an_answer_can_be_late)
{
    struct reply reply;

    fault("{\"delayMs\":200}");
    reply = request("GET", "/snapshots", NULL);
    ck_assert_int_eq(reply.status, 200);
    ck_assert(reply.seconds >= 0.2);
    reply_free(&reply);
}
END_TEST

START_TEST(control_input_is_validated)
{
    expect("POST", "/_control/faults", "{\"statu\":500}", 400, NULL);
    expect("POST", "/_control/faults", "{\"close\":\"now\"}", 400, NULL);
    expect("POST", "/_control/faults", "{\"status\":99}", 400, NULL);
    expect("POST", "/_control/faults", "{\"headers\":{\"a\":1}}", 400, NULL);
    expect("POST", "/_control/faults", "{\"times\":0}", 400, NULL);
    expect("POST", "/_control/faults", "{\"times\":-2}", 400, NULL);
    expect("GET", "/_control/faults", NULL, 200, "[]");
    expect("POST", "/_control/config", "{\"eventMs\":-1}", 400, NULL);
    expect("POST", "/_control/config", "{\"forbid\":[1]}", 400, NULL);
    expect("POST", "/_control/config", "{\"endCursor\":\"never\"}", 400, NULL);
    expect("POST", "/_control/config", "{\"regions\":\"short\"}", 400, NULL);
    expect("GET", "/_control/nothing", NULL, 404, NULL);
}
END_TEST

START_TEST(control_is_off_unless_asked_for)
{
    struct emulator_config config = {0};
    char err[200];

    emulator_use(emulator_start(&config, err, sizeof(err)));
    expect("GET", "/_control/requests", NULL, 404, NULL);
}
END_TEST

static void add_fault_tests(TCase *tests)
{
    tcase_add_test(tests, requests_are_recorded);
    tcase_add_test(tests, connections_are_kept_and_numbered);
    tcase_add_test(tests, a_fault_answers_in_place_of_the_operation);
    tcase_add_test(tests, a_fault_can_skip_and_repeat);
    tcase_add_test(tests, a_fault_can_be_for_one_program);
    tcase_add_test(tests, a_fault_can_apply_first);
    tcase_add_test(tests, a_connection_can_close_before_the_operation);
    tcase_add_test(tests, a_connection_can_close_after_the_operation);
    tcase_add_test(tests, an_answer_can_be_cut);
    tcase_add_test(tests, an_answer_can_be_flooded);
    tcase_add_test(tests, an_answer_can_break_the_protocol);
    tcase_add_test(tests, an_answer_can_come_slowly);
    tcase_add_test(tests, an_answer_can_come_long_after_the_operation);
    tcase_add_test(tests, connections_can_fall_silent);
    tcase_add_test(tests, an_answer_can_be_late);
    tcase_add_test(tests, control_input_is_validated);
    tcase_add_test(tests, control_is_off_unless_asked_for);
}

Suite *suite_control(void)
{
    Suite *suite = suite_create("control");
    TCase *tests = tcase_create("control");

    tcase_add_checked_fixture(tests, emulator_docs, emulator_teardown);
    tcase_set_timeout(tests, 60);
    add_fault_tests(tests);
    add_behaviour_tests(tests);
    suite_add_tcase(suite, tests);
    return suite;
}
