/* SPDX-License-Identifier: MIT */
/* From state to state of what is staged, and what a handle costs. */
#include "config.h"

#include "test_vfs.h"

#include "vfs/file.h"

#include <errno.h>
#include <fcntl.h>

#define HANDLE_MAX_BYTES 300

static const struct problem no_words = {.kind = PROBLEM_NONE};

static void send_it(struct staged *staged)
{
    if (staged->change == NULL)
        staged->change = toy_begin_change();
    staged_sent(staged);
}

static void answer_success(struct staged *staged)
{
    staged_answered(staged, 0, &no_words);
}

static void answer_refusal(struct staged *staged)
{
    staged_answered(staged, -EINVAL, &(struct problem){.err = EINVAL, .message = "no"});
}

static void answer_interrupt(struct staged *staged)
{
    staged_answered(staged, -EINTR, &(struct problem){.err = EINTR, .message = "interrupted"});
}

enum { N = STAGED_NOTHING, Z = STAGED_SIZE, C = STAGED_CUT, B = STAGED_BYTES };
enum { S = STAGED_SENT, A = STAGED_ANSWERED, U = STAGED_UNSENT };

/* Where each way leads from the states, in their order; -1: it is not taken from there. */
static const struct {
    const char *name;
    void (*take)(struct staged *staged);
    int to[STAGED_STATES];
} ways[] = {
    /*                                    N  Z  C  B  S  A  U */
    {"cut", staged_cut, {C, C, C, C, C, C, C}},
    {"begin empty", staged_begin_empty, {Z, -1, -1, -1, -1, -1, -1}},
    {"told", staged_told, {-1, -1, Z, -1, -1, -1, -1}},
    {"resized", staged_resized, {Z, Z, Z, B, B, B, B}},
    {"written", staged_written, {B, B, B, B, B, B, B}},
    {"sent", send_it, {-1, -1, -1, S, S, -1, -1}},
    {"success", answer_success, {N, Z, C, A, A, A, A}},
    {"refusal", answer_refusal, {N, Z, C, A, A, A, A}},
    {"interrupt", answer_interrupt, {N, Z, C, U, U, U, U}},
    {"wanted", staged_wanted, {N, Z, C, B, S, A, B}},
};

#define WAYS (int)(sizeof ways / sizeof ways[0])

/* Leads what was just opened to a state by the ways that handles take. */
static void lead_to(struct staged *staged, enum staged_state state)
{
    if (state == STAGED_SIZE)
        staged_resized(staged);
    if (state == STAGED_CUT)
        staged_cut(staged);
    if (state >= STAGED_BYTES)
        staged_written(staged);
    if (state == STAGED_SENT)
        send_it(staged);
    if (state == STAGED_ANSWERED)
        answer_success(staged);
    if (state == STAGED_UNSENT)
        answer_interrupt(staged);
    ck_assert_int_eq(staged->state, state);
}

START_TEST(every_way_from_every_state)
{
    struct dir *dir = toy_dir("a");

    for (int from = 0; from < STAGED_STATES; from++) {
        int to = ways[_i].to[from];
        if (to < 0)
            continue;
        struct file *file = toy_open(dir, "text", O_WRONLY);
        struct staged *staged = file->staged;
        lead_to(staged, (enum staged_state)from);
        ways[_i].take(staged);
        ck_assert_msg((int)staged->state == to, "%s: %d leads to %d", ways[_i].name, from,
                      (int)staged->state);
        ck_assert(staged_is_written(staged) == (to == B || to == S || to == A || to == U));
        ck_assert(staged_is_answered(staged) == (to == A || to == U));
        ck_assert_msg((staged->change != NULL) == (to == S), "%s: a change is waited for",
                      ways[_i].name);
        vfs_release(file);
        ck_assert_uint_eq(toy.changes_alive, 0);
    }
    dir_unref(dir);
}
END_TEST

