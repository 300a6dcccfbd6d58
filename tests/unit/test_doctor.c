/* SPDX-License-Identifier: MIT */
/* What --check prints, for a person and for a script; what is said of a kernel. */
#include "config.h"

#include "doctor/machine.h"
#include "doctor/report.h"
#include "run_tests.h"
#include "util/json.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct report report;
static char printed[16384];

/* What `print` writes to standard output, into `printed`. */
static void capture(void (*print)(void))
{
    char name[] = "/tmp/test_doctor.XXXXXX";
    int fd = mkstemp(name), before = dup(STDOUT_FILENO);

    ck_assert_int_ge(fd, 0);
    fflush(stdout);
    dup2(fd, STDOUT_FILENO);
    print();
    fflush(stdout);
    dup2(before, STDOUT_FILENO);
    close(before);
    ssize_t size = pread(fd, printed, sizeof printed - 1, 0);
    printed[size < 0 ? 0 : size] = '\0';
    close(fd);
    unlink(name);
}

static void fill(void)
{
    report = (struct report){.count = 0};
    report_add(&report, "url", REPORT_WELL, "https://%s/v1", "host");
    struct report_row *row = report_add(&report, "key", REPORT_BAD, "ends\x1b[31m\nhere");
    report_hint(row, "write \xff it");
    row = report_add(&report, "tls", REPORT_NOTE, "old");
    report_hint(row, "renew");
    report_add(&report, "drives", REPORT_WELL, "4")->count = 4;
}

static void print_text(void)
{
    report_print(&report);
}

static void print_json(void)
{
    report_print_json(&report, CHECK_KEY);
}

START_TEST(a_person_reads_lines_with_what_to_do)
{
    fill();
    capture(print_text);
    ck_assert_str_eq(printed, "url              https://host/v1\n"
                              "key              ends [31m here\n"
                              "                   do: write ? it\n"
                              "tls              old\n"
                              "                   hint: renew\n"
                              "drives           4\n");
}
END_TEST

START_TEST(a_script_reads_one_object)
{
    struct json_object *whole = NULL;

    fill();
    capture(print_json);
    ck_assert_int_eq(json_read(printed, strlen(printed), &whole, NULL), JSON_OK);
    ck_assert_int_eq(json_object_get_int(json_member(whole, "exit")), 3);
    ck_assert_str_eq(json_string_member(whole, "verdict"), "key");
    struct json_object *checks = json_member(whole, "checks"), *key = json_member(checks, "key");
    ck_assert_int_eq(json_object_object_length(checks), 4);
    ck_assert_str_eq(json_string_member(key, "state"), "bad");
    ck_assert_str_eq(json_string_member(key, "says"), "ends [31m here");
    ck_assert_str_eq(json_string_member(key, "hint"), "write ? it");
    ck_assert_ptr_null(json_member(key, "count"));
    ck_assert_int_eq(json_object_get_int(json_member(json_member(checks, "drives"), "count")), 4);
    json_object_put(whole);
}
END_TEST

START_TEST(too_many_rows_do_no_harm)
{
    report = (struct report){.count = 0};
    for (unsigned i = 0; i < 3 * REPORT_ROWS_MAX; i++)
        report_add(&report, "row", REPORT_WELL, "%u", i);
    ck_assert_uint_lt(report.count, REPORT_ROWS_MAX);
}
END_TEST

static const struct {
    const char *release;
    const char *words;
} kernels[] = {
    {"6.18.44-generic", "epoch, parallel"},
    {"6.16", "epoch, parallel"},
    {"7.0.0", "epoch, parallel"},
    {"6.15.9", "no epoch (6.16)"},
    {"6.1.0-40-amd64", "no flush of what was"},
    {"5.16.1", "no flush of what was"},
    {"5.15.0-97", "parallel directories; no ep"},
    {"4.7.0", "parallel directories; no ep"},
    {"3.10.0-1160.el7", "older than"},
    {"odd", "can't be told"},
};

START_TEST(what_a_kernel_has_is_said)
{
    ck_assert_msg(strstr(machine_kernel_words(kernels[_i].release), kernels[_i].words) != NULL,
                  "%s: %s", kernels[_i].release, machine_kernel_words(kernels[_i].release));
}
END_TEST

/* Whatever this machine is: each row is there, and none is without words. */
START_TEST(a_machine_is_examined_whole)
{
    static const char *const names[] = {"/dev/fuse",        "mounting", "fusermount3",
                                        "user_allow_other", "kernel",   "libraries"};

    report = (struct report){.count = 0};
    bool able = machine_examine(&report);
    ck_assert_uint_eq(report.count, sizeof names / sizeof names[0]);
    for (size_t i = 0; i < report.count; i++) {
        ck_assert_str_eq(report.rows[i].name, names[i]);
        ck_assert_str_ne(report.rows[i].says, "");
        ck_assert(!able || report.rows[i].state != REPORT_BAD);
        ck_assert(report.rows[i].state != REPORT_BAD || report.rows[i].hint[0] != '\0');
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("doctor");
    TCase *t = tcase_create("doctor");

    tcase_add_test(t, a_person_reads_lines_with_what_to_do);
    tcase_add_test(t, a_script_reads_one_object);
    tcase_add_test(t, too_many_rows_do_no_harm);
    tcase_add_loop_test(t, what_a_kernel_has_is_said, 0, sizeof kernels / sizeof kernels[0]);
    tcase_add_test(t, a_machine_is_examined_whole);
    suite_add_tcase(s, t);
    return run_tests(srunner_create(s));
}
