/* SPDX-License-Identifier: MIT */
/* The table of what processes have done: how long each kind counts, and what makes room for what.
 */
#include "config.h"

#include "test_vfs.h"

#include "vfs/deeds.h"
#include "vfs/file.h"
#include "vfs/rebound.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DAY_MS INT64_C(86400000)

static struct process_id self(void)
{
    return process_identify(getpid());
}

static struct deed_key key_of(enum deed_kind kind, uint64_t place)
{
    return (struct deed_key){
        .kind = kind, .who = process_number(self()), .place = place, .detail = 1};
}

/* One that has ended by now. */
static struct process_id ended(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        pause();
        _exit(0);
    }
    struct process_id process = process_identify(pid);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return process;
}

/* How long a deed counts, of who lives; 0: as long as what it belongs to. */
static const struct {
    enum deed_kind kind;
    int64_t lasts_ms;
} lasting[] = {
    {DEED_READ, DAY_MS},  {DEED_MADE, 60000},  {DEED_MADE_FILE, 0},    {DEED_WROTE, 0},
    {DEED_COPIED, 0},     {DEED_REMOVED, 0},   {DEED_REFUSED, 1000},   {DEED_CUT, 2000},
    {DEED_CHANGED, 2000}, {DEED_LEFT, DAY_MS}, {DEED_RENAMED, 600000}, {DEED_WENT, 2000},
};

#define KINDS (int)(sizeof lasting / sizeof lasting[0])

START_TEST(a_deed_counts_so_long)
{
    struct deeds *deeds = deeds_create(toy.config.clock);
    struct deed_list owner = LIST_HEAD_INITIALIZER(owner);
    struct deed_key key = key_of(lasting[_i].kind, 7);

    ck_assert_int_eq(KINDS, DEED_KINDS);
    ck_assert_ptr_null(deed_find(deeds, key));
    ck_assert_ptr_nonnull(deed_note(deeds, key, &owner));
    toy.passed_ms += (lasting[_i].lasts_ms == 0 ? 30 * DAY_MS : lasting[_i].lasts_ms) - 1;
    ck_assert_ptr_nonnull(deed_find(deeds, key));
    ck_assert_ptr_nonnull(deed_note(deeds, key, &owner)); /* once more: it begins anew */
    toy.passed_ms += 500;
    ck_assert_ptr_nonnull(deed_find(deeds, key));
    toy.passed_ms += lasting[_i].lasts_ms;
    ck_assert((deed_find(deeds, key) == NULL) == (lasting[_i].lasts_ms != 0));
    deeds_forget_all(deeds, &owner);
    deeds_destroy(deeds);
}
END_TEST

/* Each part of a key tells one from another. */
START_TEST(a_deed_is_known_by_kind_who_and_at_what)
{
    static const struct deed_key others[] = {
        {.kind = DEED_CHANGED, .who = 2, .place = 3, .detail = 4},
        {.kind = DEED_WENT, .who = 9, .place = 3, .detail = 4},
        {.kind = DEED_WENT, .who = 2, .place = 9, .detail = 4},
        {.kind = DEED_WENT, .who = 2, .place = 3, .detail = 9},
    };
    struct deeds *deeds = deeds_create(toy.config.clock);
    const struct deed_key key = {.kind = DEED_WENT, .who = 2, .place = 3, .detail = 4};
    struct deed *deed = deed_note(deeds, key, NULL);

    deed->value = 5;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert_ptr_null(deed_find(deeds, others[i]));
    ck_assert_ptr_eq(deed_note(deeds, key, NULL), deed);
    ck_assert_uint_eq(deed->value, 5);
    deed_forget(deeds, deed);
    ck_assert_ptr_null(deed_find(deeds, key));
    deeds_destroy(deeds);
}
END_TEST

