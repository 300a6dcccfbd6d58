/* SPDX-License-Identifier: MIT */
/* Numbers of files: of scratch files, and of keys. */
#include "config.h"

#include "vfs/dir.h"
#include "tree/field_keys.h"
#include "vfs/leaf.h"
#include "vfs/scratch_set.h"
#include "tree_fixture.h"
#include "util/json.h"

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
    node_unref(drive.node);
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
    ck_assert_uint_eq(again.node.alias.number,
                      other.node.alias.number); /* the first number is still taken */
    ck_assert_uint_eq(again.generation, 1);
    node_unref(again.node);
    ck_assert_int_eq(fixture_find(DRIVE "/kept", &again), 0);
    ck_assert_uint_eq(again.node.alias.number, kept.node.alias.number);
    ck_assert_uint_eq(again.generation, 0);
    node_unref(again.node);
    node_unref(kept.node);
    node_unref(other.node);
}
END_TEST

#define KEYS (FIELD_FILES_MAX + 5)

/* A record of many keys that were in no object before. */
static struct record *new_keys(int round)
{
    struct json_object *object = json_object_new_object();
    struct problem problem;
    char key[32];

    for (int i = 0; i < KEYS; i++) {
        snprintf(key, sizeof key, "%d_%d", round, i);
        json_object_object_add(object, key, json_object_new_int(i));
    }
    json_object_object_add(object, "id", json_object_new_string("sdv1"));
    struct record *record = record_from_json(&kind_drives, DIALECT_DOCS, object, &problem);
    json_object_put(object);
    return record;
}

/* The same key is found by its number, and by its text. */
static bool is_found(struct dir *dir, const struct members *members, const struct field_key *key)
{
    struct field_key by_number, by_text;
    struct buf text = BUF_EMPTY;
    bool found = field_key_of_leaf(dir, members, key->leaf, &by_number) &&
                 by_number.value.text == key->value.text && field_key_append(&by_number, &text) &&
                 field_key_find(dir, members, buf_text(&text), &by_text) &&
                 by_text.value.text == key->value.text && leaf_is_same(by_text.leaf, key->leaf);

    buf_finish(&text);
    return found;
}

/* A number of its own for each, of those there are. */
static bool takes_number(const struct field_key *key, unsigned char *taken)
{
    bool right = leaf_is_field(key->leaf) && !taken[key->leaf.number];

    if (right)
        taken[key->leaf.number] = 1;
    return right;
}

/* check writes to a file for each assertion: what is wrong is counted. */
static void expect_numbers(struct dir *dir, const struct members *members)
{
    static unsigned char taken[LEAF_SCRATCH];
    struct field_walk walk;
    struct field_key key;
    unsigned wrong = 0;

    memset(taken, 0, sizeof taken);
    field_walk_start(&walk, dir, members, FIELD_FILES_MAX);
    for (int i = 0; i < FIELD_FILES_MAX; i++)
        wrong += !field_walk_next(&walk, &key) || !takes_number(&key, taken) ||
                 !is_found(dir, members, &key);
    for (int i = FIELD_FILES_MAX; i < KEYS; i++)
        wrong += !field_walk_next(&walk, &key) || !leaf_is_none(key.leaf);
    ck_assert_uint_eq(wrong, 0);
    ck_assert(field_walk_next(&walk, &key)); /* its row's, however late it comes */
    ck_assert_ptr_nonnull(key.row);
    ck_assert(is_found(dir, members, &key));
    ck_assert(!field_key_find(dir, members, "none", &key));
    ck_assert(taken[LEAF_SCRATCH - 1] ||
              !field_key_of_leaf(dir, members, (struct leaf){LEAF_SCRATCH - 1}, &key));
}

/* Many more keys than there are numbers. */
START_TEST(numbers_of_keys_are_never_used_up)
{
    struct entry drive;

    ck_assert_int_eq(fixture_find(DRIVE, &drive), 0);
    for (int round = 0; round < 600; round++) {
        struct members members;
        ck_assert(members_of_record(new_keys(round), &members));
        expect_numbers(drive.node.dir, &members);
        members_finish(&members);
    }
    node_unref(drive.node);
}
END_TEST

START_TEST(saves_by_rename_leave_nothing_behind)
{
    struct entry drive;

    ck_assert_int_eq(fixture_find(DRIVE, &drive), 0);
    for (int i = 0; i < 50; i++) {
        struct entry entry;
        ck_assert_int_eq(make_scratch("drive.json.new", &entry), 0);
        node_unref(entry.node);
        ck_assert_int_eq(fixture_write(DRIVE "/drive.json.new", "{}\n"), 0);
        ck_assert_int_eq(fixture_rename(DRIVE "/drive.json.new", DRIVE "/drive.json"), 0);
    }
    assert_text(DRIVE "/drive.json", "\"name\": \"data\"");
    ck_assert_uint_le(drive.node.dir->role_count, 4);
    node_unref(drive.node);
}
END_TEST

void add_number_tests(TCase *tests)
{
    tcase_add_test(tests, numbers_of_scratch_files_are_never_used_up);
    tcase_add_test(tests, numbers_of_keys_are_never_used_up);
    tcase_add_test(tests, saves_by_rename_leave_nothing_behind);
}
