/* SPDX-License-Identifier: MIT */
/* Sets of scratch files by themselves: nothing is mounted, and keys mean nothing. */
#include "config.h"

#include "vfs/dir.h"
#include "vfs/leaf.h"
#include "vfs/scratch_set.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY       "kind\0id"
#define OTHER_KEY "kind\0id2"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct scratch_store *store;
static unsigned freed;
static uint32_t freed_leaf;
static unsigned told;

static void note_free(struct scratch_set *set, struct leaf leaf)
{
    ck_assert_ptr_nonnull(set);
    freed++;
    freed_leaf = leaf.number;
}

static void note_change(struct scratch_set *set)
{
    ck_assert_ptr_nonnull(set);
    told++;
}

static void start(void)
{
    freed = told = 0;
    store = scratch_store_create(&lock, &clock_system, note_free);
    ck_assert_ptr_nonnull(store);
}

static void stop(void)
{
    scratch_store_destroy(store);
}

static struct scratch_set *new_set(const char *key, size_t key_bytes)
{
    struct scratch_set *set = scratch_set_new(store, key, key_bytes);

    ck_assert_ptr_nonnull(set);
    return set;
}

static struct scratch *add(struct scratch_set *set, const char *inside, const char *name)
{
    uint64_t generation;
    struct leaf leaf = {scratch_set_number(set, &generation)};
    struct scratch *file = scratch_add(set, leaf, generation, inside, name, NULL);

    ck_assert_ptr_nonnull(file);
    return file;
}

static void expect(size_t count, size_t bytes)
{
    ck_assert_uint_eq(store->count, count);
    ck_assert_uint_eq(store->bytes, bytes);
}

START_TEST(a_set_is_found_by_all_of_its_key)
{
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    struct scratch_set *other = new_set(OTHER_KEY, sizeof OTHER_KEY - 1);

    ck_assert_ptr_eq(scratch_set_find(store, KEY, sizeof KEY - 1), set);
    ck_assert_ptr_eq(scratch_set_find(store, OTHER_KEY, sizeof OTHER_KEY - 1), other);
    ck_assert_ptr_null(scratch_set_find(store, KEY, sizeof KEY - 2));
    ck_assert_ptr_null(scratch_set_find(store, "kind", 4));
    scratch_set_drop(set);
    ck_assert_ptr_null(scratch_set_find(store, KEY, sizeof KEY - 1));
    ck_assert_ptr_nonnull(scratch_set_find(store, OTHER_KEY, sizeof OTHER_KEY - 1));
}
END_TEST

START_TEST(a_set_lasts_while_something_is_in_it_or_a_directory_shows_it)
{
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    struct scratch *file = add(set, "", "a");
    struct dir dir = {0};

    LIST_INSERT_HEAD(&set->dirs, &dir, scratch_link);
    scratch_set_drop(set);
    LIST_REMOVE(&dir, scratch_link);
    scratch_set_drop(set);
    ck_assert_ptr_eq(scratch_set_find(store, KEY, sizeof KEY - 1), set);
    scratch_set_name(file, NULL);
    scratch_set_drop(set);
    ck_assert_ptr_null(scratch_set_find(store, KEY, sizeof KEY - 1));
    ck_assert(LIST_EMPTY(&store->sets));
}
END_TEST

START_TEST(a_file_is_found_by_where_it_lies_and_its_name)
{
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    struct scratch *outer = add(set, "", "a");
    struct scratch *inner = add(set, "s3Config", "a");

    ck_assert_ptr_eq(scratch_of_name(set, "", "a"), outer);
    ck_assert_ptr_eq(scratch_of_name(set, "s3Config", "a"), inner);
    ck_assert_ptr_null(scratch_of_name(set, "s3", "a"));
    ck_assert_ptr_eq(scratch_of_leaf(set, inner->leaf), inner);
    scratch_set_name(inner, strdup("b"));
    ck_assert_ptr_null(scratch_of_name(set, "s3Config", "a"));
    ck_assert_ptr_eq(scratch_of_name(set, "s3Config", "b"), inner);
}
END_TEST

START_TEST(what_is_removed_gives_its_room_and_its_number_back)
{
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    struct scratch *file = add(set, "", "a");
    struct scratch *kept = add(set, "", "b");
    uint32_t number = file->leaf.number;

    ck_assert(scratch_resize(file, 1000) && scratch_resize(kept, 10));
    expect(2, 1010);
    file->holds++;
    scratch_set_name(file, NULL); /* open: it goes on */
    expect(2, 1010);
    ck_assert_uint_eq(freed, 0);
    scratch_unhold(file);
    expect(1, 10);
    ck_assert_uint_eq(freed, 1);
    ck_assert_uint_eq(freed_leaf, number);
    scratch_set_clear(set);
    expect(0, 0);
    ck_assert_uint_eq(set->count, 0);
}
END_TEST

