/* SPDX-License-Identifier: MIT */
/* The inode table's counts, with directories made up here. */
#include "config.h"

#include "fs/inodes.h"
#include "run_tests.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct dir {
    uint64_t serial;
    atomic_int refs;
};

struct serial dir_serial(const struct dir *dir)
{
    return (struct serial){dir->serial};
}

struct dir *dir_ref(struct dir *dir)
{
    dir->refs++;
    return dir;
}

/* The first of them shows none, the others a resource each. */
uint64_t dir_shows(const struct dir *dir)
{
    return dir->serial - 1;
}

void dir_forgotten(struct dir *dir)
{
    dir_unref(dir);
}

struct content {
    uint64_t serial;
    atomic_int refs;
};

struct content *content_ref(struct content *content)
{
    if (content != NULL)
        content->refs++;
    return content;
}

void content_unref(struct content *content)
{
    if (content != NULL)
        content->refs--;
}

struct serial content_serial(const struct content *content)
{
    return (struct serial){content->serial};
}

void dir_unref(struct dir *dir)
{
    if (dir != NULL)
        dir->refs--;
}

/* Each test has its own; the table takes what references it needs. */
static struct inodes *inodes;
static struct dir root;
static struct dir drives;

static void set_up(void)
{
    root = (struct dir){.serial = 1, .refs = 1};
    drives = (struct dir){.serial = 2, .refs = 1};
    inodes = inodes_create();
    ck_assert_ptr_nonnull(inodes);
    ck_assert(inodes_set_root(inodes, &root));
}

static void tear_down(void)
{
    inodes_destroy(inodes);
    ck_assert_int_eq(root.refs, 1);
    ck_assert_int_eq(drives.refs, 1);
}

/* What a handler does on a successful lookup. */
static uint64_t look_up(struct dir *dir, uint32_t alias)
{
    return inodes_add(inodes, (struct node){.dir = dir_ref(dir), .alias = {alias}});
}

static bool is_known(uint64_t number)
{
    struct node node = {0};
    bool known = inodes_find(inodes, number, &node);

    dir_unref(node.dir);
    return known;
}

START_TEST(the_root_is_one_and_is_never_forgotten)
{
    ck_assert_uint_eq(inode_number((struct node){.dir = &root}), 1);
    inodes_forget(inodes, 1, 100);
    ck_assert(is_known(1));
}
END_TEST

START_TEST(a_number_is_found_as_the_node_that_it_was_made_of)
{
    uint64_t number = look_up(&drives, NODE_LEAF_LIMIT - 1);
    struct node node;

    ck_assert(inodes_find(inodes, number, &node));
    ck_assert_ptr_eq(node.dir, &drives);
    ck_assert_uint_eq(node.alias.number, NODE_LEAF_LIMIT - 1);
    dir_unref(node.dir);
}
END_TEST

START_TEST(a_leaf_of_the_root_is_not_the_root)
{
    uint64_t number = look_up(&root, 1);
    struct node node;

    ck_assert_uint_ne(number, 1);
    ck_assert(inodes_find(inodes, number, &node));
    ck_assert_ptr_eq(node.dir, &root);
    ck_assert_uint_eq(node.alias.number, 1);
    dir_unref(node.dir);
    inodes_forget(inodes, number, 1);
    ck_assert(is_known(1));
}
END_TEST

START_TEST(one_reference_is_kept_however_often_it_is_looked_up)
{
    for (int i = 0; i < 5; i++)
        look_up(&drives, 0);
    ck_assert_int_eq(drives.refs, 2);
}
END_TEST

START_TEST(a_directory_goes_with_its_last_lookup)
{
    uint64_t number = look_up(&drives, 0);

    look_up(&drives, 0);
    inodes_forget(inodes, number, 1);
    ck_assert(is_known(number));
    inodes_forget(inodes, number, 1);
    ck_assert(!is_known(number));
    ck_assert_int_eq(drives.refs, 1);
}
END_TEST

START_TEST(what_a_file_shows_for_ever_has_a_number_of_its_own_and_is_kept_by_it)
{
    struct content content = {.serial = 3, .refs = 1};
    uint64_t dir = look_up(&drives, 5);
    uint64_t number =
        inodes_add(inodes, (struct node){dir_ref(&drives), {5}, content_ref(&content)});
    struct node node;

    ck_assert_uint_ne(number, dir);
    inodes_forget(inodes, dir, 1);
    ck_assert_int_eq(content.refs, 2);
    ck_assert(inodes_find(inodes, number, &node));
    ck_assert_ptr_eq(node.dir, &drives);
    ck_assert_ptr_eq(node.content, &content);
    ck_assert_uint_eq(node.alias.number, 5);
    dir_unref(node.dir);
    content_unref(node.content);
    inodes_forget(inodes, number, 1);
    ck_assert(!is_known(number));
    ck_assert_int_eq(content.refs, 1);
}
END_TEST

