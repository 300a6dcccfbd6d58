/* SPDX-License-Identifier: MIT */
/* What the control lets the emulator do otherwise: events, lists, kinds, answers. */
#include "config.h"
#include "test_emulator_client.h"
#include <stdio.h>
#include <string.h>

static void behave(const char *config)
{
    expect("POST", "/_control/config", config, 204, NULL);
}

/* Only the answers are spelled otherwise: what is kept, and what is asked for, stays a code. */
START_TEST(regions_can_be_spelled_otherwise)
{
    static const char *const rows[][2] = {{"{\"regions\":\"upper\"}", "NY2"},
                                          {"{\"regions\":\"label\"}", "East Coast (NY2)"},
                                          {"{\"regions\":\"code\"}", "ny2"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        behave(rows[i][0]);
        ck_assert_str_eq(get_text("/shared-drives/sdvkpg3v2v", "region"), rows[i][1]);
        ck_assert_str_eq(get_text("/shared-drives?region=ny2", "items.0.region"), rows[i][1]);
    }
}
END_TEST

static void start_delete(char path[64])
{
    struct reply reply = request("DELETE", "/snapshots/slqafgu4n6gxge", NULL);

    snprintf(path, 64, "/machine-events/%s", text_of(&reply, "event.id"));
    reply_free(&reply);
}

START_TEST(events_can_fail)
{
    char path[64];

    behave("{\"eventFails\":true}");
    start_delete(path);
    clock_forward(1000);
    ck_assert_str_eq(get_text(path, "state"), "error");
    ck_assert_str_ne(get_text(path, "error"), "");
    expect("GET", "/snapshots/slqafgu4n6gxge", NULL, 200, NULL);
}
END_TEST

START_TEST(events_can_end_in_an_error_that_is_none)
{
    char path[64];

    behave("{\"eventErrorNull\":true}");
    start_delete(path);
    clock_forward(1000);
    ck_assert_str_eq(get_text(path, "state"), "error");
    ck_assert_str_eq(get_text(path, "error"), "");
    ck_assert_str_ne(get_text(path, "dtFinished"), "");
    expect("GET", "/snapshots/slqafgu4n6gxge", NULL, 404, NULL);
}
END_TEST

START_TEST(events_can_take_long_and_then_go_on)
{
    char path[64];

    start_delete(path);
    clock_forward(EMULATOR_DEFAULT_EVENT_MS);
    ck_assert_str_eq(get_text(path, "state"), "in progress");
    behave("{\"eventMs\":1000000000}");
    clock_forward(100000);
    ck_assert_str_eq(get_text(path, "state"), "in progress");
    behave("{\"eventMs\":0}");
    ck_assert_str_eq(get_text(path, "state"), "done");
}
END_TEST

START_TEST(provider_answers_can_lack_or_mask)
{
    const char *path = "/storage-providers/splx4m8r1bq6tze";

    behave("{\"dropS3ConfigInList\":true}");
    ck_assert_str_eq(get_text("/storage-providers", "items.0.s3Config"), "");
    ck_assert_str_eq(get_text(path, "s3Config.secretAccessKey"), "demo/secret+training/0001");
    behave("{\"maskSecrets\":true}");
    ck_assert_str_eq(get_text(path, "s3Config.secretAccessKey"), "********");
    behave("{\"maskSecrets\":false}");
    ck_assert_str_eq(get_text(path, "s3Config.secretAccessKey"), "demo/secret+training/0001");
}
END_TEST

static void second_page(char target[128])
{
    char *cursor = curl_easy_escape(NULL, get_text("/shared-drives?limit=2", "nextPage"), 0);

    snprintf(target, 128, "/shared-drives?limit=2&after=%s", cursor);
    curl_free(cursor);
}

START_TEST(pages_can_repeat_an_item)
{
    char target[128];

    behave("{\"duplicateAcrossPages\":true}");
    second_page(target);
    ck_assert_str_eq(get_text(target, "items.0.id"), "sdw3n8b1ke");
    ck_assert_str_eq(get_text(target, "items.1.id"), "sdt5y0r9jd");
}
END_TEST

START_TEST(the_order_can_be_ignored)
{
    char first[64];

    snprintf(first, sizeof first, "%s", get_text("/shared-drives", "items.0.id"));
    ck_assert_str_ne(get_text("/shared-drives?order=asc", "items.0.id"), first);
    behave("{\"ignoreOrder\":true}");
    ck_assert_str_eq(get_text("/shared-drives?order=asc", "items.0.id"), first);
}
END_TEST

START_TEST(cursors_can_repeat)
{
    char target[128], again[128];

    behave("{\"repeatCursor\":true}");
    second_page(target);
    snprintf(again, sizeof(again), "%s", get_text(target, "nextPage"));
    ck_assert_str_eq(get_text("/shared-drives?limit=2", "nextPage"), again);
    ck_assert_str_eq(get_text(target, "hasMore"), "true");
}
END_TEST

START_TEST(the_end_of_a_list_has_three_forms)
{
    const char *path = "/machine-events";

    expect("GET", path, NULL, 200, "{\"hasMore\":false,\"items\":[],\"nextPage\":null}");
    behave("{\"endCursor\":\"empty\"}");
    expect("GET", path, NULL, 200, "{\"hasMore\":false,\"items\":[],\"nextPage\":\"\"}");
    behave("{\"endCursor\":\"absent\"}");
    expect("GET", path, NULL, 200, "{\"hasMore\":false,\"items\":[]}");
}
END_TEST

START_TEST(queries_can_be_strict)
{
    behave("{\"strictQuery\":true}");
    expect("GET", "/shared-drives?colour=red", NULL, 400, NULL);
    expect("GET", "/shared-drives?limit=3&orderBy=name&order=asc&name=data", NULL, 200, NULL);
}
END_TEST

START_TEST(openapi_lists_take_no_query_when_strict)
{
    emulator_openapi();
    behave("{\"strictQuery\":true}");
    expect("GET", "/shared-drives?limit=120", NULL, 400, NULL);
    expect("GET", "/snapshots?limit=120", NULL, 200, NULL);
}
END_TEST

START_TEST(errors_can_be_of_the_older_form)
{
    struct reply reply;

    behave("{\"legacyErrors\":true}");
    reply = request("PUT", "/shared-drives/sdvkpg3v2v", "{}");
    ck_assert_str_eq(text_of(&reply, "issues.0.message"), "name: Required");
    ck_assert_str_eq(text_of(&reply, "details"), "");
    reply_free(&reply);
}
END_TEST

START_TEST(kinds_can_be_forbidden)
{
    struct reply reply;

    behave("{\"forbid\":[\"/storage-providers\"]}");
    reply = request("GET", "/storage-providers", NULL);
    ck_assert_int_eq(reply.status, 403);
    ck_assert_str_eq(text_of(&reply, "code"), "FORBIDDEN");
    reply_free(&reply);
    expect("GET", "/shared-drives", NULL, 200, NULL);
    behave("{\"forbid\":[]}");
    expect("GET", "/storage-providers", NULL, 200, NULL);
}
END_TEST

void add_behaviour_tests(TCase *tests)
{
    tcase_add_test(tests, regions_can_be_spelled_otherwise);
    tcase_add_test(tests, events_can_fail);
    tcase_add_test(tests, events_can_end_in_an_error_that_is_none);
    tcase_add_test(tests, events_can_take_long_and_then_go_on);
    tcase_add_test(tests, provider_answers_can_lack_or_mask);
    tcase_add_test(tests, pages_can_repeat_an_item);
    tcase_add_test(tests, the_order_can_be_ignored);
    tcase_add_test(tests, cursors_can_repeat);
    tcase_add_test(tests, the_end_of_a_list_has_three_forms);
    tcase_add_test(tests, queries_can_be_strict);
    tcase_add_test(tests, openapi_lists_take_no_query_when_strict);
    tcase_add_test(tests, errors_can_be_of_the_older_form);
    tcase_add_test(tests, kinds_can_be_forbidden);
}
