/* SPDX-License-Identifier: MIT */
/* How programs save: what a handle begins with, when it commits, and what it refuses. */
#include "config.h"

#include "tree_fixture.h"

#include "vfs/truncated.h"
#include "run_tests.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME     "drives/sdvkpg3v2v/name" /* the drive data */
#define DOCUMENT "drives/sdvkpg3v2v/drive.json"

/* --- a handle, step by step --------------------------------------------------------------------
 */

static struct file *open_file(const char *path, int flags)
{
    struct file *file = NULL;

    ck_assert_int_eq(fixture_open(path, flags, &file), 0);
    return file;
}

/* 0 or what the tree answered. */
static int write_at(struct file *file, const char *text, off_t offset)
{
    ssize_t wrote = vfs_write(fixture_begin("write"), file, text, strlen(text), offset);

    return fixture_end(wrote < 0 ? (int)wrote : 0);
}

static int cut_file(struct file *file, off_t size)
{
    return fixture_end(vfs_truncate(fixture_begin("truncate"), file, size));
}

/* What close(2) says. */
static int close_file(struct file *file)
{
    int rc = fixture_end(vfs_flush(fixture_begin("close"), file));

    vfs_release(file);
    return rc;
}

static void truncate_path(const char *path, off_t size)
{
    struct setattr change = {.set_size = true, .size = size};
    struct entry entry;
    struct stat st;
    int64_t valid_ms;

    ck_assert_int_eq(fixture_find(path, &entry), 0);
    int rc = vfs_setattr(fixture_begin("truncate"), entry.node, &change, &st, &valid_ms);
    ck_assert_int_eq(fixture_end(rc), 0);
    node_unref(entry.node);
}

static void assert_holds(const char *path, const char *expected)
{
    struct buf text = BUF_EMPTY;

    ck_assert_int_eq(fixture_read(path, &text), 0);
    ck_assert_str_eq(buf_text(&text), expected);
    buf_finish(&text);
}

/* --- O_TRUNC in two steps ----------------------------------------------------------------------
 */

/* Somebody truncates the file by its path, another opens it and writes "b" to it: what it holds
 * then tells whether that began empty. */
static void assert_begins_empty(pid_t truncater, pid_t opener, bool empty)
{
    fixture_pid = truncater;
    truncate_path(NAME, 0);
    fixture_pid = opener;
    struct file *file = open_file(NAME, O_WRONLY);
    ck_assert_int_eq(write_at(file, "b", 0), 0);
    ck_assert_int_eq(close_file(file), 0);
    fixture_pid = getpid();
    assert_holds(NAME, empty ? "b\n" : "bata\n");
    ck_assert_int_eq(fixture_write(NAME, "data\n"), 0);
}

/* A process that does nothing until it is killed. */
static pid_t start_child(void)
{
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    while (pid == 0)
        pause();
    return pid;
}

/* Its child, and in `*middle` what is between them. */
static pid_t start_grandchild(pid_t *middle)
{
    int ends[2];
    pid_t pid = 0;

    ck_assert_int_eq(pipe(ends), 0);
    *middle = fork();
    ck_assert_int_ge(*middle, 0);
    if (*middle == 0) {
        pid = start_child();
        ck_assert_int_eq(write(ends[1], &pid, sizeof pid), sizeof pid);
        for (;;)
            pause();
    }
    ck_assert_int_eq(read(ends[0], &pid, sizeof pid), sizeof pid);
    close(ends[0]);
    close(ends[1]);
    return pid;
}

