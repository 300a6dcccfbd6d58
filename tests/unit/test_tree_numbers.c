/* SPDX-License-Identifier: MIT */
/* Numbers of files: of scratch files, and of keys. */
#include "config.h"

#include "vfs/dir.h"
#include "tree/field_keys.h"
#include "vfs/leaf.h"
#include "vfs/scratch_set.h"
#include "tree_fixture.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define DRIVE "drives/data"

static int make_scratch(const char *name, struct entry *out)
{
    struct entry drive;
    struct file *file = NULL;

    ck_assert_int_eq(fixture_find(DRIVE, &drive), 0);
    int rc = vfs_create_file(&fixture_call, drive.node.dir, name, 0600, O_RDWR, out, &file);
    if (rc == 0)
        vfs_release(file);
    dir_unref(drive.node.dir);
    return rc;
}

START_TEST(numbers_of_scratch_files_are_never_used_up)
{
    struct entry kept;
    struct entry other;
    struct entry again;

    ck_assert_int_eq(make_scratch("kept", &kept), 0);
    ck_assert_int_eq(make_scratch("other", &other), 0);
    ck_assert_uint_eq(other.generation, 0);
    ck_assert_int_eq(fixture_unlink(DRIVE "/other"), 0);
    /* As if all the other numbers had been given meanwhile. */
    kept.node.dir->scratch->next = LEAF_SCRATCH_NUMBERS;
    ck_assert_int_eq(make_scratch("again", &again), 0);
    ck_assert_uint_eq(again.node.leaf, other.node.leaf); /* the first number is still taken */
    ck_assert_uint_eq(again.generation, 1);
    dir_unref(again.node.dir);
    ck_assert_int_eq(fixture_find(DRIVE "/kept", &again), 0);
    ck_assert_uint_eq(again.node.leaf, kept.node.leaf);
    ck_assert_uint_eq(again.generation, 0);
    dir_unref(again.node.dir);
    dir_unref(kept.node.dir);
    dir_unref(other.node.dir);
}
END_TEST

#define KEYS (FIELD_FILES_MAX + 5)

/* Keys that were in no object before. */
static struct json_object *new_keys(int round)
{
    struct json_object *members = json_object_new_object();

    for (int i = 0; i < KEYS; i++) {
        char key[32];
        snprintf(key, sizeof key, "%d_%d", round, i);
        json_object_object_add(members, key, json_object_new_int(i));
    }
    return members;
}

static void expect_numbers(struct dir *dir, struct json_object *members)
{
    static unsigned char taken[LEAF_SCRATCH];
    struct field_walk walk;
    struct field_key key;
    struct field_key again;

    memset(taken, 0, sizeof taken);
    field_walk_start(&walk, dir, members, FIELD_FILES_MAX);
    for (int i = 0; i < FIELD_FILES_MAX; i++) {
        ck_assert(field_walk_next(&walk, &key));
        ck_assert(key.number >= LEAF_FIELDS && key.number < LEAF_SCRATCH);
        ck_assert(!taken[key.number]);
        taken[key.number] = 1;
        if (i % 200 != 0)
            continue;
        ck_assert(field_key_of_number(dir, members, key.number, &again));
        ck_assert_str_eq(again.key, key.key);
    }
    for (int i = FIELD_FILES_MAX; i < KEYS; i++) {
        ck_assert(field_walk_next(&walk, &key));
        ck_assert_uint_eq(key.number, 0);
    }
}

/* Many more keys than there are numbers. */
START_TEST(numbers_of_keys_are_never_used_up)
{
    struct entry drive;

    ck_assert_int_eq(fixture_find(DRIVE, &drive), 0);
    for (int round = 0; round < 600; round++) {
        struct json_object *members = new_keys(round);
        expect_numbers(drive.node.dir, members);
        json_object_put(members);
    }
    dir_unref(drive.node.dir);
}
END_TEST

START_TEST(saves_by_rename_leave_nothing_behind)
{
    struct entry drive;

    ck_assert_int_eq(fixture_find(DRIVE, &drive), 0);
    for (int i = 0; i < 50; i++) {
        struct entry entry;
        ck_assert_int_eq(make_scratch("drive.json.new", &entry), 0);
        dir_unref(entry.node.dir);
        ck_assert_int_eq(fixture_write(DRIVE "/drive.json.new", "{}\n"), 0);
        ck_assert_int_eq(fixture_rename(DRIVE "/drive.json.new", DRIVE "/drive.json"), 0);
    }
    assert_text(DRIVE "/drive.json", "\"name\": \"data\"");
    ck_assert_uint_le(drive.node.dir->role_count, 4);
    dir_unref(drive.node.dir);
}
END_TEST

void add_number_tests(TCase *tests)
{
    tcase_add_test(tests, numbers_of_scratch_files_are_never_used_up);
    tcase_add_test(tests, numbers_of_keys_are_never_used_up);
    tcase_add_test(tests, saves_by_rename_leave_nothing_behind);
}
