/* SPDX-License-Identifier: MIT */
/* What is sent by a rename, a create in a machine, a restore; and how long a long edit takes. */
#include "config.h"

#include "instrumented.h"
#include "test_document.h"
#include "util/clock.h"

#include <errno.h>
#include <string.h>

static const struct rename_row {
    const struct kind *kind;
    enum dialect dialect;
    const char *current;
    int err;
    const char *expected; /* the body, or the words */
} rename_rows[] = {
    {&kind_drives, D, drive, 0, "{\"name\":\"a/b\\u0000\"}"},
    {&kind_snapshots, O, open_snapshot, 0, "{\"name\":\"a/b\\u0000\"}"},
    {&kind_providers, D, default_provider, 0,
     "{\"isTeamDefault\":true,\"name\":\"a/b\\u0000\",\"s3Config\":{\"accessKey\":\"AK\","
     "\"bucket\":\"b\",\"secretAccessKey\":\"SECRET/1\"}}"},
    {&kind_providers, O, open_provider, 0,
     "{\"name\":\"a/b\\u0000\",\"type\":\"s3\",\"bucket\":\"b\"}"},
    {&kind_providers, D, masked_provider, EPERM,
     "s3Config.secretAccessKey must be given too: the API takes a provider only as a whole, and "
     "the server does not tell this secret"},
    {&kind_drives, D, "{\"id\":\"s\",\"name\":\"a/b\\u0000\"}", 0, ""},
};

START_TEST(a_rename_sends_the_name)
{
    const struct rename_row *row = &rename_rows[_i];
    struct record *current = make_record(row->kind, row->dialect, row->current);
    struct document_change change;
    struct problem problem = {0};
    struct buf edit = BUF_EMPTY;

    ck_assert(document_name_edit("a/b", 4, &edit));
    ck_assert_int_eq(document_edit(row->dialect, current, NULL, buf_text(&edit), edit.size_bytes,
                                   &change, &problem),
                     row->err == 0 ? 0 : -1);
    ck_assert_int_eq(problem.err, row->err);
    ck_assert_str_eq(row->err == 0 ? buf_text(&change.body) : problem.message, row->expected);
    document_change_finish(&change);
    buf_finish(&edit);
    record_unref(current);
}
END_TEST

START_TEST(a_create_in_a_machine_names_it)
{
    struct buf out = BUF_EMPTY;

    ck_assert(document_create_in_group(&kind_snapshots, "before \"it\"", 11, "ps1", &out));
    ck_assert_str_eq(buf_text(&out), "{\"name\":\"before \\\"it\\\"\",\"machineId\":\"ps1\"}");
    buf_finish(&out);
}
END_TEST

static const struct restore_test {
    enum dialect dialect;
    const char *text;
    int err;
    const char *expected;
} restore_rows[] = {
    {D, "{}", 0, "{}"},
    {D, " { \"createSnapshotBeforeRestore\" : false }\n", 0,
     "{\"createSnapshotBeforeRestore\":false}"},
    {D, "{\"createSnapshotBeforeRestore\":\"no\"}", EINVAL,
     "createSnapshotBeforeRestore must be true or false"},
    {D, "{\"createSnapshotBeforeRestore\":null}", EINVAL,
     "createSnapshotBeforeRestore must be true or false"},
    {D, "{\"force\":true}", EINVAL, "a restore takes no key force"},
    {D, "never\n", EINVAL, "line 1: a value is expected"},
    {D, "true", EINVAL, "a JSON object is expected"},
    {O, "{}", 0, "{}"},
    {O, "{\"createSnapshotBeforeRestore\":true}", EINVAL,
     "a restore takes no key createSnapshotBeforeRestore"},
};

START_TEST(a_restore_takes_the_keys_of_its_row)
{
    const struct restore_test *row = &restore_rows[_i];
    const struct restore_row *restore = kind_snapshots.shapes[row->dialect].restore;
    struct buf out = BUF_EMPTY;
    struct problem problem = {0};

    ck_assert_int_eq(document_restore_body(restore, row->text, strlen(row->text), &out, &problem),
                     row->err == 0 ? 0 : -1);
    ck_assert_int_eq(problem.err, row->err);
    ck_assert_str_eq(row->err == 0 ? buf_text(&out) : problem.message, row->expected);
    buf_finish(&out);
}
END_TEST

/* As many keys as fit into a document: judged one by one, not each against all. */
START_TEST(a_long_edit_takes_no_time)
{
    enum { KEYS = 60000 };
    struct buf text = BUF_EMPTY;
    struct document_change change;
    struct problem problem = {0};

    ck_assert(buf_append_text(&text, "{\"id\":\"sdv1\",\"name\":\"data\""));
    for (int i = 0; i < KEYS; i++)
        ck_assert(buf_printf(&text, ",\"k%05d\":1", i));
    ck_assert(buf_append_text(&text, "}"));
    ck_assert_uint_lt(text.size_bytes, DOCUMENT_MAX_BYTES);
    struct record *record = make_record(&kind_drives, D, buf_text(&text));
    int64_t start_ms = clock_now_ms(&clock_system);
    ck_assert_int_eq(
        document_edit(D, record, NULL, buf_text(&text), text.size_bytes, &change, &problem), 0);
    ck_assert(!change.changed);
    ck_assert(is_instrumented() || clock_now_ms(&clock_system) - start_ms < 5000);
    document_change_finish(&change);
    record_unref(record);
    buf_finish(&text);
}
END_TEST

void add_body_tests(TCase *tests)
{
    tcase_add_loop_test(tests, a_rename_sends_the_name, 0, COUNT(rename_rows));
    tcase_add_test(tests, a_create_in_a_machine_names_it);
    tcase_add_loop_test(tests, a_restore_takes_the_keys_of_its_row, 0, COUNT(restore_rows));
    tcase_add_test(tests, a_long_edit_takes_no_time);
}