static void end_process(pid_t pid, bool own)
{
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    if (own)
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* holds: trunc-2 */
START_TEST(relatives_go_on_with_a_truncation_and_nobody_else)
{
    pid_t self = getpid();
    pid_t child = start_child();
    pid_t sibling = start_child();
    pid_t middle;
    pid_t grandchild = start_grandchild(&middle);

    assert_begins_empty(self, self, true);
    assert_begins_empty(child, self, true);
    assert_begins_empty(self, child, true);
    assert_begins_empty(child, sibling, true);
    assert_begins_empty(grandchild, self, false);
    assert_begins_empty(self, grandchild, false);
    assert_begins_empty(grandchild, child, false);
    assert_begins_empty(grandchild, middle, true);
    end_process(grandchild, false);
    end_process(middle, true);
    end_process(sibling, true);
    end_process(child, true);
}
END_TEST

/* holds: trunc-3 */
START_TEST(who_has_no_process_is_known_by_its_user)
{
    const struct kin nameless = {.uid = 7, .nameless = true};
    const struct kin same_user = {.uid = 7, .nameless = true};
    const struct kin other_user = {.uid = 8, .nameless = true};
    const struct kin named = {.process = {getpid(), 1}, .uid = 7};
    struct file_key key = {1, {1}};

    truncated_note(tree_vfs(fixture_tree), key, &nameless);
    ck_assert(!truncated_take(tree_vfs(fixture_tree), key, &other_user));
    ck_assert(!truncated_take(tree_vfs(fixture_tree), key, &named));
    ck_assert(truncated_take(tree_vfs(fixture_tree), key, &same_user));
    ck_assert(!truncated_take(tree_vfs(fixture_tree), key, &same_user));
    assert_begins_empty(0, 0, true);
    assert_begins_empty(0, getpid(), false);
}
END_TEST

/* The number of one of the kernel's threads; 0: none can be seen here. */
static pid_t find_kernel_thread(void)
{
    DIR *proc = opendir("/proc");
    pid_t found = 0;

    for (const struct dirent *entry = proc == NULL ? NULL : readdir(proc);
         entry != NULL && found == 0; entry = readdir(proc))
        if (process_is_kernel_thread((pid_t)strtol(entry->d_name, NULL, 10)))
            found = (pid_t)strtol(entry->d_name, NULL, 10);
    if (proc != NULL)
        closedir(proc);
    return found;
}

/* holds: trunc-3 */
START_TEST(a_kernel_thread_works_for_its_user)
{
    struct call call = {.pid = find_kernel_thread(), .uid = 7};

    ck_assert(!process_is_kernel_thread(getpid()));
    if (call.pid != 0)
        ck_assert(kin_of(tree_vfs(fixture_tree), &call).nameless);
}
END_TEST

/* holds: trunc-2 trunc-4 */
START_TEST(a_truncation_is_remembered_for_two_seconds_by_any_path)
{
    struct file_key by_name, by_id;
    struct kin self = kin_of(tree_vfs(fixture_tree), &(struct call){.pid = getpid()});
    struct entry entry;

    ck_assert_int_eq(fixture_find("drives/data/name", &entry), 0);
    by_name = file_key_of(entry.node);
    node_unref(entry.node);
    ck_assert_int_eq(fixture_find(NAME, &entry), 0);
    by_id = file_key_of(entry.node);
    node_unref(entry.node);
    truncated_note(tree_vfs(fixture_tree), by_name, &self);
    fixture_pass_ms(1900);
    ck_assert(truncated_take(tree_vfs(fixture_tree), by_id, &self));
    truncated_note(tree_vfs(fixture_tree), by_name, &self);
    fixture_pass_ms(2000);
    ck_assert(!truncated_take(tree_vfs(fixture_tree), by_name, &self));
    truncated_note(tree_vfs(fixture_tree), by_name, &self);
    truncated_forget(tree_vfs(fixture_tree), by_id);
    ck_assert(!truncated_take(tree_vfs(fixture_tree), by_name, &self));
}
END_TEST

START_TEST(what_is_open_already_begins_empty_too)
{
    struct file *first = open_file(NAME, O_RDWR);
    struct file *staged = open_file(NAME, O_WRONLY);
    struct file *reader = open_file(NAME, O_RDONLY);
    char text[10];

    ck_assert_int_eq(write_at(staged, "c", 1), 0);
    truncate_path(NAME, 0);
    ck_assert_int_eq(vfs_read(fixture_begin("read"), reader, text, sizeof text, 0), 5);
    fixture_end(0);
    ck_assert_int_eq(vfs_read(fixture_begin("read"), first, text, sizeof text, 0), 0);
    fixture_end(0);
    ck_assert_int_eq(close_file(staged), 0);
    assert_holds(NAME, "dcta\n");
    ck_assert_int_eq(write_at(first, "b\n", 0), 0);
    assert_holds(NAME, "b\n");
    ck_assert_int_eq(close_file(first), 0);
    ck_assert_int_eq(close_file(reader), 0);
}
END_TEST

/* holds: trunc-1 trunc-2 */
START_TEST(a_handle_that_is_cut_and_closed_counts_as_a_truncation_once)
{
    struct file *file = open_file(NAME, O_WRONLY);

    ck_assert_int_eq(cut_file(file, 0), 0);
    ck_assert_int_eq(fixture_end(vfs_flush(fixture_begin("close"), file)), 0);
    fixture_pass_ms(1900);
    ck_assert_int_eq(close_file(file), 0); /* another descriptor of it */
    fixture_pass_ms(200);
    file = open_file(NAME, O_WRONLY);
    ck_assert_int_eq(write_at(file, "b", 0), 0);
    ck_assert_int_eq(close_file(file), 0);
    assert_holds(NAME, "bata\n");
    file = open_file(NAME, O_WRONLY | O_TRUNC);
    ck_assert_int_eq(close_file(file), 0);
    file = open_file(NAME, O_WRONLY);
    ck_assert_int_eq(write_at(file, "b", 0), 0);
    ck_assert_int_eq(close_file(file), 0);
    assert_holds(NAME, "b\n");
}
END_TEST

/* --- what is written over and cut --------------------------------------------------------------
 */

/* What each step of an in-place save is answered: a text written over "data\n", or over a document,
 * in pieces, and cut to a size behind that. */
static const struct over {
    const char *path;
    const char *text;
    size_t piece; /* bytes */
    off_t size;   /* 0: it is not cut */
    int write_rc; /* of the last piece */
    int cut_rc;
    int close_rc;
    const char *name; /* what the drive is called then */
} overs[] = {
    {NAME, "b\n", 2, 2, 0, 0, 0, "b\n"},           /* judged by the cut, not as "b\nta\n" */
    {NAME, "b", 1, 1, 0, 0, 0, "b\n"},             /* without a newline too */
    {NAME, "b", 1, 2, 0, 0, 0, "ba\n"},            /* some of it is inherited */
    {NAME, "b", 1, 0, 0, 0, 0, "bata\n"},          /* all behind it */
    {NAME, "drive2\n", 2, 0, 0, 0, 0, "drive2\n"}, /* nothing is, at its end */
    {NAME, "datas", 1, 5, 0, 0, 0, "datas\n"},     /* pieces that were there before */
    {DOCUMENT, "{\"name\": \"b\"", 5, 12, 0, -EINVAL, -EINVAL, "data\n"},
    {DOCUMENT, "{\"name\": \"b\"}", 5, 13, 0, 0, 0, "b\n"},
    {DOCUMENT, "{\"size\": }", 11, 10, 0, -EINVAL, -EINVAL, "data\n"},
};

START_TEST(what_is_written_over_and_cut_is_judged_by_the_cut)
{
    const struct over *over = &overs[_i];
    struct file *file = open_file(over->path, O_WRONLY);
    size_t total = strlen(over->text);
    int rc = 0;

    for (size_t at = 0; at < total; at += over->piece) {
        char piece[32] = "";
        memcpy(piece, over->text + at, total - at < over->piece ? total - at : over->piece);
        rc = write_at(file, piece, (off_t)at);
    }
    ck_assert_int_eq(rc, over->write_rc);
    if (over->size > 0)
        ck_assert_int_eq(cut_file(file, over->size), over->cut_rc);
    ck_assert_int_eq(close_file(file), over->close_rc);
    assert_holds(NAME, over->name);
}
END_TEST

/* A space that is made first and filled then (sudoedit) ends where it ends. */
START_TEST(a_space_that_is_filled_is_judged_by_its_last_byte)
{
    struct file *file = open_file(NAME, O_WRONLY);

    ck_assert_int_eq(write_at(file, "......", 5), 0);
    ck_assert_int_eq(write_at(file, "seven", 0), 0);
    assert_holds(NAME, "data\n");
    ck_assert_int_eq(write_at(file, "eleven", 5), 0);
    assert_holds(NAME, "seveneleven\n");
    ck_assert_int_eq(close_file(file), 0);
    file = open_file(DOCUMENT, O_WRONLY | O_TRUNC);
    ck_assert_int_eq(cut_file(file, 7), 0);
    ck_assert_int_eq(write_at(file, "{\"name\"", 0), -EINVAL);
    ck_assert_int_eq(close_file(file), -EINVAL);
}
END_TEST

START_TEST(a_text_that_was_applied_stays_so_when_white_space_is_cut)
{
    size_t before;
    struct file *file = open_file(DOCUMENT, O_WRONLY | O_TRUNC);

    ck_assert_int_eq(write_at(file, "{\"name\": \"b\"}  \n", 0), 0);
    before = fixture_requests();
    ck_assert_int_eq(cut_file(file, 13), 0);
    ck_assert_int_eq(write_at(file, "{\"name\": \"c\"}", 13), -EINVAL);
    ck_assert(strstr(fixture_last_error(), "first object stays applied") != NULL);
    ck_assert_int_eq(cut_file(file, 0), 0);
    ck_assert_int_eq(close_file(file), 0);
    ck_assert_uint_eq(fixture_requests(), before);
    assert_holds(NAME, "b\n");
}
END_TEST

START_TEST(one_line_is_taken_of_a_writer_that_goes_on)
{
    struct file *file = open_file(NAME, O_WRONLY | O_TRUNC);

    ck_assert_int_eq(write_at(file, "one\n", 0), 0);
    ck_assert_int_eq(write_at(file, " \n", 4), 0);
    ck_assert_int_eq(write_at(file, "two\n", 6), -EINVAL);
    ck_assert(strstr(fixture_last_error(), "first line stays applied") != NULL);
    ck_assert_int_eq(close_file(file), -EINVAL);
    assert_holds(NAME, "one\n");
}
END_TEST

static TCase *in_place(void)
{
    TCase *tcase = tcase_create("in place");

    tcase_add_checked_fixture(tcase, fixture_start_docs, fixture_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, what_is_written_over_and_cut_is_judged_by_the_cut, 0,
                        sizeof overs / sizeof overs[0]);
    tcase_add_test(tcase, a_space_that_is_filled_is_judged_by_its_last_byte);
    tcase_add_test(tcase, a_text_that_was_applied_stays_so_when_white_space_is_cut);
    tcase_add_test(tcase, one_line_is_taken_of_a_writer_that_goes_on);
    return tcase;
}

static TCase *truncating(void)
{
    TCase *tcase = tcase_create("truncating");

    tcase_add_checked_fixture(tcase, fixture_start_docs, fixture_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, relatives_go_on_with_a_truncation_and_nobody_else);
    tcase_add_test(tcase, who_has_no_process_is_known_by_its_user);
    tcase_add_test(tcase, a_kernel_thread_works_for_its_user);
    tcase_add_test(tcase, a_truncation_is_remembered_for_two_seconds_by_any_path);
    tcase_add_test(tcase, what_is_open_already_begins_empty_too);
    tcase_add_test(tcase, a_handle_that_is_cut_and_closed_counts_as_a_truncation_once);
    return tcase;
}

int main(void)
{
    Suite *suite = suite_create("saving");

    suite_add_tcase(suite, truncating());
    suite_add_tcase(suite, in_place());
    return run_tests(srunner_create(suite));
}
