/* SPDX-License-Identifier: MIT */
/* What mount(8) tells its helper becomes what a user would have typed. */
#include "config.h"

#include "config/mount_helper.h"
#include "run_tests.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ARGS_MAX 12

static const struct {
    const char *given[ARGS_MAX], *expected[ARGS_MAX];
    bool called, fake;
} rewritten[] = {
    /* by its own name nothing changes, whatever the letters */
    {{"paperspacefs", "-f", "src", "/mnt"}, {"paperspacefs", "-f", "src", "/mnt"}, false, false},
    {{"/usr/bin/paperspacefs", "-s"}, {"/usr/bin/paperspacefs", "-s"}, false, false},
    /* mount -t paperspacefs */
    {{"/sbin/mount.paperspacefs", "src", "/mnt", "-o", "rw,ttl=3"},
     {"/sbin/mount.paperspacefs", "src", "/mnt", "-o", "rw,ttl=3"},
     true,
     false},
    /* mount -t fuse.paperspacefs -n -v -s */
    {{"/sbin/mount.fuse.paperspacefs", "src", "/mnt", "-s", "-n", "-v", "-o", "rw", "-t",
      "fuse.paperspacefs"},
     {"/sbin/mount.fuse.paperspacefs", "src", "/mnt", "-o", "rw"},
     true,
     false},
    /* -f: mount -f; -t with its value in one word */
    {{"mount.paperspacefs", "src", "/mnt", "-vf", "-tfuse.paperspacefs", "-oro"},
     {"mount.paperspacefs", "src", "/mnt", "-oro"},
     true,
     true},
    /* the option's value is no letter, whatever it looks like */
    {{"mount.paperspacefs", "src", "/mnt", "-o", "-f"},
     {"mount.paperspacefs", "src", "/mnt", "-o", "-f"},
     true,
     false},
    {{"mount.paperspacefs", "--demo", "-", "/mnt"},
     {"mount.paperspacefs", "--demo", "-", "/mnt"},
     true,
     false},
    {{"mount.paperspacefs", "-o"}, {"mount.paperspacefs", "-o"}, true, false},
    {{"mount.paperspacefs", "-t"}, {"mount.paperspacefs"}, true, false},
};

static int count(const char *const *args)
{
    int n = 0;

    while (n < ARGS_MAX && args[n] != NULL)
        n++;
    return n;
}

START_TEST(arguments_are_rewritten)
{
    char *argv[ARGS_MAX + 1] = {NULL};
    struct mount_helper helper;
    struct problem problem;
    int argc = count(rewritten[_i].given);

    memcpy(argv, rewritten[_i].given, (size_t)argc * sizeof argv[0]);
    ck_assert_int_eq(mount_helper_rewrite(&argc, argv, &helper, &problem), 0);
    ck_assert_int_eq(argc, count(rewritten[_i].expected));
    for (int i = 0; i < argc; i++)
        ck_assert_str_eq(argv[i], rewritten[_i].expected[i]);
    ck_assert_ptr_null(argv[argc]);
    ck_assert_int_eq(helper.called, rewritten[_i].called);
    ck_assert_int_eq(helper.fake, rewritten[_i].fake);
}
END_TEST

static const char *const refused[] = {"-x", "-N", "-sd", "-fh", "-V"};

START_TEST(other_letters_are_refused)
{
    char name[] = "mount.paperspacefs", source[] = "src", letters[8] = "", type[] = "/mnt";
    char *argv[] = {name, source, letters, type, NULL};
    struct mount_helper helper;
    struct problem problem;
    int argc = 4;

    strcpy(letters, refused[_i]);
    ck_assert_int_eq(mount_helper_rewrite(&argc, argv, &helper, &problem), -1);
    ck_assert_ptr_nonnull(strchr(problem.message, '-'));
    ck_assert(helper.called);
}
END_TEST

/* holds: install-2 */
START_TEST(exit_statuses_are_those_of_mount)
{
    const struct mount_helper helper = {.called = true}, none = {.called = false};

    ck_assert_int_eq(mount_helper_status(&helper, 0), 0);
    ck_assert_int_eq(mount_helper_status(&helper, 1), MOUNT_HELPER_FAILED);
    ck_assert_int_eq(mount_helper_status(&none, 0), 0);
    ck_assert_int_eq(mount_helper_status(&none, 1), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mount helper");
    TCase *tc = tcase_create("arguments");

    tcase_add_loop_test(tc, arguments_are_rewritten, 0, sizeof rewritten / sizeof rewritten[0]);
    tcase_add_loop_test(tc, other_letters_are_refused, 0, sizeof refused / sizeof refused[0]);
    tcase_add_test(tc, exit_statuses_are_those_of_mount);
    suite_add_tcase(suite, tc);
    return run_tests(srunner_create(suite));
}