/* Those that are told that their dates are old. */
START_TEST(directories_are_found_by_what_they_show)
{
    struct dir third = {.serial = 7, .refs = 1};
    const uint64_t keys[] = {5, 6};
    uint64_t *numbers;

    look_up(&drives, 1);
    uint64_t number = look_up(&third, 0);
    ck_assert_uint_eq(inodes_count(inodes), 3);
    ck_assert_uint_eq(inodes_collect(inodes, keys, 2, &numbers), 2);
    ck_assert(numbers[0] == 1 || numbers[1] == 1); /* the root, which shows none */
    ck_assert(numbers[0] == number || numbers[1] == number);
    free(numbers);
    ck_assert_uint_eq(inodes_collect(inodes, NULL, 0, &numbers), 3);
    free(numbers);
    inodes_forget(inodes, number, 1);
    ck_assert_uint_eq(inodes_count(inodes), 2);
    ck_assert_int_eq(third.refs, 1);
}
END_TEST

START_TEST(a_directory_stays_while_a_leaf_of_it_is_known)
{
    uint64_t dir = look_up(&drives, 0);
    uint64_t leaf = look_up(&drives, 7);

    inodes_forget(inodes, dir, 1);
    ck_assert(is_known(dir));
    ck_assert(is_known(leaf));
    inodes_forget(inodes, leaf, 1);
    ck_assert(!is_known(dir));
}
END_TEST

START_TEST(many_lookups_are_forgotten_at_once)
{
    uint64_t number = 0;

    for (int i = 0; i < 1000; i++)
        number = look_up(&drives, (uint32_t)i);
    inodes_forget(inodes, number, 999);
    ck_assert(is_known(number));
    inodes_forget(inodes, number, 1);
    ck_assert(!is_known(number));
}
END_TEST

START_TEST(what_was_never_known_is_unknown)
{
    ck_assert(!is_known((uint64_t)9 << NODE_LEAF_BITS));
    ck_assert(!is_known(0));
    inodes_forget(inodes, (uint64_t)9 << NODE_LEAF_BITS, 1);
}
END_TEST

START_TEST(forgetting_too_much_forgets_once)
{
    uint64_t number = look_up(&drives, 0);

    inodes_forget(inodes, number, 50);
    inodes_forget(inodes, number, 50);
    ck_assert(!is_known(number));
    ck_assert_int_eq(drives.refs, 1);
}
END_TEST

START_TEST(the_end_drops_what_was_never_forgotten)
{
    look_up(&drives, 0);
    look_up(&root, 4);
    inodes_clear(inodes);
    ck_assert_int_eq(drives.refs, 1);
    ck_assert_int_eq(root.refs, 1);
    ck_assert(!is_known(1));
}
END_TEST

/* Gives how often all was well: check's assertions are for one thread at a time. */
static void *come_and_go(void *arg)
{
    uintptr_t known = 0;

    (void)arg;
    for (int i = 0; i < 2000; i++) {
        uint64_t number = look_up(&drives, (uint32_t)i);
        known += is_known(number);
        inodes_forget(inodes, number, 1);
    }
    return (void *)known;
}

START_TEST(threads_count_exactly)
{
    pthread_t threads[4];

    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, NULL), 0);
    for (size_t i = 0; i < 4; i++) {
        void *known;
        pthread_join(threads[i], &known);
        ck_assert_uint_eq((uintptr_t)known, 2000);
    }
    ck_assert_int_eq(drives.refs, 1);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("inodes");
    TCase *t = tcase_create("inodes");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, the_root_is_one_and_is_never_forgotten);
    tcase_add_test(t, a_number_is_found_as_the_node_that_it_was_made_of);
    tcase_add_test(t, a_leaf_of_the_root_is_not_the_root);
    tcase_add_test(t, one_reference_is_kept_however_often_it_is_looked_up);
    tcase_add_test(t, a_directory_goes_with_its_last_lookup);
    tcase_add_test(t, what_a_file_shows_for_ever_has_a_number_of_its_own_and_is_kept_by_it);
    tcase_add_test(t, directories_are_found_by_what_they_show);
    tcase_add_test(t, a_directory_stays_while_a_leaf_of_it_is_known);
    tcase_add_test(t, many_lookups_are_forgotten_at_once);
    tcase_add_test(t, what_was_never_known_is_unknown);
    tcase_add_test(t, forgetting_too_much_forgets_once);
    tcase_add_test(t, the_end_drops_what_was_never_forgotten);
    tcase_add_test(t, threads_count_exactly);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_tests(srunner_create(suite()));
}
