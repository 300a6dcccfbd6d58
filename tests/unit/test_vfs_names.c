/* SPDX-License-Identifier: MIT */
/* Names in directories of a toy: hidden by unlink, moved, put beside, and listed while all that
 * happens. */
#include "config.h"

#include "test_vfs.h"

#include "vfs/file.h"
#include "vfs/overlay.h"
#include "vfs/scratch_set.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int unlink_in(struct dir *dir, const char *name)
{
    return vfs_unlink(toy_call("unlink", 0), dir, name);
}

static int rename_in(struct dir *dir, const char *from, const char *to)
{
    return vfs_rename(toy_call("rename", 0), dir, from, dir, to, 0);
}

/* --- what is laid over a directory --------------------------------------------------------------
 */

START_TEST(what_is_unlinked_is_hidden_and_shows_again)
{
    struct dir *dir = toy_dir("a");

    ck_assert_str_eq(toy_list(dir), "text fixed inner ");
    ck_assert_int_eq(unlink_in(dir, "text"), 0);
    ck_assert_int_eq(toy_lookup(dir, "text", NULL), -ENOENT);
    ck_assert_str_eq(toy_list(dir), "fixed inner ");
    ck_assert_int_eq(unlink_in(dir, "text"), -ENOENT);
    toy.passed_ms += UNLINK_REVERT_MS + 1;
    ck_assert_int_eq(toy_lookup(dir, "text", NULL), 0);
    ck_assert_int_eq(toy.failed_err, EPERM);
    ck_assert_str_eq(toy.failed_path, "a");
    ck_assert_uint_eq(toy.commits, 0);
    dir_unref(dir);
}
END_TEST

START_TEST(the_time_to_show_again_begins_with_the_last_unlink)
{
    struct dir *dir = toy_dir("a");

    ck_assert_int_eq(unlink_in(dir, "text"), 0);
    toy.passed_ms += UNLINK_REVERT_MS - 1000;
    ck_assert_int_eq(unlink_in(dir, "fixed"), 0);
    toy.passed_ms += UNLINK_REVERT_MS - 1000;
    ck_assert_str_eq(toy_list(dir), "inner ");
    toy.passed_ms += 1001;
    ck_assert_str_eq(toy_list(dir), "text fixed inner ");
    dir_unref(dir);
}
END_TEST

START_TEST(what_is_made_anew_shows_again_and_is_written)
{
    struct dir *dir = toy_dir("a");

    ck_assert_int_eq(unlink_in(dir, "text"), 0);
    struct file *file = toy_open(dir, "text", O_CREAT | O_WRONLY);
    ck_assert_int_eq(toy_write(file, "{anew}\n", 0), 7);
    vfs_release(file);
    ck_assert_str_eq(toy_read(dir, "text"), "{anew}\n");
    toy.passed_ms += UNLINK_REVERT_MS + 1;
    ck_assert_str_eq(toy_list(dir), "text fixed inner ");
    ck_assert_uint_eq(toy.failures, 0);
    dir_unref(dir);
}
END_TEST

START_TEST(a_directory_in_it_is_removed_when_it_is_empty)
{
    struct dir *dir = toy_dir("a");
    struct dir *inner = toy_dir("a/inner");

    ck_assert_int_eq(vfs_rmdir(toy_call("rmdir", 0), dir, "inner"), -ENOTEMPTY);
    ck_assert_int_eq(unlink_in(inner, "depth"), 0);
    ck_assert_int_eq(vfs_rmdir(toy_call("rmdir", 0), dir, "inner"), 0);
    ck_assert_int_eq(toy_lookup(dir, "inner", NULL), -ENOENT);
    overlay_clear_all(dir);
    ck_assert_int_eq(toy_lookup(dir, "inner", NULL), 0);
    ck_assert_int_eq(toy_lookup(inner, "depth", NULL), 0);
    dir_unref(inner);
    dir_unref(dir);
}
END_TEST

/* --- roles: a number goes along with its name
 * ----------------------------------------------------- */

