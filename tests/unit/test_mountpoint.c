/* SPDX-License-Identifier: MIT */
/* What is mounted on: what the table of mounts says of it, and with which options. */
#include "config.h"

#include "fs/attach.h"
#include "fs/mountinfo.h"
#include "fs/mountpoint.h"
#include "run_tests.h"
#include "util/clock.h"
#include "util/log.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const char table[] =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "30 22 0:40 / /mnt/a rw,nosuid - fuse.paperspacefs https://api/v1 rw,user_id=0\n"
    "31 22 0:41 / /mnt/with\\040blank rw - fuse.paperspacefs x rw\n"
    "32 22 0:42 / /mnt/b rw shared:2 master:3 - fuse.sshfs host:/ rw\n"
    "34 33 0:44 / /mnt/b rw - tmpfs tmpfs rw\n"
    "33 32 0:43 / /mnt/b rw - tmpfs tmpfs rw\n"
    "35 22 0:45 / /auto rw - autofs systemd-1 rw,fd=5\n"
    "36 22 0:46 / /mnt/c rw - fuse.paperspacefs a\\040b ro\n"
    "broken\n";

static const struct {
    int id;
    const char *point;
    int top; /* 0: nothing lies there */
} places[] = {
    {22, "/mnt/a", 30},  {22, "/mnt/with blank", 31}, {22, "/mnt/b", 34}, /* one on the other */
    {32, "/mnt/b", 34},  {34, "/mnt/b", 0},           {22, "/mnt", 0},
    {22, "/mnt/a/b", 0}, {30, "/mnt/a", 0},           {1, "/", 22},
};

START_TEST(the_topmost_of_what_lies_on_a_directory_counts)
{
    struct mountinfo mount = {.id = 0};
    bool found = mountinfo_topmost(table, places[_i].id, places[_i].point, &mount);

    ck_assert_int_eq(found, places[_i].top != 0);
    ck_assert_int_eq(mount.id, places[_i].top);
}
END_TEST

static const struct {
    int id;
    const char *point;
    const char *type;
    bool ours;
} mounts[] = {
    {22, "/", "ext4", false},
    {30, "/mnt/a", "fuse.paperspacefs", true},
    {31, "/mnt/with blank", "fuse.paperspacefs", true},
    {32, "/mnt/b", "fuse.sshfs", false},
    {35, "/auto", "autofs", false},
};

START_TEST(a_mount_is_found_by_its_number)
{
    struct mountinfo mount;

    ck_assert(mountinfo_by_id(table, mounts[_i].id, &mount));
    ck_assert_str_eq(mount.point, mounts[_i].point);
    ck_assert_str_eq(mount.type, mounts[_i].type);
    ck_assert_int_eq(mountinfo_is_ours(&mount), mounts[_i].ours);
    ck_assert(!mountinfo_by_id(table, 99, &mount));
}
END_TEST

START_TEST(the_mount_of_a_descriptor_is_in_the_table)
{
    struct mountinfo mount;
    char *now = mountinfo_read();
    int fd = open("/proc", O_PATH | O_CLOEXEC);

    ck_assert_ptr_nonnull(now);
    ck_assert(mountinfo_by_id(now, mountinfo_id_of(fd), &mount));
    ck_assert_str_eq(mount.type, "proc");
    ck_assert_int_eq(mountinfo_id_of(-1), -1);
    close(fd);
    free(now);
}
END_TEST

START_TEST(the_rest_of_a_line_is_known)
{
    struct mountinfo mount;

    ck_assert(mountinfo_by_id(table, 30, &mount));
    ck_assert_str_eq(mount.options, "rw,nosuid");
    ck_assert_str_eq(mount.source, "https://api/v1");
    ck_assert_str_eq(mount.super, "rw,user_id=0");
    ck_assert(mountinfo_by_id(table, 36, &mount));
    ck_assert_str_eq(mount.source, "a b");
    ck_assert_str_eq(mount.super, "ro");
}
END_TEST

START_TEST(a_filesystem_is_found_by_its_device)
{
    struct mountinfo mount;

    ck_assert(mountinfo_by_device(table, 0, 41, &mount));
    ck_assert_int_eq(mount.id, 31);
    ck_assert(!mountinfo_by_device(table, 8, 1, &mount)); /* is none of FUSE */
    ck_assert(!mountinfo_by_device(table, 0, 99, &mount));
}
END_TEST

