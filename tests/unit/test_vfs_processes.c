/* SPDX-License-Identifier: MIT */
/* What processes have done to a toy, and what their next step means by that. */
#include "config.h"

#include "test_vfs.h"

#include "vfs/actors.h"
#include "vfs/author.h"
#include "vfs/birth.h"
#include "vfs/file.h"
#include "vfs/moved.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- readers ------------------------------------------------------------------------------------
 */

static void read_by(struct dir *dir, const char *name, pid_t pid)
{
    struct file *file = NULL;
    char out[64];
    struct alias alias;

    ck_assert_int_eq(toy_lookup(dir, name, &alias), 0);
    ck_assert_int_eq(
        vfs_open(toy_call("open", pid), (struct node){.dir = dir, .alias = alias}, O_RDONLY, &file),
        0);
    ck_assert_int_ge((int)vfs_read(toy_call("read", pid), file, out, sizeof out, 0), 0);
    vfs_release(file);
}

static size_t seen_by(struct dir *dir, pid_t pid)
{
    struct seen_list list;

    actors_get_seen(dir, actors_identify(&toy.vfs, pid), &list);
    size_t count = list.count;
    seen_list_finish(&list);
    return count;
}

START_TEST(what_was_read_counts_for_its_process_by_all_names)
{
    struct dir *by_name = toy_dir("a");
    struct dir *by_id = toy_dir("1");
    struct dir *other = toy_dir("b");

    read_by(by_name, "text", 0);
    ck_assert_uint_eq(toy.shown, 1);
    ck_assert_uint_eq(seen_by(by_id, getpid()), 1);
    ck_assert_uint_eq(seen_by(by_id, toy_other()), 0);
    ck_assert_uint_eq(seen_by(other, getpid()), 0);
    dir_unref(other);
    dir_unref(by_id);
    dir_unref(by_name);
}
END_TEST

/* Who has read a text by which name: an editor goes on by the old one. */
START_TEST(the_name_by_which_it_was_read_is_known)
{
    struct dir *dir = toy_dir("a");
    struct process_id self = actors_identify(&toy.vfs, getpid());
    struct process_id stranger = actors_identify(&toy.vfs, toy_other());

    read_by(dir, "text", 0);
    ck_assert(actors_has_read_as(dir, RENAMER_DOCUMENT, self, "a"));
    ck_assert(!actors_has_read_as(dir, RENAMER_DOCUMENT, self, "b"));
    ck_assert(!actors_has_read_as(dir, RENAMER_NAME, self, "a"));
    ck_assert(!actors_has_read_as(dir, RENAMER_DOCUMENT, stranger, "a"));
    dir_unref(dir);
}
END_TEST

START_TEST(a_process_that_has_read_all_it_removes_is_moving)
{
    static const struct {
        const char *what;
        bool reads_text, reads_fixed, by_other;
        bool is_move;
    } rows[] = {
        {"nothing was read: rm -r", false, false, false, false},
        {"a part was read", true, false, false, false},
        {"all was read by who removes it", true, true, false, true},
        {"all was read by another", true, true, true, false},
    };
    struct dir *dir = toy_dir("a");
    pid_t reader = rows[_i].by_other ? toy_other() : 0;

    if (rows[_i].reads_text)
        read_by(dir, "text", reader);
    if (rows[_i].reads_fixed)
        read_by(dir, "fixed", reader);
    ck_assert_int_eq(vfs_unlink(toy_call("unlink", 0), dir, "text"), 0);
    ck_assert_int_eq(vfs_unlink(toy_call("unlink", 0), dir, "fixed"), 0);
    ck_assert_msg(moved_is_move(toy_call("rmdir", 0), dir) == rows[_i].is_move, "%s",
                  rows[_i].what);
    ck_assert(!moved_is_empty(toy_call("rmdir", 0), dir)); /* the directory in it */
    dir_unref(dir);
}
END_TEST