START_TEST(what_is_moved_onto_the_text_is_the_text)
{
    struct dir *dir = toy_dir("a");
    struct alias alias;

    toy_make(dir, "sedXYZ", "{by sed}\n");
    ck_assert_int_eq(toy_lookup(dir, "sedXYZ", &alias), 0);
    ck_assert_int_eq(rename_in(dir, "sedXYZ", "text"), 0);
    ck_assert_str_eq(toy.committed, "{by sed}\n");
    ck_assert_uint_eq(leaf_acts_as(dir, alias).number, TOY_TEXT);
    ck_assert_uint_eq(leaf_alias(dir, (struct leaf){TOY_TEXT}).number, alias.number);
    ck_assert_int_eq(toy_lookup(dir, "sedXYZ", NULL), -ENOENT);
    ck_assert_str_eq(toy_list(dir), "text fixed inner ");
    dir_unref(dir);
}
END_TEST

START_TEST(a_move_onto_the_text_that_is_refused_leaves_both)
{
    struct dir *dir = toy_dir("a");
    struct alias alias;

    toy_make(dir, "sedXYZ", "{by sed}\n");
    toy.next = TOY_REFUSES;
    ck_assert_int_eq(rename_in(dir, "sedXYZ", "text"), -EBADMSG); /* mv would try again */
    ck_assert_int_eq(toy_lookup(dir, "sedXYZ", &alias), 0);
    ck_assert_uint_ge(leaf_acts_as(dir, alias).number, LEAF_SCRATCH);
    ck_assert_uint_eq(leaf_alias(dir, (struct leaf){TOY_TEXT}).number, TOY_TEXT);
    ck_assert_str_eq(toy_read(dir, "text"), "{old}\n");
    dir_unref(dir);
}
END_TEST

START_TEST(the_text_that_is_moved_away_is_a_copy)
{
    struct dir *dir = toy_dir("a");
    struct alias alias;

    ck_assert_int_eq(rename_in(dir, "text", "text~"), 0);
    ck_assert_uint_ge(leaf_acts_as(dir, (struct alias){TOY_TEXT}).number, LEAF_SCRATCH);
    ck_assert_str_eq(toy_read(dir, "text~"), "{old}\n");
    ck_assert_int_eq(toy_lookup(dir, "text", NULL), -ENOENT);
    struct file *file = toy_open(dir, "text", O_CREAT | O_WRONLY);
    ck_assert_int_eq(toy_write(file, "{new}\n", 0), 6);
    vfs_release(file);
    ck_assert_int_eq(toy_lookup(dir, "text", &alias), 0);
    ck_assert_uint_ne(alias.number, TOY_TEXT); /* which is the copy's */
    ck_assert_str_eq(toy_read(dir, "text~"), "{old}\n");
    ck_assert_str_eq(toy_read(dir, "text"), "{new}\n");
    dir_unref(dir);
}
END_TEST

START_TEST(what_can_not_be_moved)
{
    static const struct {
        const char *from;
        const char *to;
        unsigned flags;
        int rc;
    } rows[] = {
        {"fixed", "text", 0, -EPERM},  {"text", "inner", 0, -EISDIR},
        {"inner", "outer", 0, -EPERM}, {"nothing", "text", 0, -EPERM},
        {"swap", "text", 2, -EPERM},   {"swap", "text", 1, -EEXIST},
        {"swap", "swap", 0, 0},
    };
    struct dir *dir = toy_dir("a");
    struct dir *other = toy_dir("b");

    toy_make(dir, "swap", "{swapped}");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int rc =
            vfs_rename(toy_call("rename", 0), dir, rows[i].from, dir, rows[i].to, rows[i].flags);
        ck_assert_msg(rc == rows[i].rc, "%s to %s gives %d", rows[i].from, rows[i].to, rc);
    }
    ck_assert_int_eq(vfs_rename(toy_call("rename", 0), dir, "swap", other, "swap", 0), -EPERM);
    ck_assert_uint_eq(toy.commits, 0);
    dir_unref(other);
    dir_unref(dir);
}
END_TEST

