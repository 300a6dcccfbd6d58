/* SPDX-License-Identifier: MIT */
/* What the journals keep, line by line. */
#include "config.h"

#include "cache/cache.h"
#include "journal/journal.h"
#include "run_tests.h"
#include "util/json.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
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

/* All of a file of a journal, in pieces. */
static void read_file(struct journal *journal, enum journal_name name, unsigned age,
                      struct buf *out)
{
    struct roll *roll = journal_roll(journal, name, age);
    char piece[1000];
    size_t count;

    buf_resize(out, 0);
    ck_assert_ptr_nonnull(roll);
    while ((count = roll_read(roll, piece, sizeof piece, out->size_bytes)) > 0)
        ck_assert(buf_append(out, piece, count));
    ck_assert_uint_eq(out->size_bytes, roll_size(roll));
    roll_unref(roll);
}

static size_t count_lines(const struct buf *text)
{
    size_t count = 0;

    for (const char *at = buf_text(text); (at = strchr(at, '\n')) != NULL; at++)
        count++;
    return count;
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
    read_file(journal, JOURNAL_CHANGES, 0, &lines);
    ck_assert_str_eq(member_of(&lines, "body", &body), mask_rows[_i].masked);
    buf_finish(&lines);
    buf_finish(&body);
    journal_destroy(journal);
}
END_TEST

/* --- files ------------------------------------------------------------------------------------ */

static void fail_at(struct journal *journal, const char *path, const char *message)
{
    struct problem problem;
    const struct journal_error error = {
        .op = "write", .path = path, .err = EINVAL, .problem = &problem};

    problem_set(&problem, PROBLEM_INVALID, "%s", message);
    journal_add_error(journal, &error);
}

/* Each of `count` entries has a number in its path, from `first` on. */
static void fail_often(struct journal *journal, int first, int count)
{
    char path[32];

    for (int i = first; i < first + count; i++) {
        snprintf(path, sizeof path, "drives/%d", i);
        fail_at(journal, path, "no");
    }
}

static void check_first_path(const struct buf *lines, const char *path)
{
    struct json_object *line = NULL;
    const char *text = buf_text(lines);

    ck_assert_int_eq(json_read(text, strcspn(text, "\n"), &line, NULL), JSON_OK);
    ck_assert_str_eq(json_string_member(line, "path"), path);
    json_object_put(line);
}

/* holds: journal-1 journal-2 */
START_TEST(a_file_only_grows_and_makes_room_at_twice_its_length)
{
    struct journal *journal = journal_create(&clock_system);
    struct buf old = BUF_EMPTY;
    struct buf now = BUF_EMPTY;

    fail_often(journal, 0, 1000);
    read_file(journal, JOURNAL_ERRORS, 0, &old);
    fail_often(journal, 1000, 1000);
    read_file(journal, JOURNAL_ERRORS, 0, &now);
    ck_assert_uint_eq(count_lines(&now), 2000);
    ck_assert_int_eq(memcmp(now.data, old.data, old.size_bytes), 0);
    ck_assert_ptr_null(journal_roll(journal, JOURNAL_ERRORS, 1));
    struct roll *held = journal_roll(journal, JOURNAL_ERRORS, 0);

    fail_often(journal, 2000, 1);
    read_file(journal, JOURNAL_ERRORS, 0, &now);
    check_first_path(&now, "drives/2000");
    ck_assert_uint_eq(count_lines(&now), 1);
    read_file(journal, JOURNAL_ERRORS, 1, &old);
    ck_assert_uint_eq(count_lines(&old), 2000);
    struct roll *before = journal_roll(journal, JOURNAL_ERRORS, 1);
    ck_assert_ptr_eq(before, held);
    roll_unref(before);

    fail_often(journal, 2001, 2000);
    read_file(journal, JOURNAL_ERRORS, 1, &now);
    check_first_path(&now, "drives/2000");
    ck_assert_uint_eq(roll_number(held), 1);
    ck_assert_uint_eq(roll_size(held), old.size_bytes);
    ck_assert_uint_eq(journal_entries(journal, JOURNAL_ERRORS), 4001);
    roll_unref(held);
    buf_finish(&old);
    buf_finish(&now);
    journal_destroy(journal);
}
END_TEST

START_TEST(a_repeat_is_counted_where_it_stands)
{
    struct journal *journal = journal_create(&clock_system);
    struct buf lines = BUF_EMPTY;
    struct buf count = BUF_EMPTY;
    size_t size = 0;

    fail_at(journal, "drives/a", "no");
    for (int i = 1; i <= 1200; i++) {
        read_file(journal, JOURNAL_ERRORS, 0, &lines);
        if (i == 1)
            size = lines.size_bytes;
        ck_assert_uint_eq(lines.size_bytes, size);
        fail_at(journal, "drives/a", "no");
    }
    read_file(journal, JOURNAL_ERRORS, 0, &lines);
    ck_assert_str_eq(member_of(&lines, "count", &count), "1201");
    ck_assert_uint_eq(count_lines(&lines), 1);
    ck_assert_uint_eq(journal_entries(journal, JOURNAL_ERRORS), 1201);
    buf_finish(&lines);
    buf_finish(&count);
    journal_destroy(journal);
}
END_TEST

