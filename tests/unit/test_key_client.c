/* SPDX-License-Identifier: MIT */
/* The official client's files: which team's key it is. */
#include "config.h"

#include "test_key.h"

#include "config/key.h"
#include "config/secret_file.h"
#include "util/log.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the official client's files ---- */

static char home[32], client_directory[48], credentials_path[80], config_path[80];

static void make_home(void)
{
    strcpy(home, "/tmp/test_key.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(home));
    snprintf(client_directory, sizeof client_directory, "%s/.paperspace", home);
    snprintf(credentials_path, sizeof credentials_path, "%s/credentials.toml", client_directory);
    snprintf(config_path, sizeof config_path, "%s/config.toml", client_directory);
    ck_assert_int_eq(mkdir(client_directory, 0700), 0);
    unsetenv("PAPERSPACE_API_KEY");
    setenv("HOME", home, 1);
    log_set_level(LOG_LEVEL_ERROR);
}

static void remove_home(void)
{
    unlink(credentials_path);
    unlink(config_path);
    rmdir(client_directory);
    rmdir(home);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* The key that is found for `team`; "" and the problem when there is none. */
static const char *found_key(const char *team)
{
    static struct api api;
    struct key *key = key_of(NULL, team);

    api = (struct api){0};
    if (key != NULL)
        key_give(key, &api);
    key_destroy(key);
    return api.key;
}

static const char two_teams[] = "version = 1\n\n[keys]\nfirst = \"topsecret1\"\n"
                                "\"t wo\" = \"topsecret2\"\n";

START_TEST(a_team_that_is_named_has_its_key)
{
    write_text(credentials_path, two_teams);
    write_text(config_path, "version = 1\nteam = \"first\"\nlocale = \"en-US\"\n");
    ck_assert_str_eq(found_key("t wo"), "topsecret2");
    ck_assert_str_eq(found_key(NULL), "topsecret1");
    write_text(config_path, "team = \"t wo\"\n");
    ck_assert_str_eq(found_key(NULL), "topsecret2");
}
END_TEST

START_TEST(the_only_key_needs_no_team)
{
    write_text(credentials_path, "[keys]\nfirst = 'topsecret1'\n");
    ck_assert_str_eq(found_key(NULL), "topsecret1");
    write_text(config_path, "version = 1\n\n[team]\n"); /* null, as the client writes it */
    ck_assert_str_eq(found_key(NULL), "topsecret1");
    write_text(config_path, "team = \"\"\n");
    ck_assert_str_eq(found_key(NULL), "topsecret1");
}
END_TEST

START_TEST(before_the_clients_files_come_the_others)
{
    struct api api = {0};

    write_text(credentials_path, "this is not read");
    setenv("PAPERSPACE_API_KEY", "from-outside", 1);
    ck_assert_str_eq(found_key("first"), "from-outside");
    setenv("PAPERSPACE_API_KEY", "from-outside", 1);
    write_text(config_path, "from-file\n");
    struct key *key = key_of(config_path, NULL);
    key_give(key, &api);
    ck_assert_str_eq(api.key, "from-file");
    ck_assert_ptr_null(getenv("PAPERSPACE_API_KEY"));
    key_destroy(key);
}
END_TEST

START_TEST(an_empty_variable_is_none)
{
    write_text(credentials_path, "[keys]\nfirst = \"topsecret1\"\n");
    setenv("PAPERSPACE_API_KEY", "", 1);
    ck_assert_str_eq(found_key(NULL), "topsecret1");
}
END_TEST

static const struct {
    const char *credentials;
    const char *config;
    const char *team;
    const char *words;
} bad_files[] = {
    {two_teams, NULL, NULL, "credentials.toml: there are keys of first, t wo: name one with"},
    {two_teams, NULL, "third", "no key of the team third; there are those of first, t wo"},
    {two_teams, "team = \"third\"", NULL,
     "no key of the team third; there are those of first, t wo"},
    {"[keys]\nfirst = \"topsecret1\"", "team = \"third\"", NULL, "no key of the team third"},
    {"[keys]\n", NULL, NULL, "there are keys of no team"},
    {"first = \"topsecret1\"", NULL, "first", "there are those of no team"},
    {two_teams, "team = 7", NULL, "config.toml:1: team is no string"},
    {two_teams, "\nteam: first", NULL, "config.toml:2: a = is wanted"},
    {"[keys]\nfirst = topsecret", NULL, NULL, "credentials.toml:2: a value is wanted"},
    {"[keys]\nfirst = 7", NULL, NULL, "credentials.toml:2: the key of the team first is no string"},
    {"[keys]\nfirst = \"\"", NULL, NULL, "credentials.toml:2: the key of the team first is empty"},
    {"[keys]\nfirst = \"topsecret\\n\"", NULL, NULL,
     "credentials.toml:2: the key of the team first "
     "holds control characters"},
};

START_TEST(files_that_are_wrong_are_named)
{
    write_text(credentials_path, bad_files[_i].credentials);
    if (bad_files[_i].config != NULL)
        write_text(config_path, bad_files[_i].config);
    ck_assert_str_eq(found_key(bad_files[_i].team), "");
    ck_assert_msg(strstr(problem.message, bad_files[_i].words) != NULL, "%s", problem.message);
    ck_assert_ptr_nonnull(strstr(problem.message, client_directory));
    ck_assert_ptr_null(strstr(problem.message, "topsecret"));
}
END_TEST

START_TEST(without_HOME_the_password_file_has_it)
{
    unsetenv("HOME");
    setenv("PAPERSPACE_API_KEY", "", 1);
    struct key *key = key_of(NULL, "no such team");
    ck_assert_ptr_null(key);
    ck_assert_ptr_nonnull(strstr(problem.message, "/.paperspace/credentials.toml"));
    ck_assert_ptr_null(strstr(problem.message, client_directory));
}
END_TEST

START_TEST(the_clients_file_must_be_its_owners_alone)
{
    write_text(credentials_path, "[keys]\nfirst = \"topsecret1\"\n");
    ck_assert_int_eq(chmod(credentials_path, 0606), 0);
    ck_assert_str_eq(found_key(NULL), "");
    ck_assert_ptr_nonnull(strstr(problem.message, "credentials.toml: any user can write it"));
    ck_assert_int_eq(chmod(credentials_path, 0660), 0);
    ck_assert_str_eq(found_key(NULL), "topsecret1");
    if (getuid() == 0) {
        ck_assert_int_eq(chown(credentials_path, OTHER, 0), 0);
        ck_assert_str_eq(found_key(NULL), "");
        ck_assert_ptr_nonnull(strstr(problem.message, "belongs to another user"));
    }
}
END_TEST

START_TEST(the_clients_files_may_begin_with_a_byte_order_mark)
{
    write_text(credentials_path, "\xef\xbb\xbf[keys]\nfirst = \"topsecret1\"\nb = \"x\"\n");
    write_text(config_path, "\xef\xbb\xbfteam = \"first\"\n");
    ck_assert_str_eq(found_key(NULL), "topsecret1");
}
END_TEST

START_TEST(the_same_team_is_read_again)
{
    struct api api = {0};

    write_text(credentials_path, "[keys]\nfirst = \"old\"\n");
    struct key *key = key_of(NULL, NULL);
    ck_assert_ptr_nonnull(key);
    ck_assert(!key_reload(key, &api, "old"));
    write_text(config_path, "team = \"second\"\n"); /* that would be another account */
    write_text(credentials_path, "[keys]\nsecond = \"theirs\"\nfirst = \"new\"\n");
    ck_assert(key_reload(key, &api, "old"));
    ck_assert_str_eq(api.key, "new");
    key_destroy(key);
}
END_TEST

START_TEST(a_team_that_has_gone_leaves_the_key)
{
    struct api api = {0};

    write_text(credentials_path, "[keys]\nfirst = \"old\"\n");
    struct key *key = key_of(NULL, NULL);
    write_text(credentials_path, "[keys]\nsecond = \"theirs\"\n");
    ck_assert(!key_reload(key, &api, "old"));
    unlink(credentials_path);
    ck_assert(!key_reload(key, &api, "old"));
    ck_assert_int_eq(api.given, 0);
    key_give(key, &api);
    ck_assert_str_eq(api.key, "old");
    key_destroy(key);
}
END_TEST

TCase *client_tests(void)
{
    TCase *t = tcase_create("the client's files");

    tcase_add_checked_fixture(t, make_home, remove_home);
    tcase_add_test(t, a_team_that_is_named_has_its_key);
    tcase_add_test(t, the_only_key_needs_no_team);
    tcase_add_test(t, before_the_clients_files_come_the_others);
    tcase_add_test(t, an_empty_variable_is_none);
    tcase_add_loop_test(t, files_that_are_wrong_are_named, 0,
                        sizeof bad_files / sizeof bad_files[0]);
    tcase_add_test(t, without_HOME_the_password_file_has_it);
    tcase_add_test(t, the_clients_file_must_be_its_owners_alone);
    tcase_add_test(t, the_clients_files_may_begin_with_a_byte_order_mark);
    tcase_add_test(t, the_same_team_is_read_again);
    tcase_add_test(t, a_team_that_has_gone_leaves_the_key);
    return t;
}