START_TEST(a_directory_is_held_for_as_long_as_there_is_patience)
{
    static const struct {
        int64_t patience_ms;
        bool shorter;
    } rows[] = {
        {CANCEL_NEVER, false}, {CANCEL_NEVER - 1, false}, {60000, false}, {100, true}, {0, true}};
    struct dir *dir = toy_dir("a");

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct call *call = toy_call("rename", 0);
        int64_t deadline_ms = call->cancel->deadline_ms;
        toy.patience_ms = rows[i].patience_ms;
        ck_assert_int_eq(vfs_rename(call, dir, "fixed", dir, "text", 0), -EPERM);
        ck_assert((call->cancel->deadline_ms < deadline_ms) == rows[i].shorter);
        ck_assert_int_eq(call->change_ms, rows[i].shorter ? deadline_ms : 0);
        ck_assert_int_gt(call->cancel->deadline_ms, 0);
    }
    dir_unref(dir);
}
END_TEST

/* --- scratch files ------------------------------------------------------------------------------
 */

START_TEST(scratch_files_lie_in_the_box_by_all_its_names)
{
    struct dir *by_name = toy_dir("a");
    struct dir *by_id = toy_dir("1");
    struct dir *other = toy_dir("b");
    struct alias alias, same;

    toy_make(by_name, ".swp", "swap");
    ck_assert_int_eq(toy_lookup(by_name, ".swp", &alias), 0);
    ck_assert_int_eq(toy_lookup(by_id, ".swp", &same), 0);
    ck_assert_uint_eq(alias.number, same.number);
    ck_assert_str_eq(toy_read(by_id, ".swp"), "swap");
    ck_assert_int_eq(toy_lookup(other, ".swp", NULL), -ENOENT);
    ck_assert_int_eq(unlink_in(by_id, ".swp"), 0);
    ck_assert_int_eq(toy_lookup(by_name, ".swp", NULL), -ENOENT);
    ck_assert_uint_eq(toy.commits, 0);
    dir_unref(other);
    dir_unref(by_id);
    dir_unref(by_name);
}
END_TEST

START_TEST(a_scratch_file_that_is_open_outlives_its_name)
{
    struct dir *dir = toy_dir("a");
    char out[8] = "";

    toy_make(dir, "tmp", "kept");
    struct file *file = toy_open(dir, "tmp", O_RDWR);
    ck_assert_int_eq(unlink_in(dir, "tmp"), 0);
    ck_assert_int_eq(toy_lookup(dir, "tmp", NULL), -ENOENT);
    ck_assert_int_eq((int)vfs_read(toy_call("read", 0), file, out, 7, 0), 4);
    ck_assert_str_eq(out, "kept");
    toy_make(dir, "tmp", "another");
    ck_assert_str_eq(toy_read(dir, "tmp"), "another");
    vfs_release(file);
    dir_unref(dir);
}
END_TEST

START_TEST(a_number_that_is_given_again_has_another_generation)
{
    struct dir *dir = toy_dir("a");
    struct entry first, again;

    toy_make(dir, "other", "1"); /* keeps the set */
    toy_make(dir, "tmp", "1");
    ck_assert_int_eq(vfs_lookup(toy_call("lookup", 0), dir, "tmp", &first), 0);
    ck_assert_int_eq(unlink_in(dir, "tmp"), 0);
    dir->scratch->next += LEAF_SCRATCH_NUMBERS - 1; /* as many were given meanwhile */
    toy_make(dir, "tmp", "2");
    ck_assert_int_eq(vfs_lookup(toy_call("lookup", 0), dir, "tmp", &again), 0);
    ck_assert_uint_eq(first.node.alias.number, again.node.alias.number);
    ck_assert_uint_ne(first.generation, again.generation);
    node_unref(first.node);
    node_unref(again.node);
    dir_unref(dir);
}
END_TEST

/* --- a listing, while things change
 * --------------------------------------------------------------- */

