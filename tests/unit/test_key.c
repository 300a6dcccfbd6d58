/* SPDX-License-Identifier: MIT */
/* Where the key comes from, and that it is read again: a file, the environment, the client's. */
#include "config.h"

#include "test_key.h"

#include "config/key.h"
#include "config/secret_file.h"
#include "run_tests.h"
#include "util/log.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void api_set_key(struct api *api, const char *key)
{
    snprintf(api->key, sizeof api->key, "%s", key);
    api->given++;
}

static char key_path[32];
struct problem problem;

static void make_key_file(void)
{
    unsetenv("PAPERSPACE_API_KEY");
    setenv("HOME", "/nonexistent", 1);
    log_set_level(LOG_LEVEL_ERROR);
    strcpy(key_path, "/tmp/test_key.XXXXXX");
    int fd = mkstemp(key_path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

/* The file as the source; NULL: none is named. */
struct key *key_of(const char *file, const char *team)
{
    const struct key_source source = {.file = file, .team = team, .owner = getuid()};

    return key_create(&source, &problem);
}

static void remove_key_file(void)
{
    unlink(key_path);
}

static void write_key(const char *text, size_t size)
{
    int fd = open(key_path, O_WRONLY | O_TRUNC);

    ck_assert_int_eq(write(fd, text, size), (ssize_t)size);
    close(fd);
}

START_TEST(a_key_is_the_first_line_without_blanks)
{
    struct api api = {0};

    write_key(" \tabc-123 \r\nsecond line\n", 24);
    struct key *key = key_of(key_path, NULL);
    ck_assert_msg(key != NULL, "%s", problem.message);
    key_give(key, &api);
    ck_assert_str_eq(api.key, "abc-123");
    key_destroy(key);
}
END_TEST

static const struct {
    const char *text;
    size_t size;
    const char *words;
} bad_keys[] = {
    {"", 0, "there is no key"},
    {"\nsecond\n", 8, "there is no key"},
    {"topsecret\x1b[1m\n", 14, "control characters"},
    {"topsecret\0\n", 11, "control characters"},
    {"PAPERSPACE_API_KEY=topsecret\n", 29, "NAME=value, and the key alone belongs there"},
    {"export PAPERSPACE_API_KEY=topsecret", 35, "NAME=value"},
    {"  key = \"topsecret\"\n", 20, "NAME=value"},
    {"key: topsecret\n", 15, "NAME=value"},
    {"\xef\xbb\xbfKEY=topsecret", 16, "NAME=value"},
};

START_TEST(a_file_without_a_key_is_said_to_be_one)
{
    write_key(bad_keys[_i].text, bad_keys[_i].size);
    ck_assert_ptr_null(key_of(key_path, NULL));
    ck_assert_msg(strstr(problem.message, bad_keys[_i].words) != NULL, "%s", problem.message);
    ck_assert_ptr_nonnull(strstr(problem.message, key_path));
    ck_assert_ptr_null(strstr(problem.message, "topsecret"));
}
END_TEST

/* What looks a little like NAME=value. */
static const char *const good_keys[] = {"YWJj=", "YWJjZA==", "id:secret",         "=abc",
                                        "a-b=c", "7a=b",     "ps_live_0123456789"};

START_TEST(a_key_may_have_odd_characters)
{
    write_key(good_keys[_i], strlen(good_keys[_i]));
    struct key *key = key_of(key_path, NULL);
    ck_assert_msg(key != NULL, "%s", problem.message);
    ck_assert(key_is(key, good_keys[_i]));
    key_destroy(key);
}
END_TEST

START_TEST(a_file_that_is_too_long_is_no_key)
{
    char text[4098];

    memset(text, 'k', sizeof text);
    write_key(text, sizeof text);
    ck_assert_ptr_null(key_of(key_path, NULL));
    ck_assert_ptr_nonnull(strstr(problem.message, "longer than 4096 bytes"));
}
END_TEST

START_TEST(a_directory_or_nothing_is_no_key)
{
    ck_assert_ptr_null(key_of("/", NULL));
    ck_assert_ptr_nonnull(strstr(problem.message, "directory"));
    ck_assert_ptr_null(key_of("/nonexistent/key", NULL));
    ck_assert_ptr_nonnull(strstr(problem.message, "No such file"));
}
END_TEST

START_TEST(without_a_key_all_ways_are_named)
{
    ck_assert_ptr_null(key_of(NULL, NULL));
    ck_assert_ptr_nonnull(strstr(problem.message, "key_file="));
    ck_assert_ptr_nonnull(strstr(problem.message, "PAPERSPACE_API_KEY"));
    ck_assert_ptr_nonnull(strstr(problem.message, "/nonexistent/.paperspace/credentials.toml"));
}
END_TEST

START_TEST(a_key_in_the_environment_does_not_stay_there)
{
    struct api api = {0};

    setenv("PAPERSPACE_API_KEY", "from-outside", 1);
    const char *place = getenv("PAPERSPACE_API_KEY");
    struct key *key = key_of(NULL, NULL);
    ck_assert_ptr_nonnull(key);
    ck_assert_ptr_null(getenv("PAPERSPACE_API_KEY"));
    ck_assert_int_eq(place[0], '\0');
    key_give(key, &api);
    ck_assert_str_eq(api.key, "from-outside");
    ck_assert(!key_reload(key, &api, "from-outside"));
    key_destroy(key);
}
END_TEST

START_TEST(another_key_in_the_file_is_taken_over)
{
    struct api api = {0};

    write_key("old\n", 4);
    struct key *key = key_of(key_path, NULL);
    ck_assert(!key_reload(key, &api, "old"));
    ck_assert_int_eq(api.given, 0);
    write_key("new\n", 4);
    ck_assert(key_reload(key, &api, "old"));
    ck_assert_str_eq(api.key, "new");
    ck_assert(key_reload(key, &api, "old")); /* another request may have been refused meanwhile */
    ck_assert_int_eq(api.given, 1);
    ck_assert(!key_reload(key, &api, "new")); /* and it may be the new one */
    key_destroy(key);
}
END_TEST

START_TEST(a_file_that_has_gone_leaves_the_key)
{
    struct api api = {0};

    write_key("old\n", 4);
    struct key *key = key_of(key_path, NULL);
    remove_key_file();
    ck_assert(!key_reload(key, &api, "old"));
    key_give(key, &api);
    ck_assert_str_eq(api.key, "old");
    key_destroy(key);
}
END_TEST

START_TEST(a_byte_order_mark_is_no_part_of_it)
{
    struct api api = {0};

    write_key("\xef\xbb\xbf"
              "abc-123\r\n",
              12);
    struct key *key = key_of(key_path, NULL);
    ck_assert_msg(key != NULL, "%s", problem.message);
    key_give(key, &api);
    ck_assert_str_eq(api.key, "abc-123");
    ck_assert(key_is(key, "abc-123") && !key_is(key, "abc-12"));
    key_destroy(key);
    setenv("PAPERSPACE_API_KEY",
           "\xef\xbb\xbf"
           "from-outside",
           1);
    key = key_of(NULL, NULL);
    key_give(key, &api);
    ck_assert_str_eq(api.key, "from-outside");
    key_destroy(key);
}
END_TEST

/* --- who else may have written it ---- */

#define ME  4711 /* who runs the program, root being a case of its own */
#define UID 4712 /* of uid= */

static const struct {
    uid_t owner;
    mode_t mode;
    const char *refused; /* NULL: it is not */
    const char *flaw;    /* NULL: none */
} trusts[] = {
    {0, S_IFREG | 0600, NULL, NULL},
    {ME, S_IFREG | 0600, NULL, NULL},
    {ME, S_IFREG | 0400, NULL, NULL},
    {ME, S_IFREG | 0640, NULL, NULL},
    {UID, S_IFREG | 0600, NULL, NULL},
    {OTHER, S_IFREG | 0600, "belongs to another user (uid 4713)", NULL},
    {OTHER, S_IFREG | 0644, "belongs to another user", "other users can read"},
    {OTHER, S_IFREG | 0666, "belongs to another user", "its group can change"},
    {OTHER, S_IFIFO | 0600, "belongs to another user", NULL},
    {OTHER, S_IFCHR | 0600, "belongs to another user", NULL},
    {0, S_IFREG | 0644, NULL, "other users can read"},
    {ME, S_IFREG | 0644, NULL, "other users can read"},
    {UID, S_IFREG | 0604, NULL, "other users can read"},
    {ME, S_IFREG | 0660, NULL, "its group can change"},
    {ME, S_IFREG | 0620, NULL, "its group can change"},
    {ME, S_IFREG | 0664, NULL, "its group can change"},
    {0, S_IFREG | 0602, "any user can write", NULL},
    {ME, S_IFREG | 0666, "any user can write", "its group can change"},
    {UID, S_IFREG | 0606, "any user can write", "other users can read"},
    {ME, S_IFREG | S_ISVTX | 0622, "any user can write", "its group can change"},
    {ME, S_IFIFO | 0600, NULL, NULL}, /* <(command) */
    {ME, S_IFIFO | 0644, NULL, NULL}, /* reading it takes it away */
    {ME, S_IFIFO | 0660, NULL, "its group can change"},
    {ME, S_IFIFO | 0666, "any user can write", "its group can change"},
    {ME, S_IFCHR | 0620, NULL, NULL}, /* a terminal */
    {0, S_IFCHR | 0666, NULL, NULL},
};

/* holds: key-3 key-4 */
START_TEST(a_file_that_somebody_else_can_have_written_is_refused)
{
    uid_t owner = trusts[_i].owner == ME ? getuid() : trusts[_i].owner;
    const struct stat st = {.st_uid = owner, .st_mode = trusts[_i].mode};
    int rc = secret_file_check(&st, UID, &problem);

    ck_assert_int_eq(rc, trusts[_i].refused != NULL ? -1 : 0);
    ck_assert(rc == 0 || strstr(problem.message, trusts[_i].refused) != NULL);
    if (trusts[_i].flaw != NULL)
        ck_assert_str_eq(secret_file_flaw(&st), trusts[_i].flaw);
    else
        ck_assert_ptr_null(secret_file_flaw(&st));
}
END_TEST

static const struct {
    uid_t owner;
    mode_t mode;
    bool taken;
} owned[] = {
    {0, 0600, true},   {0, 0666, false},   {0, 0602, false},     {UID, 0600, true},
    {UID, 0660, true}, {UID, 0622, false}, {OTHER, 0600, false}, {OTHER, 0644, false},
};

/* By a link too: what counts is the file that it leads to. */
START_TEST(the_file_that_was_opened_counts)
{
    char link[48];

    if (getuid() != 0)
        return;
    snprintf(link, sizeof link, "%s.link", key_path);
    write_key("topsecret\n", 10);
    ck_assert_int_eq(symlink(key_path, link), 0);
    ck_assert_int_eq(chmod(key_path, owned[_i].mode), 0);
    ck_assert_int_eq(chown(key_path, owned[_i].owner, 0), 0);
    ck_assert_int_eq(lchown(link, owned[_i].taken ? OTHER : 0, 0), 0);
    for (int i = 0; i < 2; i++) {
        const struct key_source source = {.file = i == 0 ? key_path : link, .owner = UID};
        struct key *key = key_create(&source, &problem);
        ck_assert_msg((key != NULL) == owned[_i].taken, "%s", problem.message);
        ck_assert(key != NULL || strstr(problem.message, "topsecret") == NULL);
        key_destroy(key);
    }
    unlink(link);
}
END_TEST

START_TEST(a_file_that_has_become_anybodys_is_not_read_again)
{
    struct api api = {0};

    write_key("old\n", 4);
    struct key *key = key_of(key_path, NULL);
    write_key("theirs\n", 7);
    ck_assert_int_eq(chmod(key_path, 0666), 0);
    ck_assert(!key_reload(key, &api, "old"));
    ck_assert_int_eq(api.given, 0);
    ck_assert_int_eq(chmod(key_path, 0600), 0);
    ck_assert(key_reload(key, &api, "old"));
    ck_assert_str_eq(api.key, "theirs");
    key_destroy(key);
}
END_TEST

START_TEST(a_pipe_is_waited_for_once_and_never_again)
{
    struct api api = {0};

    ck_assert_int_eq(unlink(key_path), 0);
    ck_assert_int_eq(mkfifo(key_path, 0600), 0);
    if (fork() == 0) {
        usleep(200000);
        int fd = open(key_path, O_WRONLY);
        bool all = write(fd, "to", 2) == 2;
        usleep(100000);
        all = all && write(fd, "psecret\n", 8) == 8;
        _exit(all ? 0 : 1);
    }
    struct key *key = key_of(key_path, NULL);
    ck_assert_msg(key != NULL, "%s", problem.message);
    ck_assert(key_is(key, "topsecret"));
    alarm(5); /* nobody writes any more */
    ck_assert(!key_reload(key, &api, "topsecret"));
    alarm(0);
    key_destroy(key);
}
END_TEST

static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random"};

START_TEST(a_device_does_not_hang)
{
    alarm(5);
    ck_assert_ptr_null(key_of(devices[_i], NULL));
    alarm(0);
}
END_TEST

static TCase *file_tests(void)
{
    TCase *t = tcase_create("one key");

    tcase_add_checked_fixture(t, make_key_file, remove_key_file);
    tcase_add_test(t, a_key_is_the_first_line_without_blanks);
    tcase_add_loop_test(t, a_file_without_a_key_is_said_to_be_one, 0,
                        sizeof bad_keys / sizeof bad_keys[0]);
    tcase_add_loop_test(t, a_key_may_have_odd_characters, 0,
                        sizeof good_keys / sizeof good_keys[0]);
    tcase_add_test(t, a_file_that_is_too_long_is_no_key);
    tcase_add_test(t, a_directory_or_nothing_is_no_key);
    tcase_add_test(t, without_a_key_all_ways_are_named);
    tcase_add_test(t, a_key_in_the_environment_does_not_stay_there);
    tcase_add_test(t, another_key_in_the_file_is_taken_over);
    tcase_add_test(t, a_file_that_has_gone_leaves_the_key);
    tcase_add_test(t, a_byte_order_mark_is_no_part_of_it);
    tcase_add_loop_test(t, a_file_that_somebody_else_can_have_written_is_refused, 0,
                        sizeof trusts / sizeof trusts[0]);
    tcase_add_loop_test(t, the_file_that_was_opened_counts, 0, sizeof owned / sizeof owned[0]);
    tcase_add_test(t, a_file_that_has_become_anybodys_is_not_read_again);
    tcase_add_test(t, a_pipe_is_waited_for_once_and_never_again);
    tcase_add_loop_test(t, a_device_does_not_hang, 0, sizeof devices / sizeof devices[0]);
    return t;
}

int main(void)
{
    Suite *s = suite_create("key");

    suite_add_tcase(s, file_tests());
    suite_add_tcase(s, client_tests());
    return run_tests(srunner_create(s));
}
