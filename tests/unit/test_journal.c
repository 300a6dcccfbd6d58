/* SPDX-License-Identifier: MIT */
/* What the journals keep, line by line. */
#include "config.h"

#include "cache/cache.h"
#include "journal/journal.h"
#include "util/json.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

/* The member of the newest line in `lines` as compact JSON; owned by `out`. */
static const char *member_of(const struct buf *lines, const char *key, struct buf *out)
{
    const char *text = buf_text(lines);
    size_t end = strcspn(text, "\n");
    struct json_object *line = NULL;

    while (text[end] != '\0' && text[end + 1] != '\0') {
        text += end + 1;
        end = strcspn(text, "\n");
    }
    ck_assert_int_eq(json_read(text, end, &line, NULL), JSON_OK);
    ck_assert(json_print(out, json_object_object_get(line, key)));
    json_object_put(line);
    return buf_text(out);
}

static const struct {
    const char *body;
    const char *masked;
} mask_rows[] = {
    {NULL, "null"},
    {"", "null"},
    {"not JSON", "null"},
    {"{\"name\":\"x\"}", "{\"name\":\"x\"}"},
    {"{\"s3Config\":{\"secretAccessKey\":\"s\",\"bucket\":\"b\"},\"secretKey\":\"\"}",
     "{\"s3Config\":{\"secretAccessKey\":\"********\",\"bucket\":\"b\"},\"secretKey\":"
     "\"********\"}"},
    {"[{\"password\":[1]}]", "[{\"password\":\"********\"}]"},
};

START_TEST(a_change_s_body_is_masked)
{
    struct journal *journal = journal_create(&clock_system);
    struct problem problem = {.kind = PROBLEM_NONE, .status = 200};
    const struct change_report report = {.verb = CHANGE_UPDATE,
                                         .kind = &kind_providers,
                                         .id = "p1",
                                         .body = mask_rows[_i].body,
                                         .problem = &problem};
    struct buf lines = BUF_EMPTY;
    struct buf body = BUF_EMPTY;

    journal_add_change(journal, "http://h", &report, "", NULL);
    ck_assert(journal_print_changes(journal, &lines));
    ck_assert_str_eq(member_of(&lines, "body", &body), mask_rows[_i].masked);
    buf_finish(&lines);
    buf_finish(&body);
    journal_destroy(journal);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal");
    TCase *tests = tcase_create("journal");

    tcase_add_loop_test(tests, a_change_s_body_is_masked, 0, COUNT(mask_rows));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