static struct listing *open_listing(struct dir *dir)
{
    struct listing *listing = NULL;

    ck_assert_int_eq(vfs_opendir(toy_call("opendir", 0), dir, &listing), 0);
    return listing;
}

/* What a stream that is read on now gives: the names, each with a blank behind it. */
static const char *read_on(struct listing *listing)
{
    static char out[512];
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < listing_count(listing); i++)
        if (listing_refresh(toy_call("readdir", 0), listing, i) == 0)
            used +=
                (size_t)snprintf(out + used, sizeof out - used, "%s ", listing_name(listing, i));
    return out;
}

static void rename_box(size_t index, const char *name)
{
    snprintf(toy.boxes[index].name, sizeof toy.boxes[index].name, "%s", name);
    toy.names_generation++;
}

static void box_is_renamed(struct dir *dir)
{
    (void)dir;
    rename_box(0, "z");
}

static void box_goes(struct dir *dir)
{
    (void)dir;
    rename_box(0, "");
}

static void boxes_change_names(struct dir *dir)
{
    (void)dir;
    rename_box(0, "b");
    rename_box(1, "a");
}

static void scratch_is_renamed(struct dir *dir)
{
    ck_assert_int_eq(rename_in(dir, "tmp", "temp"), 0);
}

static void scratch_takes_the_place_of_the_text(struct dir *dir)
{
    ck_assert_int_eq(rename_in(dir, "tmp", "text"), 0);
}

static void text_is_unlinked(struct dir *dir)
{
    ck_assert_int_eq(unlink_in(dir, "text"), 0);
}

static void another_comes(struct dir *dir)
{
    toy_make(dir, "late", "1");
}

static void text_is_moved_away_and_made_anew(struct dir *dir)
{
    ck_assert_int_eq(rename_in(dir, "text", "text~"), 0);
    struct file *file = toy_open(dir, "text", O_CREAT | O_WRONLY);
    vfs_release(file);
}

START_TEST(a_stream_gives_each_once_and_by_its_present_name)
{
    static const struct {
        const char *dir;
        void (*change)(struct dir *dir);
        const char *before;
        const char *after;
    } rows[] = {
        {"", box_is_renamed, "a b ", "z b "},
        {"", box_goes, "a b ", "b "},
        {"", boxes_change_names, "a b ", "b a "},
        {"a", scratch_is_renamed, "text fixed inner tmp ", "text fixed inner temp "},
        {"a", scratch_takes_the_place_of_the_text, "text fixed inner tmp ", "text fixed inner "},
        {"a", text_is_unlinked, "text fixed inner tmp ", "fixed inner tmp "},
        {"a", another_comes, "text fixed inner tmp ", "text fixed inner tmp "},
        {"a", text_is_moved_away_and_made_anew, "text fixed inner tmp ", "text fixed inner tmp "},
    };
    struct dir *box = toy_dir("a");
    struct dir *dir = toy_dir(rows[_i].dir);

    toy_make(box, "tmp", "{tmp}\n");
    struct listing *listing = open_listing(dir);
    ck_assert_str_eq(read_on(listing), rows[_i].before);
    rows[_i].change(dir);
    ck_assert_msg(strcmp(read_on(listing), rows[_i].after) == 0, "it gives %s", read_on(listing));
    listing_close(listing);
    dir_unref(dir);
    dir_unref(box);
}
END_TEST

static atomic_bool ended;

/* Asserts nothing: check does that for one thread at a time. */
static void make_again(struct dir *dir, const char *name)
{
    struct file *file = NULL;
    struct entry entry;

    if (vfs_create_file(toy_call("create", 0), dir, name, 0600, O_WRONLY, &entry, &file) != 0)
        return;
    vfs_release(file);
    node_unref(entry.node);
}