START_TEST(an_option_is_found_as_a_whole)
{
    ck_assert(mountinfo_has_option("ro", "ro"));
    ck_assert(mountinfo_has_option("nodev,ro,x=1", "ro"));
    ck_assert(mountinfo_has_option("nodev,ro,x=1", "x=1"));
    ck_assert(!mountinfo_has_option("nodev,ro,x=1", "x"));
    ck_assert(!mountinfo_has_option("rom,nodev", "ro"));
    ck_assert(!mountinfo_has_option("", "ro"));
}
END_TEST

START_TEST(where_no_mount_of_ours_is_none_is_found)
{
    struct problem problem = {0};
    struct mountpoint_ours ours;

    ck_assert_int_eq(mountpoint_find("/", &ours, &problem), -1);
    ck_assert_str_eq(problem.message, "/: no paperspacefs is mounted there");
    ck_assert_int_eq(mountpoint_find("/nonexistent/a", &ours, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_NOT_FOUND);
    ck_assert_int_eq(ours.fd, -1);
}
END_TEST

static const struct {
    const char *path;
    const char *words;
} refused[] = {
    {"/nonexistent/mnt", "No such file or directory; make it with mkdir -p /nonexistent/mnt"},
    {"/nonexistent", "No such file or directory"},
    {"/dev/null", "not a directory"},
    {"", "No such file or directory"},
};

START_TEST(what_can_not_be_mounted_on_is_said)
{
    struct problem problem = {0};
    struct mountpoint point;

    ck_assert_int_eq(mountpoint_prepare(refused[_i].path, &point, &problem), -1);
    ck_assert_msg(strstr(problem.message, refused[_i].words) != NULL, "%s", problem.message);
    ck_assert_ptr_null(point.path);
    ck_assert_int_eq(point.fd, -1);
}
END_TEST

START_TEST(a_path_becomes_absolute_and_clean)
{
    struct problem problem = {0};
    struct mountpoint point;

    log_set_level(LOG_LEVEL_ERROR);
    ck_assert_int_eq(mountpoint_prepare("/dev/../usr/./", &point, &problem), 0);
    ck_assert_str_eq(point.path, "/usr");
    ck_assert(!point.autofs);
    mountpoint_finish(&point);
}
END_TEST

START_TEST(a_directory_keeps_its_descriptor_when_its_path_goes)
{
    struct problem problem = {0};
    struct mountpoint point;
    char above[] = "/tmp/test_mountpoint.XXXXXX", before[64], after[64], path[PATH_MAX];
    int lock;

    ck_assert_ptr_nonnull(mkdtemp(above));
    snprintf(before, sizeof before, "%s/a", above);
    snprintf(after, sizeof after, "%s/b", above);
    ck_assert_int_eq(mkdir(before, 0700), 0);
    ck_assert_int_eq(mountpoint_prepare(before, &point, &problem), 0);
    ck_assert_int_eq(rename(before, after), 0);
    ck_assert_int_eq(symlink("/etc", before), 0);
    ck_assert(mountpoint_path(point.fd, path));
    ck_assert_str_eq(path, after);
    ck_assert_int_eq(mountpoint_enter(&point, &lock, &problem), 0);
    close(lock);
    mountpoint_finish(&point);
    unlink(before);
    rmdir(after);
    rmdir(above);
}
END_TEST

/* --- options ---- */

static const struct {
    struct attach_config config;
    unsigned long flags;
    const char *text; /* what follows default_permissions */
} translated[] = {
    {{.kernel_options = NULL}, MS_NOSUID | MS_NODEV, ""},
    {{.read_only = true}, MS_NOSUID | MS_NODEV | MS_RDONLY, ""},
    {{.kernel_options = "allow_other,max"}, MS_NOSUID | MS_NODEV, ",allow_other"},
    {{.kernel_options = "allow_root,allow_other"}, MS_NOSUID | MS_NODEV, ",allow_other"},
    {{.kernel_options = "noexec,dirsync"}, MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_DIRSYNC, ""},
    {{.kernel_options = "noexec,exec,sync,async,noatime,atime"}, MS_NOSUID | MS_NODEV, ""},
    {{.kernel_options = "exec,noexec,async,sync,atime,noatime"},
     MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_SYNCHRONOUS | MS_NOATIME,
     ""},
    {{.kernel_options = "allow_other", .max_read = 4096},
     MS_NOSUID | MS_NODEV,
     ",allow_other,max_read=4096"},
};

START_TEST(options_become_flags_and_text)
{
    unsigned long flags;
    char text[200];

    ck_assert(attach_translate(&translated[_i].config, &flags, text, sizeof text));
    ck_assert_uint_eq(flags, translated[_i].flags);
    const char *rest = strstr(text, ",default_permissions");
    ck_assert_ptr_nonnull(rest);
    ck_assert_str_eq(rest + strlen(",default_permissions"), translated[_i].text);
    ck_assert(!attach_translate(&translated[_i].config, &flags, text, 20));
}
END_TEST

static const struct {
    const char *options, *super;
    unsigned long flags; /* besides that of a remount */
} remounted[] = {
    {"rw,nosuid,nodev,relatime", "rw", MS_NOSUID | MS_NODEV | MS_RELATIME},
    {"ro,noexec,noatime", "ro,sync", MS_NOEXEC | MS_NOATIME | MS_SYNCHRONOUS},
    {"rw", "rw,dirsync,lazytime", MS_DIRSYNC | MS_LAZYTIME | MS_STRICTATIME},
    {"rw,nodiratime,nosymfollow", "rw", MS_NODIRATIME | 256 | MS_STRICTATIME},
};

START_TEST(a_remount_keeps_what_the_mount_has)
{
    struct mountinfo mount = {.id = 0};

    snprintf(mount.options, sizeof mount.options, "%s", remounted[_i].options);
    snprintf(mount.super, sizeof mount.super, "%s", remounted[_i].super);
    ck_assert_uint_eq(attach_remount_flags(&mount, false), MS_REMOUNT | remounted[_i].flags);
    ck_assert_uint_eq(attach_remount_flags(&mount, true),
                      MS_REMOUNT | MS_RDONLY | remounted[_i].flags);
}
END_TEST

START_TEST(what_only_fusermount_can_do_is_known)
{
    ck_assert(!attach_lacks(NULL));
    ck_assert(!attach_lacks("allow_other,noexec"));
    ck_assert(attach_lacks("auto_unmount"));
    ck_assert(attach_lacks("noexec,auto_unmount"));
}
END_TEST

/* fusermount3 as somebody's PATH has it; one that waits for a path that does not answer is given
 * up.
 */
START_TEST(fusermount_is_waited_for_in_time)
{
    static const struct {
        const char *script;
        int result;
    } rows[] = {{"exit 0", 0}, {"exit 1", -1}, {"exec sleep 60", -1}};
    char path[] = "/tmp/test_mountpoint.XXXXXX";
    char program[64];

    ck_assert_ptr_nonnull(mkdtemp(path));
    snprintf(program, sizeof program, "%s/fusermount3", path);
    FILE *file = fopen(program, "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "#!/bin/sh\nPATH=/usr/bin:/bin\n%s\n", rows[_i].script);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(program, 0755), 0);
    ck_assert_int_eq(setenv("PATH", path, 1), 0);
    int64_t start_ms = clock_now_ms(&clock_system);
    ck_assert_int_eq(mountpoint_release("/nowhere"), rows[_i].result);
    ck_assert_int_lt(clock_now_ms(&clock_system) - start_ms, 15000);
    unlink(program);
    rmdir(path);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mountpoint");
    TCase *t = tcase_create("mountpoint");

    tcase_add_loop_test(t, the_topmost_of_what_lies_on_a_directory_counts, 0,
                        sizeof places / sizeof places[0]);
    tcase_add_loop_test(t, a_mount_is_found_by_its_number, 0, sizeof mounts / sizeof mounts[0]);
    tcase_add_test(t, the_rest_of_a_line_is_known);
    tcase_add_test(t, a_filesystem_is_found_by_its_device);
    tcase_add_test(t, an_option_is_found_as_a_whole);
    tcase_add_test(t, where_no_mount_of_ours_is_none_is_found);
    tcase_add_loop_test(t, a_remount_keeps_what_the_mount_has, 0,
                        sizeof remounted / sizeof remounted[0]);
    tcase_add_test(t, the_mount_of_a_descriptor_is_in_the_table);
    tcase_add_test(t, a_directory_keeps_its_descriptor_when_its_path_goes);
    tcase_add_loop_test(t, options_become_flags_and_text, 0,
                        sizeof translated / sizeof translated[0]);
    tcase_add_test(t, what_only_fusermount_can_do_is_known);
    tcase_add_loop_test(t, what_can_not_be_mounted_on_is_said, 0,
                        sizeof refused / sizeof refused[0]);
    tcase_add_test(t, a_path_becomes_absolute_and_clean);
    tcase_add_loop_test(t, fusermount_is_waited_for_in_time, 0, 3);
    suite_add_tcase(s, t);
    return run_tests(srunner_create(s));
}
