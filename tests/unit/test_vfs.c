/* SPDX-License-Identifier: MIT */
/* Handles over a toy (vfs_toy.h): what is staged, when it is committed, and what is answered. */
#include "config.h"

#include "test_vfs.h"

#include "run_tests.h"
#include "vfs/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* One operation on the handle, and what must be so afterwards. */
struct step {
    char op;          /* w: write, t: ftruncate, s: fsync, f: flush, o: flush by another process,
                       * e: the change ends, n: what commits do from now on; 0: the end */
    const char *text; /* of w */
    int at;           /* of w and t; of e its outcome, of n an enum toy_outcome */
    int rc;           /* 0, or -errno */
    unsigned commits; /* so far */
};

struct attempt {
    const char *what;
    int flags;
    const char *shown; /* by the file in the end */
    struct step steps[12];
};

static const struct attempt attempts[] = {
    {"a shell's echo: committed by the write that completes it, and by nothing else",
     O_WRONLY | O_TRUNC,
     "{new}\n",
     {{'f', NULL, 0, 0, 0}, {'w', "{new}\n", 0, 0, 1}, {'f', NULL, 0, 0, 1}}},
    {"two writes: the second completes it",
     O_WRONLY | O_TRUNC,
     "{new}\n",
     {{'w', "{ne", 0, 0, 0}, {'w', "w}\n", 3, 0, 1}, {'f', NULL, 0, 0, 1}}},
    {"the end before the beginning: judged at the close",
     O_WRONLY | O_TRUNC,
     "{new}\n",
     {{'w', "w}\n", 3, 0, 0}, {'w', "{ne", 0, 0, 0}, {'f', NULL, 0, 0, 1}}},
    {"over the old text nothing is judged before the close",
     O_RDWR,
     "{new}\n",
     {{'w', "{new}\n", 0, 0, 1}, {'f', NULL, 0, 0, 1}}},
    {"a part over the old text: a patchwork, judged at the close",
     O_RDWR,
     "{odd}\n",
     {{'w', "odd", 1, 0, 0}, {'f', NULL, 0, 0, 1}, {'f', NULL, 0, 0, 1}}},
    {"a part over the old text: judged at fsync",
     O_RDWR,
     "{odd}\n",
     {{'w', "odd", 1, 0, 0}, {'s', NULL, 0, 0, 1}, {'f', NULL, 0, 0, 1}}},
    {"by another process' close nothing is committed",
     O_RDWR,
     "{odd}\n",
     {{'w', "odd", 1, 0, 0}, {'o', NULL, 0, 0, 0}, {'f', NULL, 0, 0, 1}}},
    {"written anew and cut to its length: the cut commits",
     O_RDWR,
     "{n}",
     {{'w', "{n}", 0, 0, 0}, {'t', NULL, 3, 0, 1}, {'f', NULL, 0, 0, 1}}},
    {"a cut alone sends nothing", O_RDWR, "{old}\n", {{'t', NULL, 0, 0, 0}, {'f', NULL, 0, 0, 0}}},
    {"a fsync of what was not written sends nothing",
     O_RDWR,
     "{old}\n",
     {{'s', NULL, 0, 0, 0}, {'f', NULL, 0, 0, 0}}},
    {"refused: the close repeats the answer and sends nothing",
     O_WRONLY | O_TRUNC,
     "{old}\n",
     {{'n', NULL, TOY_REFUSES, 0, 0},
      {'w', "{new}\n", 0, -EINVAL, 1},
      {'w', "{new}\n", 0, -EINVAL, 1},
      {'s', NULL, 0, -EINVAL, 1},
      {'f', NULL, 0, -EINVAL, 1}}},
    {"refused, and other bytes: another attempt",
     O_WRONLY | O_TRUNC,
     "{two}\n",
     {{'n', NULL, TOY_REFUSES, 0, 0},
      {'w', "{one}\n", 0, -EINVAL, 1},
      {'n', NULL, TOY_ACCEPTS, 0, 1},
      {'w', "{two}\n", 0, 0, 2},
      {'f', NULL, 0, 0, 2}}},
    {"invalid: refused by the write, never committed",
     O_WRONLY | O_TRUNC,
     "{old}\n",
     {{'w', "{new!", 0, -EINVAL, 0}, {'f', NULL, 0, -EINVAL, 0}}},
    {"not complete at the close",
     O_WRONLY | O_TRUNC,
     "{old}\n",
     {{'w', "{new", 0, 0, 0}, {'f', NULL, 0, -EINVAL, 1}, {'f', NULL, 0, -EINVAL, 1}}},
    {"white space may follow, text may not",
     O_WRONLY | O_TRUNC,
     "{new}\n",
     {{'w', "{new}\n", 0, 0, 1},
      {'w', " \n", 6, 0, 1},
      {'w', "more", 8, -EINVAL, 1},
      {'f', NULL, 0, -EINVAL, 1}}},
    {"appended: the whole, committed by the write that completes it",
     O_WRONLY | O_APPEND,
     "{new}\n",
     {{'w', "{ne", 0, 0, 0}, {'w', "w}\n", 99, 0, 1}, {'f', NULL, 0, 0, 1}}},
    {"interrupted on its way: the next to ask waits for the same change",
     O_WRONLY | O_TRUNC,
     "{new}\n",
     {{'n', NULL, TOY_STARTS, 0, 0},
      {'w', "{new}\n", 0, -EINTR, 1},
      {'w', "{new}\n", 0, -EINTR, 1},
      {'e', NULL, 0, 0, 1},
      {'w', "{new}\n", 0, 0, 1},
      {'f', NULL, 0, 0, 1}}},
    {"interrupted on its way, and its outcome is a failure",
     O_WRONLY | O_TRUNC,
     "{old}\n",
     {{'n', NULL, TOY_STARTS, 0, 0},
      {'w', "{new}\n", 0, -EINTR, 1},
      {'e', NULL, -1, 0, 1},
      {'f', NULL, 0, -EIO, 1},
      {'f', NULL, 0, -EIO, 1}}},
    {"interrupted on its way, and other bytes: another attempt, the first goes on alone",
     O_WRONLY | O_TRUNC,
     "{two}\n",
     {{'n', NULL, TOY_STARTS, 0, 0},
      {'w', "{one}\n", 0, -EINTR, 1},
      {'n', NULL, TOY_ACCEPTS, 0, 1},
      {'w', "{two}\n", 0, 0, 2},
      {'f', NULL, 0, 0, 2}}},
    {"interrupted before anything was sent: the close repeats it",
     O_WRONLY | O_TRUNC,
     "{old}\n",
     {{'n', NULL, TOY_INTERRUPTED, 0, 0},
      {'w', "{new}\n", 0, -EINTR, 1},
      {'f', NULL, 0, -EINTR, 1}}},
    {"interrupted before anything was sent: who writes it again means it",
     O_WRONLY | O_TRUNC,
     "{new}\n",
     {{'n', NULL, TOY_INTERRUPTED, 0, 0},
      {'w', "{new}\n", 0, -EINTR, 1},
      {'n', NULL, TOY_ACCEPTS, 0, 1},
      {'w', "{new}\n", 0, 0, 2},
      {'f', NULL, 0, 0, 2}}},
    {"interrupted before anything was sent: so does who asks for fsync",
     O_WRONLY | O_TRUNC,
     "{new}\n",
     {{'n', NULL, TOY_INTERRUPTED, 0, 0},
      {'w', "{new}\n", 0, -EINTR, 1},
      {'n', NULL, TOY_ACCEPTS, 0, 1},
      {'s', NULL, 0, 0, 2},
      {'f', NULL, 0, 0, 2}}},
    {"longer than may be: refused, nothing is staged",
     O_WRONLY | O_TRUNC,
     "{old}\n",
     {{'w', "{", FILE_MAX_BYTES, -EFBIG, 0}, {'f', NULL, 0, 0, 0}}},
};