/* Bodies of any length, as they are sent. */
START_TEST(a_file_is_bounded_in_bytes_too)
{
    struct journal *journal = journal_create(&clock_system);
    struct problem problem = {.kind = PROBLEM_NONE, .status = 200};
    struct buf body = BUF_EMPTY;

    ck_assert(buf_printf(&body, "{\"name\":\"%060000d\"}", 0));
    const struct change_report report = {.verb = CHANGE_UPDATE,
                                         .kind = &kind_drives,
                                         .id = "d1",
                                         .body = buf_text(&body),
                                         .problem = &problem};
    for (int i = 0; i < 200; i++)
        journal_add_change(journal, "http://h", &report, "", NULL);
    for (unsigned age = 0; age < 2; age++) {
        struct roll *roll = journal_roll(journal, JOURNAL_CHANGES, age);
        ck_assert_ptr_nonnull(roll);
        ck_assert_uint_gt(roll_size(roll), 0);
        ck_assert_uint_le(roll_size(roll), (size_t)4 << 20);
        roll_unref(roll);
    }
    buf_finish(&body);
    journal_destroy(journal);
}
END_TEST

/* --- what was changed elsewhere --------------------------------------------------------------- */

static struct record *record_of(const char *text)
{
    struct json_object *object = NULL;
    struct problem problem;

    if (text == NULL)
        return NULL;
    ck_assert_int_eq(json_read(text, strlen(text), &object, NULL), JSON_OK);
    struct record *record = record_from_json(&kind_providers, DIALECT_DOCS, object, &problem);
    ck_assert_ptr_nonnull(record);
    json_object_put(object);
    return record;
}

static const struct {
    const char *before;
    const char *after;
    const char *kind;
    const char *keys;
} seen_rows[] = {
    {NULL, "{\"id\":\"p\",\"name\":\"n\",\"s3Config\":{}}", "\"created\"",
     "{\"id\":{\"to\":\"p\"},\"name\":{\"to\":\"n\"},\"s3Config\":{\"to\":{}}}"},
    {"{\"id\":\"p\",\"name\":null,\"s3Config\":{}}", NULL, "\"deleted\"",
     "{\"id\":{\"from\":\"p\"},\"name\":{\"from\":null},\"s3Config\":{\"from\":{}}}"},
    {"{\"id\":\"p\",\"a\":1,\"gone\":2,\"s3Config\":{}}",
     "{\"id\":\"p\",\"a\":1.5,\"s3Config\":{},\"new\":[1]}", "\"changed\"",
     "{\"a\":{\"from\":1,\"to\":1.5},\"gone\":{\"from\":2},\"new\":{\"to\":[1]}}"},
    {"{\"id\":\"p\",\"s3Config\":{\"secretAccessKey\":\"old-secret\"}}",
     "{\"id\":\"p\",\"s3Config\":{\"secretAccessKey\":\"new-secret\"}}", "\"changed\"",
     "{\"s3Config\":{\"from\":{\"secretAccessKey\":\"********\"},\"to\":{"
     "\"secretAccessKey\":\"********\"}}}"},
};

START_TEST(what_was_changed_elsewhere_has_each_key)
{
    struct journal *journal = journal_create(&clock_system);
    struct record *before = record_of(seen_rows[_i].before);
    struct record *after = record_of(seen_rows[_i].after);
    struct buf lines = BUF_EMPTY;
    struct buf text = BUF_EMPTY;

    journal_add_seen(journal, "providers/n", before, after);
    read_file(journal, JOURNAL_SEEN, 0, &lines);
    ck_assert_str_eq(member_of(&lines, "kind", &text), seen_rows[_i].kind);
    buf_finish(&text);
    ck_assert_str_eq(member_of(&lines, "keys", &text), seen_rows[_i].keys);
    buf_finish(&text);
    ck_assert_str_eq(member_of(&lines, "id", &text), "\"p\"");
    buf_finish(&lines);
    buf_finish(&text);
    record_unref(before);
    record_unref(after);
    journal_destroy(journal);
}
END_TEST

/* holds: control-8 */
START_TEST(what_was_changed_elsewhere_is_bounded)
{
    struct journal *journal = journal_create(&clock_system);
    struct buf item = BUF_EMPTY;
    struct buf lines = BUF_EMPTY;
    struct buf text = BUF_EMPTY;

    ck_assert(buf_printf(&item, "{\"id\":\"p\",\"s3Config\":{}"));
    for (int i = 0; i < 500; i++)
        ck_assert(buf_printf(&item, ",\"k%d\":\"%03000d\",\"l%d\":[\"%03000d\"]", i, 0, i, 0));
    ck_assert(buf_printf(&item, "}"));
    struct record *after = record_of(buf_text(&item));
    journal_add_seen(journal, "providers/n", NULL, after);
    read_file(journal, JOURNAL_SEEN, 0, &lines);
    ck_assert_uint_lt(lines.size_bytes, 160 * 1024);
    ck_assert_ptr_nonnull(strstr(buf_text(&lines), "{\"to\":\"[\\\"000"));
    ck_assert_int_gt(atoi(member_of(&lines, "more", &text)), 900);
    buf_finish(&item);
    buf_finish(&lines);
    buf_finish(&text);
    record_unref(after);
    journal_destroy(journal);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal");
    TCase *tests = tcase_create("journal");

    tcase_add_loop_test(tests, a_change_s_body_is_masked, 0, COUNT(mask_rows));
    tcase_add_test(tests, a_file_only_grows_and_makes_room_at_twice_its_length);
    tcase_add_test(tests, a_repeat_is_counted_where_it_stands);
    tcase_add_test(tests, a_file_is_bounded_in_bytes_too);
    tcase_add_loop_test(tests, what_was_changed_elsewhere_has_each_key, 0, COUNT(seen_rows));
    tcase_add_test(tests, what_was_changed_elsewhere_is_bounded);
    suite_add_tcase(suite, tests);
    return run_tests(srunner_create(suite));
}
