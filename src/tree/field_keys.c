/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/field_keys.h"

#include "tree/field_memo.h"
#include "tree/known.h"
#include "vfs/leaf.h"
#include "util/digest.h"
#include "util/file_name.h"

#include <string.h>

#define SMALL_RECORD_BYTES 4096 /* too short for FIELD_FILES_MAX keys */

/* --- finding ---------------------------------------------------------------------------------- */

/* A row's key, if it is answered, or a file all the same. */
static bool find_row(struct dir *dir, const struct members *members, const struct field *rows,
                     const struct field *row, struct field_key *out)
{
    struct json_slice value = json_index_find(members->index, members->object, row->key);

    *out = (struct field_key){.row = row,
                              .value = value,
                              .secret = field_is_secret(row->key),
                              .answered = value.text != NULL,
                              .leaf = field_leaf_of_row(rows, row)};
    return out->answered || field_stays(dir, row);
}

/* A key that no row has: `key`, or (NULL) that of the file. */
static bool find_unknown(struct dir *dir, const struct members *members, struct leaf leaf,
                         const char *key, struct field_key *out)
{
    size_t files_left = field_files_left(dir);
    struct field_walk walk;

    if (field_memo_serves(members))
        return field_memo_find(dir, members, files_left, leaf, key, out);
    field_walk_start(&walk, dir, members, files_left);
    while (field_walk_next(&walk, out) && out->answered)
        if (key == NULL ? leaf_is_same(out->leaf, leaf) : json_slice_is(out->key, key))
            return true;
    return false;
}

bool field_key_find(struct dir *dir, const struct members *members, const char *key,
                    struct field_key *out)
{
    const struct field *rows = field_rows(dir);
    const struct field *row = field_find(rows, key, strlen(key));

    return row != NULL ? find_row(dir, members, rows, row, out)
                       : find_unknown(dir, members, LEAF_NONE, key, out);
}

bool field_key_of_leaf(struct dir *dir, const struct members *members, struct leaf leaf,
                       struct field_key *out)
{
    const struct field *rows = field_rows(dir);
    const struct field *row = field_row_at(rows, leaf);

    if (leaf_is_none(leaf))
        return false;
    return row != NULL ? find_row(dir, members, rows, row, out)
                       : find_unknown(dir, members, leaf, NULL, out);
}

const struct field *field_row_of_leaf(struct dir *dir, struct leaf leaf)
{
    return dir_ops(dir)->fields == NULL ? NULL : field_row_at(field_rows(dir), leaf);
}

/* --- how many -------------------------------------------------------------------------------- */

static bool is_small(struct dir *dir)
{
    struct record *record = dir_id(dir) == NULL ? NULL : resource_record(dir);
    bool small = record == NULL || record->json_bytes < SMALL_RECORD_BYTES;

    record_unref(record);
    return small;
}

/* The keys that come before those of the member `name`: its siblings, and what the objects before
 * it hold. */
static size_t keys_before(const struct members *outer, const char *name)
{
    struct json_members walk = json_members_of(outer->index, outer->object);
    bool found = false;
    size_t count = 0;

    for (; json_members_next(&walk); count++) {
        found = found || json_slice_is(walk.key, name);
        if (!found)
            count += json_index_count(outer->index, walk.value);
    }
    return count;
}

static size_t left_in(struct dir *dir)
{
    struct members outer = MEMBERS_NONE;
    struct buf key = BUF_EMPTY;
    size_t left = FIELD_FILES_MAX;
    size_t before = 0;

    if (!dir_ops(dir)->nested)
        return left;
    left = left_in(dir->parent);
    if (left > 0 && name_decode(dir_name(dir), &key) &&
        field_members(NULL, dir->parent, FIELDS_KNOWN, &outer))
        before = keys_before(&outer, buf_text(&key));
    members_finish(&outer);
    buf_finish(&key);
    return left > before ? left - before : 0;
}

size_t field_files_left(struct dir *dir)
{
    bool whole = !dir_ops(dir)->nested || is_small(dir_resource(dir));

    return whole ? FIELD_FILES_MAX : left_in(dir);
}

/* Appends the key that a file is of, as far as is known; false: it is none's. */
bool field_key_text(struct dir *dir, struct leaf leaf, struct buf *out)
{
    const struct field *row = field_row_of_leaf(dir, leaf);
    struct members members = MEMBERS_NONE;
    struct field_key found;

    if (row != NULL)
        return buf_append_text(out, row->key);
    bool ok = leaf_is_field(leaf) && field_members(NULL, dir, FIELDS_KNOWN, &members) &&
              field_key_of_leaf(dir, &members, leaf, &found) && field_key_append(&found, out);
    members_finish(&members);
    return ok;
}

/* The place of what `dir` shows. */
static uint64_t place_of_dir(struct dir *dir)
{
    struct buf key = BUF_EMPTY;

    if (!dir_ops(dir)->nested)
        return DIGEST_ROOT;
    uint64_t place = place_of_dir(dir->parent);
    if (name_decode(dir_name(dir), &key))
        place = digest_key(place, buf_text(&key));
    buf_finish(&key);
    return place;
}

uint64_t field_place(struct node node)
{
    struct buf key = BUF_EMPTY;
    uint64_t place = 0;

    if (field_key_text(node.dir, leaf_of(node), &key))
        place = digest_key(place_of_dir(node.dir), buf_text(&key));
    buf_finish(&key);
    return place;
}

bool field_can_be_given(struct node node)
{
    const struct field *row = field_row_of_leaf(node.dir, leaf_of(node));

    return row != NULL && (row->flags & (FIELD_CREATE | FIELD_UPDATE)) != 0;
}