#define ATTEMPTS (int)(sizeof attempts / sizeof attempts[0])

static int take(struct file *file, const struct step *step)
{
    switch (step->op) {
    case 'w': {
        int rc = toy_write(file, step->text, step->at);
        return rc == (int)strlen(step->text) ? 0 : rc;
    }
    case 't':
        return vfs_truncate(toy_call("truncate", 0), file, step->at);
    case 's':
        return vfs_fsync(toy_call("fsync", 0), file);
    case 'f':
        return vfs_flush(toy_call("close", 0), file);
    case 'o':
        return vfs_flush(toy_call("close", toy_other()), file);
    case 'e':
        toy_end_change(step->at == 0 ? 0 : -EIO);
        return 0;
    default:
        toy.next = (enum toy_outcome)step->at;
        return 0;
    }
}

START_TEST(an_attempt_is_answered_once)
{
    const struct attempt *attempt = &attempts[_i];
    struct dir *dir = toy_dir("a");
    struct file *file = toy_open(dir, "text", attempt->flags);

    for (int i = 0; attempt->steps[i].op != '\0'; i++) {
        const struct step *step = &attempt->steps[i];
        int rc = take(file, step);
        ck_assert_msg(rc == step->rc, "%s: step %d gives %d", attempt->what, i + 1, rc);
        ck_assert_msg(toy.commits == step->commits, "%s: step %d has committed %u times",
                      attempt->what, i + 1, toy.commits);
    }
    vfs_release(file);
    ck_assert_msg(strcmp(toy_read(dir, "text"), attempt->shown) == 0, "%s: it shows %s",
                  attempt->what, toy_read(dir, "text"));
    dir_unref(dir);
}
END_TEST