START_TEST(how_a_handle_begins)
{
    static const struct {
        const char *name;
        int flags;
        int state; /* -1: nothing can be staged */
    } rows[] = {
        {"text", O_RDONLY, -1},
        {"text", O_WRONLY, STAGED_NOTHING},
        {"text", O_RDWR | O_APPEND, STAGED_NOTHING},
        {"text", O_RDWR | O_TRUNC, STAGED_CUT},
        {"fixed", O_RDONLY, -1},
        {"tmp", O_CREAT | O_RDWR, -1},
    };
    struct dir *dir = toy_dir("a");
    struct file *file = toy_open(dir, rows[_i].name, rows[_i].flags);

    ck_assert_int_eq(file->staged == NULL ? -1 : (int)file->staged->state, rows[_i].state);
    if (rows[_i].state < 0 && file->scratch == NULL) {
        ck_assert_int_eq(toy_write(file, "{}", 0), -EBADF);
        ck_assert_int_eq(vfs_truncate(toy_call("truncate", 0), file, 0), -EBADF);
        ck_assert_int_eq(vfs_fsync(toy_call("fsync", 0), file), 0);
        ck_assert_int_eq(vfs_flush(toy_call("close", 0), file), 0);
    }
    vfs_release(file);
    dir_unref(dir);
}
END_TEST

/* Words are kept of the last failure alone, and only while it is the answer. */
START_TEST(words_are_kept_while_they_are_the_answer)
{
    struct dir *dir = toy_dir("a");
    struct file *file = toy_open(dir, "text", O_WRONLY | O_TRUNC);

    ck_assert_ptr_null(file->staged->problem);
    toy.next = TOY_REFUSES;
    ck_assert_int_eq(toy_write(file, "{one}", 0), -EINVAL);
    ck_assert_ptr_nonnull(file->staged->problem);
    toy.next = TOY_ACCEPTS;
    ck_assert_int_eq(toy_write(file, "{two}", 0), 5);
    ck_assert_ptr_null(file->staged->problem);
    vfs_release(file);
    dir_unref(dir);
}
END_TEST

/* Many files can be open at once: `find -exec cat {} +`, a backup. */
START_TEST(a_handle_is_small)
{
    ck_assert_uint_lt(sizeof(struct file), HANDLE_MAX_BYTES);
    ck_assert_uint_lt(sizeof(struct staged), HANDLE_MAX_BYTES);
}
END_TEST

/* What is put back by the same handle after a refusal that the server gave was not sent: the text
 * that was refused stays beside it. */
START_TEST(old_text_put_back_by_the_same_handle_is_no_success)
{
    struct dir *dir = toy_dir("a");
    struct file *file = toy_open(dir, "text", O_WRONLY | O_TRUNC);

    toy.next = TOY_STARTS;
    ck_assert_int_eq(toy_write(file, "{bad}\n", 0), -EINTR);
    toy_end_change(-EIO);
    ck_assert_int_eq(toy_write(file, "{bad}\n", 0), -EIO);
    ck_assert_str_eq(toy_read(dir, "text.rej"), "{bad}\n");
    toy.next = TOY_ACCEPTS;
    ck_assert_int_eq(toy_write(file, "{old}\n", 0), 6);
    ck_assert_str_eq(toy_read(dir, "text.rej"), "{bad}\n");
    vfs_release(file);
    dir_unref(dir);
}
END_TEST

TCase *staged_case(void)
{
    TCase *staged = tcase_create("staged");

    tcase_add_checked_fixture(staged, toy_start, toy_stop);
    tcase_add_loop_test(staged, every_way_from_every_state, 0, WAYS);
    tcase_add_loop_test(staged, how_a_handle_begins, 0, 6);
    tcase_add_test(staged, words_are_kept_while_they_are_the_answer);
    tcase_add_test(staged, a_handle_is_small);
    tcase_add_test(staged, old_text_put_back_by_the_same_handle_is_no_success);
    return staged;
}
