/* SPDX-License-Identifier: MIT */
/* What options mean, and which address it is. */
#include "config.h"

#include "test_options.h"

#include "config/options.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- what options mean ---- */

/* holds: fresh-1 stale-1 wait-1 http-4 guard-2 url-1 cmd-9 */
START_TEST(nothing_said_means_the_defaults)
{
    const char *const args[] = {"/mnt", NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert_int_eq(options.mode, OPTIONS_MOUNT);
    ck_assert_str_eq(options.url, "https://api.paperspace.com/v1");
    ck_assert_str_eq(options.mount_point, "/mnt");
    ck_assert_int_eq(options.ttl_ms, 30000);
    ck_assert_int_eq(options.stale_ms, 86400000);
    ck_assert_int_eq(options.timeout_ms, 30000);
    ck_assert_int_eq(options.connections, 12);
    ck_assert_int_eq(options.forced_dialect, -1);
    ck_assert_int_eq(options.secrets, SECRETS_FIELDS);
    ck_assert_ptr_null(options.team);
    for (size_t i = 0; i < KINDS_COUNT; i++)
        ck_assert_ptr_null(options.defaults.of[i]);
    ck_assert_int_eq(options.restore_backup, RESTORE_BACKUP_AUTO);
    ck_assert_int_eq(options.guard, 20);
    ck_assert_int_eq(options.dry_run, CACHE_SENDS);
    ck_assert_int_eq(options.uid, getuid());
    ck_assert(!options.foreground && !options.debug && !options.demo && !options.read_only);
    options_finish(&options);
}
END_TEST

/* holds: cmd-9 */
START_TEST(every_option_can_be_said)
{
    const char *const args[] = {
        "/mnt",       "-f",
        "-o",         "ttl=1.5,stale=0,timeout=5,connections=3,max_read=8192",
        "-o",         "uid=7,gid=8,umask=027",
        "--log=info", "--dialect=openapi",
        "-oro",       "--restore_backup=no",
        "--team=us",  "--secrets=hide",
        "--guard=7",  "--dry_run=pretend",
        NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert(options.foreground && options.read_only);
    ck_assert_int_eq(options.ttl_ms, 1500);
    ck_assert_int_eq(options.stale_ms, 0);
    ck_assert_int_eq(options.timeout_ms, 5000);
    ck_assert_int_eq(options.connections, 3);
    ck_assert_int_eq(options.max_read, 8192);
    ck_assert_int_eq(options.uid, 7);
    ck_assert_int_eq(options.gid, 8);
    ck_assert_int_eq(options.umask, 027);
    ck_assert_int_eq(options.log_level, LOG_LEVEL_INFO);
    ck_assert_int_eq(options.forced_dialect, DIALECT_OPENAPI);
    ck_assert_int_eq(options.restore_backup, RESTORE_BACKUP_NO);
    ck_assert_int_eq(options.secrets, SECRETS_HIDE);
    ck_assert_str_eq(options.team, "us");
    ck_assert_int_eq(options.guard, 7);
    ck_assert_int_eq(options.dry_run, CACHE_PRETENDS);
    options_finish(&options);
}
END_TEST

START_TEST(a_dry_run_pretends_only_if_it_is_told_to)
{
    const char *const args[] = {"/mnt", "-o", "dry_run,guard=0", NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert_int_eq(options.dry_run, CACHE_PLANS);
    ck_assert_int_eq(options.guard, 0);
    options_finish(&options);
}
END_TEST

/* holds: cmd-1 */
START_TEST(debug_implies_the_foreground)
{
    const char *const args[] = {"-d", "/mnt", NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert(options.foreground && options.debug);
    ck_assert_int_eq(options.log_level, LOG_LEVEL_DEBUG);
    options_finish(&options);
}
END_TEST

START_TEST(help_and_version_need_nothing_else)
{
    const char *const help[] = {"-h", NULL};
    const char *const version[] = {"--version", NULL};

    ck_assert_int_eq(parse(help), 0);
    ck_assert_int_eq(options.mode, OPTIONS_HELP);
    options_finish(&options);
    ck_assert_int_eq(parse(version), 0);
    ck_assert_int_eq(options.mode, OPTIONS_VERSION);
    options_finish(&options);
}
END_TEST

static const struct {
    const char *args[ARGS_MAX];
    enum options_mode mode;
    const char *source, *path;
    bool json;
} questions[] = {
    {{"--check"}, OPTIONS_CHECK, NULL, NULL, false},
    {{"--check", "--json"}, OPTIONS_CHECK, NULL, NULL, true},
    {{"--check", "label"}, OPTIONS_CHECK, "label", NULL, false},
    {{"--check", "https://a.example/v1"}, OPTIONS_CHECK, "https://a.example/v1", NULL, false},
    {{"--check", "/mnt/none"}, OPTIONS_CHECK, NULL, "/mnt/none", false},
    {{"--check", "./none"}, OPTIONS_CHECK, NULL, "./none", false},
    {{"--check", "."}, OPTIONS_CHECK, NULL, ".", false},
    {{"--check", "tmp"}, OPTIONS_CHECK, NULL, "tmp", false}, /* a directory in / */
    {{"--check", "label", "/mnt"}, OPTIONS_CHECK, "label", NULL, false},
    {{"--why"}, OPTIONS_WHY, NULL, NULL, false},
    {{"--why", "drives/data"}, OPTIONS_WHY, NULL, "drives/data", false},
};

START_TEST(what_is_asked_about_is_an_account_or_a_mount)
{
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_msg(parse(questions[_i].args) == 0, "%s", problem.message);
    ck_assert_int_eq(options.mode, questions[_i].mode);
    ck_assert_pstr_eq(options.source, questions[_i].source);
    ck_assert_pstr_eq(options.mount_point, questions[_i].path);
    ck_assert_int_eq(options.json, questions[_i].json);
    options_finish(&options);
}
END_TEST

START_TEST(after_two_dashes_a_mount_point_may_begin_with_one)
{
    const char *const args[] = {"--", "-mnt", NULL};

    ck_assert_int_eq(parse(args), 0);
    ck_assert_str_eq(options.mount_point, "-mnt");
    options_finish(&options);
}
END_TEST

START_TEST(a_relative_file_is_found_after_the_directory_was_left)
{
    const char *const args[] = {"/mnt", "-o", "key_file=k", NULL};

    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(parse(args), 0);
    ck_assert_int_eq(options.key_file[0], '/');
    options_finish(&options);
}
END_TEST

/* --- which address ---- */

static const struct {
    const char *args[ARGS_MAX];
    const char *environment;
    const char *url;
} addresses[] = {
    {{"https://a.example/v1/", "/mnt", "-o", "url=https://b.example"},
     "https://c.example",
     "https://a.example/v1"},
    {{"label", "/mnt", "-o", "url=https://b.example"}, "https://c.example", "https://b.example"},
    {{"label", "/mnt"}, "https://c.example", "https://c.example"},
    {{"/mnt"}, "https://c.example", "https://c.example"},
    {{"/mnt"}, "", "https://api.paperspace.com/v1"},
    {{"--check", "https://a.example"}, NULL, "https://a.example"},
    {{"--check"}, NULL, "https://api.paperspace.com/v1"},
    {{"--check", "label", "/mnt"}, NULL, "https://api.paperspace.com/v1"},
    {{"http://127.0.0.1:8080/v1", "/mnt"}, NULL, "http://127.0.0.1:8080/v1"},
    {{"http://[::1]:8080/v1", "/mnt"}, NULL, "http://[::1]:8080/v1"},
    {{"http://localhost/v1", "/mnt"}, NULL, "http://localhost/v1"},
    {{"http://127.1:8080/v1", "/mnt"}, NULL, "http://127.0.0.1:8080/v1"},
    {{"http://[::ffff:127.0.0.1]/v1", "/mnt"}, NULL, "http://[::ffff:127.0.0.1]/v1"},
    {{"http://[::ffff:7f00:1]/v1", "/mnt"}, NULL, "http://[::ffff:7f00:1]/v1"},
};

/* holds: url-1 */
START_TEST(the_address_has_an_order)
{
    if (addresses[_i].environment != NULL)
        setenv("PAPERSPACE_API_URL", addresses[_i].environment, 1);
    ck_assert_msg(parse(addresses[_i].args) == 0, "%s", problem.message);
    ck_assert_str_eq(options.url, addresses[_i].url);
    options_finish(&options);
}
END_TEST

START_TEST(a_demo_has_no_address)
{
    const char *const args[] = {"--demo", "/mnt", NULL};

    setenv("PAPERSPACE_API_URL", "https://c.example", 1);
    ck_assert_int_eq(parse(args), 0);
    ck_assert(options.demo);
    ck_assert_ptr_null(options.url);
    options_finish(&options);
}
END_TEST

void add_meaning_tests(TCase *t)
{
    tcase_add_test(t, nothing_said_means_the_defaults);
    tcase_add_test(t, every_option_can_be_said);
    tcase_add_test(t, a_dry_run_pretends_only_if_it_is_told_to);
    tcase_add_test(t, debug_implies_the_foreground);
    tcase_add_test(t, help_and_version_need_nothing_else);
    tcase_add_loop_test(t, what_is_asked_about_is_an_account_or_a_mount, 0,
                        sizeof questions / sizeof questions[0]);
    tcase_add_test(t, after_two_dashes_a_mount_point_may_begin_with_one);
    tcase_add_test(t, a_relative_file_is_found_after_the_directory_was_left);
    tcase_add_loop_test(t, the_address_has_an_order, 0, sizeof addresses / sizeof addresses[0]);
    tcase_add_test(t, a_demo_has_no_address);
}