START_TEST(a_refused_text_is_kept_beside_it_until_one_is_accepted)
{
    struct dir *dir = toy_dir("a");
    struct file *file = toy_open(dir, "text", O_WRONLY | O_TRUNC);

    toy.next = TOY_REFUSES;
    ck_assert_int_eq(toy_write(file, "{bad}\n", 0), -EINVAL);
    vfs_release(file);
    ck_assert_uint_eq(toy.failures, 1);
    ck_assert_str_eq(toy.failed_path, "a/text");
    ck_assert_str_eq(toy_read(dir, "text.rej"), "{bad}\n");
    ck_assert_str_eq(toy_read(dir, "text"), "{old}\n");
    toy.next = TOY_ACCEPTS;
    file = toy_open(dir, "text", O_WRONLY | O_TRUNC);
    ck_assert_int_eq(toy_write(file, "{good}\n", 0), 7);
    vfs_release(file);
    ck_assert_int_eq(toy_lookup(dir, "text.rej", NULL), -ENOENT);
    dir_unref(dir);
}
END_TEST

START_TEST(an_open_file_keeps_what_it_was)
{
    struct dir *dir = toy_dir("a");
    struct file *reader = toy_open(dir, "text", O_RDONLY);
    struct file *writer = toy_open(dir, "text", O_WRONLY | O_TRUNC);
    char out[32] = "";

    ck_assert_int_eq(toy_write(writer, "{newer}\n", 0), 8);
    vfs_release(writer);
    ck_assert_int_eq((int)vfs_read(toy_call("read", 0), reader, out, sizeof out, 0), 6);
    ck_assert_str_eq(out, "{old}\n");
    ck_assert_int_eq((int)file_size(reader), 6);
    vfs_release(reader);
    dir_unref(dir);
}
END_TEST

START_TEST(what_may_be_opened)
{
    static const struct {
        const char *name;
        int flags;
        bool read_only;
        int rc;
    } rows[] = {
        {"text", O_RDWR, false, 0},          {"text", O_WRONLY, true, -EROFS},
        {"text", O_RDONLY, true, 0},         {"fixed", O_RDONLY, false, 0},
        {"fixed", O_WRONLY, false, -EACCES}, {"fixed", O_RDWR | O_TRUNC, false, -EACCES},
        {"secret", O_RDONLY, false, 0},
    };
    struct dir *dir = toy_dir("a");

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct file *file = NULL;
        struct alias alias;
        ck_assert_int_eq(toy_lookup(dir, rows[i].name, &alias), 0);
        toy.read_only = rows[i].read_only;
        int rc = vfs_open(toy_call("open", 0), (struct node){.dir = dir, .alias = alias},
                          rows[i].flags, &file);
        ck_assert_msg(rc == rows[i].rc, "%s with %x gives %d", rows[i].name,
                      (unsigned)rows[i].flags, rc);
        if (rc == 0)
            vfs_release(file);
    }
    toy.read_only = false;
    dir_unref(dir);
}
END_TEST

START_TEST(who_cuts_a_file_by_its_path_goes_on_with_an_empty_one)
{
    const struct setattr cut = {.set_size = true};
    struct dir *dir = toy_dir("a");
    struct stat st;
    int64_t valid_ms;

    ck_assert_int_eq(vfs_setattr(toy_call("truncate", 0),
                                 (struct node){.dir = dir, .alias = {TOY_TEXT}}, &cut, &st,
                                 &valid_ms),
                     0);
    ck_assert_int_eq((int)st.st_size, 6);
    struct file *file = toy_open(dir, "text", O_WRONLY);
    ck_assert_int_eq(toy_write(file, "{n}", 0), 3);
    ck_assert_uint_eq(toy.commits, 1);
    ck_assert_str_eq(toy.committed, "{n}");
    vfs_release(file);
    file = toy_open(dir, "text", O_WRONLY); /* only the first one is */
    ck_assert_int_eq(toy_write(file, "[", 0), 1);
    ck_assert_int_eq(vfs_flush(toy_call("close", 0), file), 0);
    ck_assert_str_eq(toy.committed, "[n}");
    vfs_release(file);
    dir_unref(dir);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vfs");
    TCase *files = tcase_create("files");

    tcase_add_checked_fixture(files, toy_start, toy_stop);
    tcase_add_loop_test(files, an_attempt_is_answered_once, 0, ATTEMPTS);
    tcase_add_test(files, a_refused_text_is_kept_beside_it_until_one_is_accepted);
    tcase_add_test(files, an_open_file_keeps_what_it_was);
    tcase_add_test(files, what_may_be_opened);
    tcase_add_test(files, who_cuts_a_file_by_its_path_goes_on_with_an_empty_one);
    suite_add_tcase(suite, files);
    suite_add_tcase(suite, states_case());
    suite_add_tcase(suite, staged_case());
    suite_add_tcase(suite, deeds_case());
    suite_add_tcase(suite, names_case());
    suite_add_tcase(suite, crowd_case());
    suite_add_tcase(suite, processes_case());
    return run_tests(srunner_create(suite));
}