/* What a process has read counts for a day while it lives, and a minute longer than that. */
START_TEST(what_was_read_ends_with_its_reader)
{
    static const struct {
        const char *who;
        int64_t after_ms;
        bool counts;
    } rows[] = {
        {"living", DEED_AFTERLIFE_MS + 1, true},
        {"ended", DEED_AFTERLIFE_MS - 1, true},
        {"ended", DEED_AFTERLIFE_MS + 1, false},
        {"nameless", DAY_MS - 1000, true},
        {"living", DAY_MS, false},
    };
    struct deeds *deeds = deeds_create(toy.config.clock);
    struct process_id who = {0};

    if (strcmp(rows[_i].who, "nameless") != 0)
        who = strcmp(rows[_i].who, "ended") == 0 ? ended() : self();
    const struct deed_key key = {.kind = DEED_READ, .who = process_number(who), .place = 1};
    ck_assert_ptr_nonnull(deed_note(deeds, key, NULL));
    toy.passed_ms += rows[_i].after_ms;
    deed_note(deeds, key_of(DEED_READ, 2), NULL); /* the next one sees to those before */
    ck_assert_msg((deed_find(deeds, key) != NULL) == rows[_i].counts, "row %d", _i);
    deeds_destroy(deeds);
}
END_TEST

START_TEST(the_oldest_make_room)
{
    struct deeds *deeds = deeds_create(toy.config.clock);

    for (uint64_t place = 0; place <= DEED_CUT_MOST; place++) {
        deed_note(deeds, key_of(DEED_CUT, place), NULL);
        deed_note(deeds, key_of(DEED_WENT, place), NULL);
    }
    ck_assert_ptr_null(deed_find(deeds, key_of(DEED_CUT, 0)));
    ck_assert_ptr_nonnull(deed_find(deeds, key_of(DEED_CUT, 1)));
    ck_assert_ptr_nonnull(deed_find(deeds, key_of(DEED_WENT, 0)));
    ck_assert_ptr_eq(deed_next(deeds, DEED_CUT, NULL), deed_find(deeds, key_of(DEED_CUT, 1)));
    deeds_destroy(deeds);
}
END_TEST

START_TEST(whether_one_of_a_kind_counts)
{
    struct deeds *deeds = deeds_create(toy.config.clock);

    ck_assert(!deeds_any(deeds, DEED_WENT));
    deed_note(deeds, key_of(DEED_WENT, 1), NULL);
    ck_assert(deeds_any(deeds, DEED_WENT));
    ck_assert(!deeds_any(deeds, DEED_LEFT));
    toy.passed_ms += DEED_WENT_MS;
    ck_assert(!deeds_any(deeds, DEED_WENT)); /* it is still there, and has ended */
    ck_assert_ptr_nonnull(deed_next(deeds, DEED_WENT, NULL));
    deeds_destroy(deeds);
}
END_TEST

START_TEST(what_belongs_to_something_ends_with_that)
{
    struct deeds *deeds = deeds_create(toy.config.clock);
    struct deed_list one = LIST_HEAD_INITIALIZER(one);
    struct deed_list two = LIST_HEAD_INITIALIZER(two);

    deed_note(deeds, key_of(DEED_WROTE, 1), &one);
    deed_note(deeds, key_of(DEED_COPIED, 1), &one);
    deed_note(deeds, key_of(DEED_WROTE, 2), &two);
    deeds_forget_all(deeds, &one);
    ck_assert(LIST_EMPTY(&one));
    ck_assert_ptr_null(deed_find(deeds, key_of(DEED_WROTE, 1)));
    ck_assert_ptr_nonnull(deed_find(deeds, key_of(DEED_WROTE, 2)));
    deeds_forget_all(deeds, &two);
    deeds_destroy(deeds);
}
END_TEST