START_TEST(a_text_has_one_author_or_none)
{
    struct author author = {0};
    struct process_id self = actors_identify(&toy.vfs, getpid());
    struct process_id stranger = actors_identify(&toy.vfs, toy_other());
    struct dir *dir = toy_dir("a");
    struct seen_list seen;

    read_by(dir, "text", 0);
    author_note(&author, self);
    author_note(&author, self);
    ck_assert(author.wrote && !author.mixed);
    author_get_seen(&author, dir, &seen);
    ck_assert_uint_eq(seen.count, 1);
    seen_list_finish(&seen);
    author_note(&author, stranger);
    ck_assert(author.mixed);
    author_get_seen(&author, dir, &seen);
    ck_assert_uint_eq(seen.count, 0);
    seen_list_finish(&seen);
    author_clear(&author);
    ck_assert(!author.wrote);
    dir_unref(dir);
}
END_TEST

/* --- birth: who makes a directory fills it
 * --------------------------------------------------------- */

START_TEST(to_who_makes_a_directory_nothing_is_in_it_yet)
{
    struct dir *dir = toy_dir("a");

    birth_begin(toy_call("mkdir", 0), dir);
    ck_assert_int_eq(toy_lookup(dir, "text", NULL), -ENOENT);
    ck_assert(!birth_hides(toy_call("lookup", toy_other()), dir, (struct leaf){TOY_TEXT}));
    vfs_release(toy_open(dir, "text", O_CREAT | O_WRONLY));
    ck_assert_int_eq(toy_lookup(dir, "text", NULL), 0);
    ck_assert_int_eq(toy_lookup(dir, "fixed", NULL), -ENOENT);
    ck_assert_str_eq(toy_list(dir), "text fixed inner "); /* who looks knows all of it */
    ck_assert_int_eq(toy_lookup(dir, "fixed", NULL), 0);
    dir_unref(dir);
}
END_TEST

static void writes_another(struct dir *dir)
{
    struct file *file = toy_open(dir, "tmp", O_CREAT | O_WRONLY);

    toy_write(file, "1", 0);
    vfs_release(file);
}

static void writes_it_again(struct dir *dir)
{
    vfs_release(toy_open(dir, "text", O_WRONLY | O_TRUNC));
}

static void lists_it(struct dir *dir)
{
    toy_list(dir);
}

static void another_lists_it(struct dir *dir)
{
    struct listing *listing = NULL;

    ck_assert_int_eq(vfs_opendir(toy_call("opendir", toy_other()), dir, &listing), 0);
    listing_close(listing);
}

static void lets_time_pass(struct dir *dir)
{
    (void)dir;
    toy.passed_ms += 60001;
}

START_TEST(a_copy_ends)
{
    static const struct {
        void (*step)(struct dir *dir);
        bool goes_on;
    } rows[] = {
        {writes_another, true},    {writes_it_again, false}, {lists_it, false},
        {another_lists_it, false}, {lets_time_pass, false},
    };
    struct dir *dir = toy_dir("a");

    birth_begin(toy_call("mkdir", 0), dir);
    struct file *file = toy_open(dir, "text", O_CREAT | O_WRONLY);
    ck_assert_int_eq(toy_write(file, "{copied}\n", 0), 9);
    vfs_release(file);
    birth_complete(toy_call("write", 0), dir, &(struct buf){0});
    ck_assert(birth_is_copying(toy_call("open", 0), dir));
    ck_assert(!birth_is_copying(toy_call("open", toy_other()), dir));
    rows[_i].step(dir);
    ck_assert(birth_is_copying(toy_call("open", 0), dir) == rows[_i].goes_on);
    dir_unref(dir);
}
END_TEST

TCase *processes_case(void)
{
    TCase *processes = tcase_create("processes");

    tcase_add_checked_fixture(processes, toy_start, toy_stop);
    tcase_add_test(processes, what_was_read_counts_for_its_process_by_all_names);
    tcase_add_test(processes, the_name_by_which_it_was_read_is_known);
    tcase_add_loop_test(processes, a_process_that_has_read_all_it_removes_is_moving, 0, 4);
    tcase_add_test(processes, a_text_has_one_author_or_none);
    tcase_add_test(processes, to_who_makes_a_directory_nothing_is_in_it_yet);
    tcase_add_loop_test(processes, a_copy_ends, 0, 5);
    return processes;
}
