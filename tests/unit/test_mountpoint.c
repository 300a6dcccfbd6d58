/* SPDX-License-Identifier: MIT */
/* What the table of mounts says of a directory. */
#include "config.h"

#include "fs/mountpoint.h"

#include <check.h>
#include <stdlib.h>

static const char table[] =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "30 22 0:40 / /mnt/a rw,nosuid - fuse.paperspacefs https://api/v1 rw,user_id=0\n"
    "31 22 0:41 / /mnt/with\\040blank rw - fuse.paperspacefs x rw\n"
    "32 22 0:42 / /mnt/b rw shared:2 master:3 - fuse.sshfs host:/ rw\n"
    "33 32 0:43 / /mnt/b rw - tmpfs tmpfs rw\n"
    "broken\n";

static const struct {
    const char *path;
    const char *type;
} cases[] = {
    {"/", "ext4"},
    {"/mnt/a", "fuse.paperspacefs"},
    {"/mnt/with blank", "fuse.paperspacefs"},
    {"/mnt/b", "tmpfs"}, /* the later one lies on top */
    {"/mnt", ""},
    {"/mnt/a/b", ""},
};

START_TEST(the_topmost_mount_right_on_a_path_counts)
{
    char type[64];

    mountpoint_type(table, cases[_i].path, type, sizeof type);
    ck_assert_str_eq(type, cases[_i].type);
}
END_TEST

static const struct {
    const char *path;
    const char *words;
} refused[] = {
    {"/nonexistent/mnt", "No such file or directory"},
    {"/nonexistent", "No such file or directory"},
    {"/dev/null", "not a directory"},
    {"", "No such file or directory"},
};

START_TEST(what_can_not_be_mounted_on_is_said)
{
    struct problem problem = {0};
    char *path = NULL;

    ck_assert_int_eq(mountpoint_prepare(refused[_i].path, &path, &problem), -1);
    ck_assert_msg(strstr(problem.message, refused[_i].words) != NULL, "%s", problem.message);
    ck_assert_ptr_null(path);
}
END_TEST

START_TEST(a_path_becomes_absolute_and_clean)
{
    struct problem problem = {0};
    char *path = NULL;

    ck_assert_int_eq(mountpoint_prepare("/dev/../usr/./", &path, &problem), 0);
    ck_assert_str_eq(path, "/usr");
    free(path);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mountpoint");
    TCase *t = tcase_create("mountpoint");

    tcase_add_loop_test(t, the_topmost_mount_right_on_a_path_counts, 0,
                        sizeof cases / sizeof cases[0]);
    tcase_add_loop_test(t, what_can_not_be_mounted_on_is_said, 0,
                        sizeof refused / sizeof refused[0]);
    tcase_add_test(t, a_path_becomes_absolute_and_clean);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