START_TEST(what_was_cut_gives_its_memory_back)
{
    struct scratch *file = add(new_set(KEY, sizeof KEY - 1), "", "a");

    ck_assert(scratch_resize(file, SCRATCH_FILE_BYTES));
    ck_assert(scratch_resize(file, 3));
    ck_assert_uint_lt(file->data.capacity_bytes, 10000);
    ck_assert_uint_eq(file->data.size_bytes, 3);
    expect(1, 3);
    ck_assert(scratch_resize(file, 5)); /* zeros again */
    ck_assert_int_eq(memcmp(file->data.data, "\0\0\0\0\0", 6), 0);
}
END_TEST

/* holds: scratch-8 scratch-2 */
START_TEST(each_set_has_room_for_so_many_and_all_for_so_many_bytes)
{
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    struct scratch_set *other = new_set(OTHER_KEY, sizeof OTHER_KEY - 1);
    struct scratch *file = NULL;

    for (int i = 0; i < SCRATCH_MAX_FILES; i++) {
        char name[16];
        ck_assert(scratch_set_has_room(set, 1, 0));
        snprintf(name, sizeof name, "%d", i);
        file = add(set, "", name);
    }
    ck_assert(!scratch_set_has_room(set, 1, 0));
    ck_assert(scratch_set_has_room(set, 0, SCRATCH_TOTAL_BYTES));
    ck_assert(scratch_set_has_room(other, 1, 0));
    ck_assert(scratch_resize(file, 1));
    ck_assert(!scratch_set_has_room(other, 0, SCRATCH_TOTAL_BYTES));
    ck_assert(!scratch_set_has_room(other, 0, SIZE_MAX));
    ck_assert(scratch_set_has_room(other, 0, SCRATCH_TOTAL_BYTES - 1));
    scratch_set_name(file, NULL);
    ck_assert(scratch_set_has_room(set, 1, SCRATCH_TOTAL_BYTES));
}
END_TEST

START_TEST(the_target_of_a_link_counts)
{
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    struct scratch *file = scratch_add(set, (struct leaf){LEAF_SCRATCH}, 0, "", "link", "target");

    expect(1, 6);
    scratch_set_name(file, NULL);
    expect(0, 0);
}
END_TEST

/* --- lost and brought back -------------------------------------------------------------------- */

START_TEST(what_is_lost_is_brought_back_unless_its_name_is_taken)
{
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    struct scratch *file = add(set, "", "a");
    struct scratch *taken = add(set, "", "b");

    scratch_lose(file, &lock);
    scratch_lose(taken, &lock);
    ck_assert_ptr_null(scratch_of_name(set, "", "a"));
    ck_assert_ptr_null(file->name);
    struct scratch *newer = add(set, "", "b");
    expect(3, 0);
    scratch_bring_back(set);
    ck_assert_ptr_eq(scratch_of_name(set, "", "a"), file);
    ck_assert_ptr_eq(scratch_of_name(set, "", "b"), newer);
    expect(2, 0);
}
END_TEST

START_TEST(what_is_lost_goes_when_that_is_over_and_when_room_is_needed)
{
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    struct scratch *file = add(set, "", "a");

    scratch_lose(file, &lock);
    scratch_let_go(set, &store); /* not to this one */
    expect(1, 0);
    scratch_let_go(set, &lock);
    expect(0, 0);
    file = add(set, "", "b");
    ck_assert(scratch_resize(file, 100));
    scratch_lose(file, &lock);
    ck_assert(scratch_set_has_room(new_set(OTHER_KEY, sizeof OTHER_KEY - 1), 0,
                                   SCRATCH_TOTAL_BYTES - 50));
    expect(0, 0);
}
END_TEST

/* --- a draft becomes a resource --------------------------------------------------------------- */

START_TEST(a_set_without_a_key_is_found_once_it_has_one)
{
    struct scratch_set *draft = new_set(NULL, 0);
    struct scratch *file = add(draft, "", "a");

    ck_assert_ptr_null(scratch_set_find(store, KEY, sizeof KEY - 1));
    scratch_set_give_key(draft, KEY, sizeof KEY - 1);
    ck_assert_ptr_eq(scratch_set_find(store, KEY, sizeof KEY - 1), draft);
    ck_assert_ptr_eq(scratch_of_name(draft, "", "a"), file);
}
END_TEST

