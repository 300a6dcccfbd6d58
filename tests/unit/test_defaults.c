/* SPDX-License-Identifier: MIT */
/* The files of defaults=. */
#include "config.h"

#include "test_options.h"

#include "config/options.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- defaults= ---- */

char path[32];

static void make_file(void)
{
    set_up();
    log_set_level(LOG_LEVEL_ERROR);
    strcpy(path, "/tmp/test_options.XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(path);
}

static int parse_defaults(const char *text, const char *dialect)
{
    char option[48], dialect_option[32];
    const char *const args[] = {"/mnt", "-o", option, dialect_option, NULL};
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    snprintf(option, sizeof option, "defaults=%s", path);
    snprintf(dialect_option, sizeof dialect_option, "--dialect=%s", dialect);
    return parse(args);
}

START_TEST(defaults_are_kept_by_kind)
{
    ck_assert_msg(parse_defaults("{\"drives\": {\"region\": \"ny2\", \"networkId\": \"nw\","
                                 " \"size\": 100},\n \"snapshots\": {\"machineId\": \"ps1\"},"
                                 " \"providers\": {\"isTeamDefault\": true, \"s3Config\": "
                                 "{\"bucket\": \"b\", \"secretAccessKey\": \"topsecret\"}}}",
                                 "auto") == 0,
                  "%s", problem.message);
    ck_assert_str_eq(options.defaults.of[kind_index(&kind_drives)],
                     "{\"region\":\"ny2\",\"networkId\":\"nw\",\"size\":100}");
    ck_assert_str_eq(options.defaults.of[kind_index(&kind_snapshots)], "{\"machineId\":\"ps1\"}");
    ck_assert_str_eq(options.defaults.of[kind_index(&kind_providers)],
                     "{\"isTeamDefault\":true,\"s3Config\":{\"bucket\":\"b\","
                     "\"secretAccessKey\":\"topsecret\"}}");
    ck_assert_ptr_null(options.defaults.of[kind_index(&kind_utilization)]);
    options_finish(&options);
}
END_TEST

START_TEST(an_empty_object_has_no_defaults)
{
    ck_assert_int_eq(parse_defaults(" {}\n", "auto"), 0);
    ck_assert_ptr_null(options.defaults.of[0]);
    options_finish(&options);
}
END_TEST

START_TEST(a_dialect_that_is_known_decides_on_the_keys)
{
    ck_assert_int_eq(parse_defaults("{\"drives\": {\"privateNetworkId\": \"nw\"}}", "auto"), 0);
    options_finish(&options);
    ck_assert_int_eq(parse_defaults("{\"drives\": {\"privateNetworkId\": \"nw\"}}", "openapi"), 0);
    options_finish(&options);
    ck_assert_int_eq(parse_defaults("{\"drives\": {\"privateNetworkId\": \"nw\"}}", "docs"), -1);
    ck_assert_ptr_nonnull(strstr(problem.message, "drives.privateNetworkId: there is no such"));
}
END_TEST

static const struct {
    const char *text;
    const char *words;
} bad_defaults[] = {
    {"", ": the JSON has no end"},
    {"{\"drives\": {", ": the JSON has no end"},
    {"{\"drives\":\n{topsecret}}", ": line 2: "},
    {"{} {}", ": line 1: something follows"},
    {"[]", ": one JSON object is wanted"},
    {"null", ": one JSON object is wanted"},
    {"{\"drives\": {}, \"drives\": {}}", "two equal keys: drives"},
    {"{\"drive\": {}}", ": drive: nothing of that name"},
    {"{\"utilization\": {}}", ": utilization: nothing of that name"},
    {"{\"drives\": []}", ": drives: an object is wanted"},
    {"{\"drives\": null}", ": drives: an object is wanted"},
    {"{\"drives\": {\"colour\": 1}}", ": drives.colour: there is no such field"},
    {"{\"drives\": {\"id\": \"topsecret\"}}", ": drives.id: it can't be given"},
    {"{\"drives\": {\"name\": \"topsecret\"}}", ": drives.name: the name is that of the dir"},
    {"{\"drives\": {\"region\": 1}}", ": drives.region: a string is wanted"},
    {"{\"drives\": {\"region\": null}}", ": drives.region: a string is wanted"},
    {"{\"drives\": {\"size\": \"topsecret\"}}", ": drives.size: an integer is wanted"},
    {"{\"drives\": {\"size\": 1.5}}", ": drives.size: an integer is wanted"},
    {"{\"drives\": {\"size\": 1000000000000}}", ": drives.size: sizes are in GB"},
    {"{\"drives\": {\"networkId\": 7}}", ": drives.networkId: a string is wanted"},
    {"{\"drives\": {\"privateNetworkId\": 7}}", ": drives.privateNetworkId: a string is wanted"},
    {"{\"snapshots\": {\"machineId\": \"..\"}}", ": snapshots.machineId: that is no ID"},
    {"{\"snapshots\": {\"machineId\": 1}}", ": snapshots.machineId: a string is wanted"},
    {"{\"snapshots\": {\"storageSize\": 1}}", ": snapshots.storageSize: it can't be given"},
    {"{\"providers\": {\"s3Config\": 1}}", ": providers.s3Config: an object is wanted"},
    {"{\"providers\": {\"s3Config\": {\"buckets\": 1}}}",
     ": providers.s3Config.buckets: there is no such"},
    {"{\"providers\": {\"s3Config\": {\"retainData\": \"yes\"}}}",
     ": providers.s3Config.retainData: true or false is wanted"},
    {"{\"providers\": {\"s3Config\": {\"secretAccessKey\": \"********\"}}}",
     ": providers.s3Config.secretAccessKey: that is only the mask"},
};

START_TEST(defaults_that_are_wrong_are_named)
{
    ck_assert_int_eq(parse_defaults(bad_defaults[_i].text, "auto"), -1);
    ck_assert_msg(strstr(problem.message, bad_defaults[_i].words) != NULL, "%s", problem.message);
    ck_assert_ptr_nonnull(strstr(problem.message, path));
    ck_assert_ptr_null(strstr(problem.message, "topsecret"));
}
END_TEST

TCase *defaults_tests(void)
{
    TCase *t = tcase_create("defaults");

    tcase_add_checked_fixture(t, make_file, remove_file);
    tcase_add_test(t, defaults_are_kept_by_kind);
    tcase_add_test(t, an_empty_object_has_no_defaults);
    tcase_add_test(t, a_dialect_that_is_known_decides_on_the_keys);
    tcase_add_loop_test(t, defaults_that_are_wrong_are_named, 0,
                        sizeof bad_defaults / sizeof bad_defaults[0]);
    return t;
}