START_TEST(a_process_is_one_number_and_back)
{
    static const struct process_id rows[] = {{0}, {1, 0}, {4194303, 1}, {77, UINT64_C(1) << 41}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ck_assert(process_is_same(process_of_number(process_number(rows[i])), rows[i]));
    ck_assert_uint_eq(process_number(rows[0]), 0);
}
END_TEST

/* --- what is made of it ------------------------------------------------------------------------
 */

static void leave(const char *name, const char *id)
{
    pthread_mutex_lock(&toy.vfs.lock);
    rebound_note_left(vfs_root(&toy.vfs), name, id);
    pthread_mutex_unlock(&toy.vfs.lock);
}

static bool is_surprise(const char *name, const char *id)
{
    pthread_mutex_lock(&toy.vfs.lock);
    rebound_note_surprise(vfs_root(&toy.vfs), name, NULL, id);
    pthread_mutex_unlock(&toy.vfs.lock);
    return dir_was_rebound(vfs_root(&toy.vfs), name);
}

/* Whose directory has left a name, and who takes it next. */
START_TEST(who_takes_a_name_that_another_has_left)
{
    static const struct {
        const char *left_by[3];
        const char *own; /* what this mount has changed just before it was taken */
        const char *taken_by;
        bool surprise;
    } rows[] = {
        {{"1"}, NULL, "2", true},      {{"1"}, NULL, "1", false},
        {{"1"}, "2", "2", false},      {{"1", "1"}, NULL, "1", false},
        {{"2", "1"}, NULL, "1", true}, {{"1", "2"}, NULL, "1", true},
        {{"1", "2"}, NULL, "3", true}, {{"1", "2"}, "3", "3", false},
        {{NULL}, NULL, "1", false},    {{"1"}, NULL, NULL, false},
    };

    for (int i = 0; rows[_i].left_by[i] != NULL; i++)
        leave("n", rows[_i].left_by[i]);
    for (int i = 0; i < 100; i++) { /* however many others are left meanwhile */
        char name[16];
        snprintf(name, sizeof name, "m%d", i);
        leave(name, "1");
    }
    if (rows[_i].own != NULL)
        dir_note_own(&toy.vfs, rows[_i].own);
    ck_assert_msg(is_surprise("n", rows[_i].taken_by) == rows[_i].surprise, "row %d", _i);
    toy.passed_ms += DEED_WENT_MS;
    ck_assert(!is_surprise("n", "9")); /* it was taken: nobody has left it any more */
}
END_TEST

/* Which box a name was listed for, and who takes it. */
START_TEST(who_takes_a_name_that_was_listed_for_another)
{
    static const struct {
        const char *listed_for[2];
        const char *own; /* what this mount has changed just before it was taken */
        const char *taken_by;
        bool surprise;
    } rows[] = {
        {{"1"}, NULL, "2", true},      {{"1"}, NULL, "1", false},      {{"1"}, "2", "2", false},
        {{"1", "2"}, NULL, "2", true}, {{"2", "1"}, NULL, "2", true},  {{NULL}, NULL, "1", false},
        {{"1"}, NULL, NULL, false},    {{"1", "1"}, NULL, "1", false},
    };
    struct dir *root = vfs_root(&toy.vfs);

    for (int i = 0; i < 2 && rows[_i].listed_for[i] != NULL; i++)
        dir_note_listed(root, "n", rows[_i].listed_for[i]);
    for (int i = 0; i < 1000; i++) { /* however many others are listed */
        char name[16];
        snprintf(name, sizeof name, "m%d", i);
        dir_note_listed(root, name, "1");
    }
    if (rows[_i].own != NULL)
        dir_note_own(&toy.vfs, rows[_i].own);
    ck_assert_msg(is_surprise("n", rows[_i].taken_by) == rows[_i].surprise, "row %d", _i);
    toy.passed_ms += DEED_WENT_MS;
    ck_assert(!is_surprise("n", "9")); /* it was taken: what was listed counts no more */
}
END_TEST

/* What this mount changed itself is no surprise, however many those are. */
START_TEST(own_changes_are_known_by_hundreds)
{
    for (int i = 0; i < 1000; i++) {
        char id[16];
        snprintf(id, sizeof id, "id%d", i);
        dir_note_own(&toy.vfs, id);
    }
    leave("n", "other");
    ck_assert(!is_surprise("n", "id0"));
    leave("n", "other");
    toy.passed_ms += DEED_CHANGED_MS;
    ck_assert(is_surprise("n", "id0"));
}
END_TEST

/* Old text by who was refused just now is put back; by others, or later, it is meant. */
START_TEST(who_puts_an_old_text_back)
{
    static const struct {
        bool by_other;
        int64_t after_ms;
        bool keeps; /* the text that was refused */
    } rows[] = {{false, 0, true}, {false, DEED_REFUSED_MS, false}, {true, 0, false}};
    struct dir *dir = toy_dir("a");
    struct file *file = toy_open(dir, "text", O_WRONLY | O_TRUNC);

    toy.next = TOY_REFUSES;
    ck_assert_int_eq(toy_write(file, "{bad}\n", 0), -EINVAL);
    vfs_release(file);
    toy.next = TOY_ACCEPTS;
    toy.passed_ms += rows[_i].after_ms;
    pid_t pid = rows[_i].by_other ? toy_other() : 0;
    file = toy_open(dir, "text", O_WRONLY | O_TRUNC);
    ck_assert_int_eq((int)vfs_write(toy_call("write", pid), file, "{old}\n", 6, 0), 6);
    vfs_release(file);
    ck_assert_int_eq(toy_lookup(dir, "text.rej", NULL), rows[_i].keeps ? 0 : -ENOENT);
    dir_unref(dir);
}
END_TEST

/* A cut is known of each user that has no process, and of each process. */
START_TEST(who_has_cut_a_file)
{
    static const struct {
        struct kin by, next;
        bool taken;
    } rows[] = {
        {{{100, 1}, 50, 0, false}, {{100, 1}, 50, 0, false}, true},
        {{{100, 1}, 50, 0, false}, {{100, 2}, 51, 0, false}, false}, /* its number, used again */
        {{{100, 1}, 50, 0, false}, {{101, 1}, 100, 0, false}, true}, /* a child */
        {{{100, 1}, 50, 0, false}, {{50, 1}, 2, 0, false}, true},    /* the parent */
        {{{100, 1}, 50, 0, false}, {{102, 1}, 50, 0, false}, true},  /* of the same parent */
        {{{100, 1}, 0, 0, false}, {{102, 1}, 0, 0, false}, false},   /* orphans have none */
        {{{0}, 0, 7, true}, {{0}, 0, 7, true}, true},
        {{{0}, 0, 7, true}, {{0}, 0, 8, true}, false},
        {{{0}, 0, 7, true}, {{100, 1}, 50, 7, false}, false},
        {{{30, 1}, 2, 7, true}, {{31, 1}, 2, 7, true}, true}, /* threads of the kernel */
    };
    const struct file_key key = {.place = 5, .leaf = {1}};
    const struct file_key other = {.place = 5, .leaf = {2}};

    truncated_note(&toy.vfs, key, &rows[_i].by);
    ck_assert(!truncated_take(&toy.vfs, other, &rows[_i].by));
    ck_assert(truncated_take(&toy.vfs, key, &rows[_i].next) == rows[_i].taken);
    ck_assert(truncated_take(&toy.vfs, key, &rows[_i].by) != rows[_i].taken); /* only the first */
    truncated_note(&toy.vfs, key, &rows[_i].by);
    truncated_forget(&toy.vfs, key);
    ck_assert(!truncated_take(&toy.vfs, key, &rows[_i].by));
    truncated_note(&toy.vfs, key, &rows[_i].by);
    toy.passed_ms += DEED_CUT_MS;
    ck_assert(!truncated_take(&toy.vfs, key, &rows[_i].by));
}
END_TEST

/* However slow the machine is, no more time passes than a test says. */
static void start(void)
{
    toy_start();
    toy.stopped_ms = clock_now_ms(&clock_system);
}

TCase *deeds_case(void)
{
    TCase *deeds = tcase_create("deeds");

    tcase_add_checked_fixture(deeds, start, toy_stop);
    tcase_add_loop_test(deeds, a_deed_counts_so_long, 0, KINDS);
    tcase_add_test(deeds, a_deed_is_known_by_kind_who_and_at_what);
    tcase_add_loop_test(deeds, what_was_read_ends_with_its_reader, 0, 5);
    tcase_add_test(deeds, the_oldest_make_room);
    tcase_add_test(deeds, whether_one_of_a_kind_counts);
    tcase_add_test(deeds, what_belongs_to_something_ends_with_that);
    tcase_add_test(deeds, a_process_is_one_number_and_back);
    tcase_add_loop_test(deeds, who_takes_a_name_that_another_has_left, 0, 10);
    tcase_add_loop_test(deeds, who_takes_a_name_that_was_listed_for_another, 0, 8);
    tcase_add_test(deeds, own_changes_are_known_by_hundreds);
    tcase_add_loop_test(deeds, who_puts_an_old_text_back, 0, 3);
    tcase_add_loop_test(deeds, who_has_cut_a_file, 0, 10);
    return deeds;
}