START_TEST(where_another_has_the_key_both_go_together)
{
    struct scratch_set *draft = new_set(NULL, 0);
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    struct scratch *file = add(draft, "", "both");
    struct scratch *open = add(draft, "", "open");
    struct scratch *there = add(set, "", "there");
    uint32_t numbers[] = {file->leaf.number, open->leaf.number, there->leaf.number};
    struct dir dir = {.scratch = draft};
    uint64_t generation;

    add(set, "", "both");
    open->holds++;
    scratch_set_name(open, NULL);
    LIST_INSERT_HEAD(&draft->dirs, &dir, scratch_link);
    scratch_set_give_key(draft, KEY, sizeof KEY - 1);
    ck_assert_ptr_eq(dir.scratch, set);
    ck_assert_ptr_eq(LIST_FIRST(&set->dirs), &dir);
    ck_assert_ptr_eq(scratch_of_name(set, "", "both"), file);
    ck_assert_ptr_eq(scratch_of_name(set, "", "there"), there);
    ck_assert_uint_eq(file->leaf.number, numbers[0]); /* the kernel knows them by these */
    ck_assert_uint_eq(open->leaf.number, numbers[1]);
    ck_assert_uint_eq(there->leaf.number, numbers[2]);
    ck_assert_uint_eq(set->count, 3);
    expect(3, 0);
    uint32_t next = scratch_set_number(set, &generation);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_ne(next, numbers[i]);
    scratch_unhold(open);
    expect(2, 0);
    LIST_REMOVE(&dir, scratch_link);
}
END_TEST

START_TEST(a_number_comes_again_in_another_generation)
{
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    uint64_t generation;
    uint32_t first = scratch_set_number(set, &generation);

    ck_assert_uint_eq(generation, 0);
    for (uint32_t i = 1; i < LEAF_SCRATCH_NUMBERS; i++)
        ck_assert_uint_ge(scratch_set_number(set, &generation), LEAF_SCRATCH);
    ck_assert_uint_eq(generation, 0);
    ck_assert_uint_eq(scratch_set_number(set, &generation), first);
    ck_assert_uint_eq(generation, 1);
    scratch_set_drop(set);
}
END_TEST

/* --- what it belonged to is gone ---------------------------------------------------------------
 */

static bool is_other(void *ctx, const char *key, size_t key_bytes)
{
    ++*(unsigned *)ctx;
    return key_bytes == sizeof OTHER_KEY - 1 && memcmp(key, OTHER_KEY, key_bytes) == 0;
}

START_TEST(what_belonged_to_what_is_gone_is_freed_when_nobody_has_it_open)
{
    struct scratch_set *draft = new_set(NULL, 0);
    struct scratch_set *set = new_set(KEY, sizeof KEY - 1);
    struct scratch_set *other = new_set(OTHER_KEY, sizeof OTHER_KEY - 1);
    struct scratch *open = add(other, "", "open");
    unsigned asked = 0;

    add(draft, "", "a");
    add(set, "", "a");
    add(other, "", "a");
    ck_assert(scratch_resize(open, 77));
    open->holds++;
    scratch_store_sweep(store, is_other, &asked, note_change);
    ck_assert_uint_eq(asked, 2); /* a draft's is nobody's */
    ck_assert_uint_eq(told, 1);
    expect(3, 77);
    ck_assert_ptr_null(open->name);
    scratch_unhold(open);
    expect(2, 0);
    scratch_store_sweep(store, is_other, &asked, note_change);
    ck_assert_ptr_null(scratch_set_find(store, OTHER_KEY, sizeof OTHER_KEY - 1));
    ck_assert_uint_eq(told, 1);
}
END_TEST

static Suite *suite(void)
{
    Suite *all = suite_create("scratch");
    TCase *sets = tcase_create("sets");

    tcase_add_checked_fixture(sets, start, stop);
    tcase_add_test(sets, a_set_is_found_by_all_of_its_key);
    tcase_add_test(sets, a_set_lasts_while_something_is_in_it_or_a_directory_shows_it);
    tcase_add_test(sets, a_file_is_found_by_where_it_lies_and_its_name);
    tcase_add_test(sets, what_is_removed_gives_its_room_and_its_number_back);
    tcase_add_test(sets, what_was_cut_gives_its_memory_back);
    tcase_add_test(sets, each_set_has_room_for_so_many_and_all_for_so_many_bytes);
    tcase_add_test(sets, the_target_of_a_link_counts);
    tcase_add_test(sets, what_is_lost_is_brought_back_unless_its_name_is_taken);
    tcase_add_test(sets, what_is_lost_goes_when_that_is_over_and_when_room_is_needed);
    tcase_add_test(sets, a_set_without_a_key_is_found_once_it_has_one);
    tcase_add_test(sets, where_another_has_the_key_both_go_together);
    tcase_add_test(sets, a_number_comes_again_in_another_generation);
    tcase_add_test(sets, what_belonged_to_what_is_gone_is_freed_when_nobody_has_it_open);
    suite_add_tcase(all, sets);
    return all;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
