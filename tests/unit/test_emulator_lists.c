/* SPDX-License-Identifier: MIT */
/* Lists and their pages, and the data that they are of. */
#include "config.h"

#include "test_emulator_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(pages_bring_every_item_once)
{
    emulator_with((struct emulator_config){.populate = 1000});
    ck_assert_int_eq(count_pages("/snapshots", 120), 1000);
    ck_assert_int_eq(count_pages("/snapshots", 7), 1000);
    ck_assert_int_eq(count_pages("/snapshots", 100), 1000);
    ck_assert_int_eq(count_pages("/snapshots?order=asc", 120), 1000);
    ck_assert_int_eq(count_pages("/snapshots?orderBy=name", 33), 1000);
    ck_assert_int_eq(count_pages("/snapshots?orderBy=name&order=asc", 33), 1000);
    ck_assert_int_eq(count_pages("/shared-drives", 1), 4);
}
END_TEST

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* How many machines the snapshots of a whole list belong to; the most of one goes to most. */
static int count_machines(const struct reply *list, size_t *most)
{
    size_t count = json_object_array_length(list->json), run = 0;
    const char **machines = calloc(count, sizeof(*machines));
    int different = 0;

    for (size_t i = 0; i < count; i++) {
        json_object *snapshot = json_object_array_get_idx(list->json, i);

        machines[i] = json_object_get_string(json_object_object_get(snapshot, "machineId"));
    }
    qsort(machines, count, sizeof(*machines), compare_texts);
    for (size_t i = *most = 0; i < count; i++) {
        bool same = i > 0 && strcmp(machines[i], machines[i - 1]) == 0;

        run = same ? run + 1 : 1;
        different += !same;
        *most = run > *most ? run : *most;
    }
    free(machines);
    return different;
}

/* holds: emulator-2 */
START_TEST(generated_snapshots_are_spread_over_their_machines)
{
    static const size_t counts[] = {5, 600, 605, 700, 1000, 2000, 3400};

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        size_t machines = counts[i] / 200 + 4, most;
        struct reply first, again;

        emulator_with((struct emulator_config){.dialect = "openapi", .populate = counts[i]});
        first = request("GET", "/snapshots", NULL);
        ck_assert_int_eq(count_machines(&first, &most), (int)machines);
        ck_assert_uint_eq(most, (counts[i] + machines - 1) / machines);
        emulator_with((struct emulator_config){.dialect = "openapi", .populate = counts[i]});
        again = request("GET", "/snapshots", NULL);
        ck_assert_str_eq(first.text, again.text);
        reply_free(&first);
        reply_free(&again);
    }
}
END_TEST

START_TEST(a_cursor_survives_a_delete)
{
    struct reply page = request("GET", "/shared-drives?limit=2", NULL);
    char target[200], *cursor = curl_easy_escape(NULL, text_of(&page, "nextPage"), 0);

    expect("DELETE", "/shared-drives/sdw3n8b1ke", NULL, 200, NULL);
    snprintf(target, sizeof(target), "/shared-drives?after=%s", cursor);
    ck_assert_str_eq(get_text(target, "items.0.id"), "sdt5y0r9jd");
    ck_assert_str_eq(get_text(target, "items.1.id"), "sdvkpg3v2v");
    curl_free(cursor);
    reply_free(&page);
}
END_TEST

START_TEST(queries_are_validated)
{
    static const char *const wrong[] = {"limit=0",      "limit=121", "limit=x",  "limit=",
                                        "orderBy=size", "order=up",  "after=xy", "limit=5x"};
    char target[80];

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(target, sizeof(target), "/shared-drives?%s", wrong[i]);
        expect("GET", target, NULL, 400, NULL);
    }
    expect("GET", "/shared-drives?limit=120&colour=red", NULL, 200, NULL);
    expect("GET", "/storage-providers?orderBy=name", NULL, 400, NULL);
}
END_TEST

/* Nothing says how much is too much, so nothing is. */
START_TEST(openapi_has_no_bounds_of_a_limit)
{
    static const struct {
        const char *limit;
        int status;
        int items;
    } rows[] = {{"1", 200, 1}, {"121", 200, 121}, {"100000", 200, 300},
                {"0", 200, 0}, {"-1", 200, 0},    {"x", 400, 0},
                {"", 400, 0},  {"1.5", 400, 0},   {"--1", 400, 0}};

    emulator_with((struct emulator_config){.dialect = "openapi", .populate = 300});
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char target[80];
        snprintf(target, sizeof(target), "/snapshots?limit=%s", rows[i].limit);
        struct reply reply = request("GET", target, NULL);
        ck_assert_int_eq(reply.status, rows[i].status);
        if (reply.status == 200)
            ck_assert_int_eq(json_object_array_length(reply.json), rows[i].items);
        reply_free(&reply);
    }
}
END_TEST

START_TEST(filters_select)
{
    ck_assert_int_eq(count_pages("/shared-drives?region=ny2", 1), 2);
    ck_assert_int_eq(count_pages("/shared-drives?name=team+files&region=ams1", 1), 1);
    ck_assert_int_eq(count_pages("/shared-drives?name=team%20files&region=ny2", 1), 0);
    ck_assert_int_eq(count_pages("/snapshots?machineId=psm9u09bwu5i", 2), 4);
    ck_assert_int_eq(count_pages("/snapshots?machineId=psnone", 2), 0);
    ck_assert_str_eq(get_text("/snapshots?orderBy=name&order=asc", "items.0.name"), "auto-daily");
    ck_assert_str_eq(get_text("/shared-drives?order=asc", "items.0.name"), "data");
}
END_TEST