static void *move_about(void *arg)
{
    struct dir *dir = arg;
    char from[16] = "tmp0";
    char to[16];

    for (unsigned i = 1; !ended; i++) {
        snprintf(to, sizeof to, "tmp%u", i % 7);
        if (vfs_rename(toy_call("rename", 0), dir, from, dir, to, 0) == 0)
            memcpy(from, to, sizeof from);
        if (i % 5 == 0 && unlink_in(dir, from) == 0)
            make_again(dir, from);
    }
    return NULL;
}

static bool has_twice(const char *names, const char *name)
{
    const char *found = strstr(names, name);

    return found != NULL && strstr(found + 1, name) != NULL;
}

START_TEST(a_stream_beside_a_thread_that_moves_files_about)
{
    struct dir *dir = toy_dir("a");
    pthread_t mover;

    toy_make(dir, "tmp0", "first");
    ended = false;
    ck_assert_int_eq(pthread_create(&mover, NULL, move_about, dir), 0);
    for (unsigned i = 0; i < 2000; i++) {
        struct listing *listing = open_listing(dir);
        const char *names = read_on(listing);
        ck_assert_msg(strncmp(names, "text fixed inner ", 17) == 0, "it gives %s", names);
        for (char number = '0'; number < '7'; number++) {
            const char name[] = {'t', 'm', 'p', number, ' ', '\0'};
            ck_assert_msg(!has_twice(names, name), "it gives %s", names);
        }
        listing_close(listing);
    }
    ended = true;
    pthread_join(mover, NULL);
    dir_unref(dir);
}
END_TEST

START_TEST(the_listed_directory_moves_with_its_box)
{
    struct dir *home = toy_dir("a");

    rename_box(0, "z");
    struct dir *again = toy_dir("z");
    ck_assert_ptr_eq(home, again);
    ck_assert_str_eq(dir_name(home), "z");
    dir_unref(again);
    dir_unref(home);
}
END_TEST

/* Who was shown one box by a name must not act on another. */
START_TEST(a_name_that_goes_to_another_is_not_acted_on_for_a_while)
{
    struct dir *root = vfs_root(&toy.vfs);
    struct dir *first = toy_dir("a");

    rename_box(0, "z");
    rename_box(1, "a");
    ck_assert(!dir_was_rebound(root, "a"));
    struct dir *second = toy_dir("a");
    ck_assert_ptr_ne(first, second);
    ck_assert(dir_was_rebound(root, "a"));
    ck_assert(dir_is_rebound(second));
    toy.passed_ms += DEED_WENT_MS + 1;
    ck_assert(!dir_was_rebound(root, "a"));
    dir_unref(second);
    dir_unref(first);
}
END_TEST

TCase *names_case(void)
{
    TCase *names = tcase_create("names");

    tcase_add_checked_fixture(names, toy_start, toy_stop);
    tcase_add_test(names, what_is_unlinked_is_hidden_and_shows_again);
    tcase_add_test(names, the_time_to_show_again_begins_with_the_last_unlink);
    tcase_add_test(names, what_is_made_anew_shows_again_and_is_written);
    tcase_add_test(names, a_directory_in_it_is_removed_when_it_is_empty);
    tcase_add_test(names, what_is_moved_onto_the_text_is_the_text);
    tcase_add_test(names, a_move_onto_the_text_that_is_refused_leaves_both);
    tcase_add_test(names, the_text_that_is_moved_away_is_a_copy);
    tcase_add_test(names, what_can_not_be_moved);
    tcase_add_test(names, a_directory_is_held_for_as_long_as_there_is_patience);
    tcase_add_test(names, scratch_files_lie_in_the_box_by_all_its_names);
    tcase_add_test(names, a_scratch_file_that_is_open_outlives_its_name);
    tcase_add_test(names, a_number_that_is_given_again_has_another_generation);
    tcase_add_loop_test(names, a_stream_gives_each_once_and_by_its_present_name, 0, 8);
    tcase_add_test(names, a_stream_beside_a_thread_that_moves_files_about);
    tcase_add_test(names, the_listed_directory_moves_with_its_box);
    tcase_add_test(names, a_name_that_goes_to_another_is_not_acted_on_for_a_while);
    return names;
}