START_TEST(openapi_pages_after_an_id)
{
    emulator_with((struct emulator_config){.dialect = "openapi", .populate = 300});
    char target[200] = "/snapshots?limit=120";
    int lengths[] = {120, 120, 60, 0};

    for (size_t i = 0; i < 4; i++) {
        struct reply page = request("GET", target, NULL);

        ck_assert_int_eq((int)json_object_array_length(page.json), lengths[i]);
        if (lengths[i])
            snprintf(target, sizeof(target), "/snapshots?limit=120&after=%s",
                     text_of(&page, lengths[i] == 120 ? "119.id" : "59.id"));
        reply_free(&page);
    }
    ck_assert_int_eq(bare_length("/snapshots"), 300);
    expect("GET", "/snapshots?after=slnone", NULL, 400, NULL);
}
END_TEST

/* holds: emulator-2 */
START_TEST(data_keeps_digits_and_extra_keys)
{
    static const char text[] =
        "{\"shared-drives\":[{\"id\":\"sd1\",\"name\":\"a\","
        "\"size\":123456789012345678901234567890,\"x\":1.10,\"y\":{\"z\":[-0,1e5]}}]}";
    char err[200];

    emulator_use(emulator_from_data("docs", text, err, sizeof(err)));
    expect("PUT", "/shared-drives/sd1", "{\"name\":\"b\"}", 200,
           "{\"id\":\"sd1\",\"name\":\"b\",\"size\":123456789012345678901234567890,"
           "\"x\":1.10,\"y\":{\"z\":[-0,1e5]}}");
    ck_assert_int_eq(count_pages("/snapshots", 5), 0);
    ck_assert_int_eq(count_pages("/storage-providers", 5), 0);
    expect("GET", "/storage-providers/utilization", NULL, 200, NULL);
}
END_TEST

START_TEST(data_keeps_the_order_of_the_file)
{
    char err[200];

    emulator_use(
        emulator_from_data("docs", "{\"snapshots\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]}",
                           err, sizeof(err)));
    ck_assert_str_eq(get_text("/snapshots", "items.0.id"), "a");
    ck_assert_str_eq(get_text("/snapshots", "items.2.id"), "c");
}
END_TEST

static const struct {
    const char *text;
    const char *message;
} bad_data[] = {
    {"{\"snapshots\":[\n}", "not valid JSON in line 2"},
    {"[]", "not a JSON object"},
    {"{\"drives\":[]}", "unknown key drives"},
    {"{\"snapshots\":{}}", "snapshots is not an array"},
    {"{\"snapshots\":[{\"id\":\"a\"},{\"name\":\"b\"}]}", "snapshots[1]: not an object"},
    {"{\"snapshots\":[{\"id\":\"a\"},{\"id\":\"a\"}]}", "snapshots[0]: its id a is there twice"},
    {"{\"utilization\":1}", "utilization is not an object"},
};

START_TEST(bad_data_is_refused_in_words)
{
    char err[200] = "";

    ck_assert_ptr_null(emulator_from_data("docs", bad_data[_i].text, err, sizeof(err)));
    ck_assert_msg(strstr(err, bad_data[_i].message) != NULL, "%s", err);
}
END_TEST

START_TEST(bad_configurations_are_refused_in_words)
{
    struct emulator_config config = {.dialect = "latin"};
    char err[200] = "";

    ck_assert_ptr_null(emulator_start(&config, err, sizeof(err)));
    ck_assert_ptr_nonnull(strstr(err, "latin"));
    config = (struct emulator_config){.data_file = "/nonexistent"};
    ck_assert_ptr_null(emulator_start(&config, err, sizeof(err)));
    ck_assert_ptr_nonnull(strstr(err, "/nonexistent"));
    config = (struct emulator_config){.key = ""};
    ck_assert_ptr_null(emulator_start(&config, err, sizeof(err)));
    emulator_stop(NULL);
}
END_TEST

void add_docs_list_tests(TCase *tests)
{
    tcase_add_test(tests, pages_bring_every_item_once);
    tcase_add_test(tests, a_cursor_survives_a_delete);
    tcase_add_test(tests, queries_are_validated);
    tcase_add_test(tests, filters_select);
    tcase_add_test(tests, data_keeps_digits_and_extra_keys);
    tcase_add_test(tests, data_keeps_the_order_of_the_file);
    tcase_add_loop_test(tests, bad_data_is_refused_in_words, 0,
                        sizeof(bad_data) / sizeof(bad_data[0]));
    tcase_add_test(tests, bad_configurations_are_refused_in_words);
}

void add_openapi_list_tests(TCase *tests)
{
    tcase_add_test(tests, openapi_pages_after_an_id);
    tcase_add_test(tests, generated_snapshots_are_spread_over_their_machines);
    tcase_add_test(tests, openapi_has_no_bounds_of_a_limit);
}
