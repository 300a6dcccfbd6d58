/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/field_keys.h"

#include "vfs/leaf.h"
#include "util/digest.h"

#include "tree/fields.h"
#include "util/file_name.h"
#include "tree/known.h"
#include "util/json.h"
#include "tree/members.h"

#include <string.h>

/* Below them the rows of a table, by index; from there on what no table has, by hash. */
#define HASHED_NUMBERS     (LEAF_FIELDS + 0x100u)
#define SMALL_RECORD_BYTES 4096 /* too short for FIELD_FILES_MAX keys */

/* --- numbers --------------------------------------------------------------------------------- */

/* FNV-1a of the key and of how often another key was found in its place. */
static uint32_t hash_key(const char *key, uint32_t attempt)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) + attempt;

    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
    return HASHED_NUMBERS + (uint32_t)((hash ^ hash >> 32) % (LEAF_SCRATCH - HASHED_NUMBERS));
}

/* Takes a number for the walk; false: an earlier key of the object has it. */
static bool take(struct field_walk *walk, uint32_t number)
{
    size_t slot = number % FIELD_SLOTS;

    while (walk->taken[slot] != 0 && walk->taken[slot] != number)
        slot = (slot + 1) % FIELD_SLOTS;
    if (walk->taken[slot] == number)
        return false;
    walk->taken[slot] = number;
    return true;
}

static uint32_t number_of(struct field_walk *walk, const struct field_key *key)
{
    uint32_t attempt = 0;

    if (key->row != NULL)
        return LEAF_FIELDS + (uint32_t)(key->row - walk->rows);
    if (walk->files_left == 0 || key->key[0] == '\0')
        return 0;
    while (!take(walk, hash_key(key->key, attempt)))
        attempt++;
    return hash_key(key->key, attempt);
}

/* --- walking --------------------------------------------------------------------------------- */

void field_walk_start(struct field_walk *walk, struct dir *dir, struct json_object *members,
                      size_t files_left)
{
    *walk = (struct field_walk){.dir = dir,
                                .rows = field_rows(dir),
                                .members = members,
                                .at = json_object_iter_begin(members),
                                .end = json_object_iter_end(members),
                                .files_left = files_left};
}

static void next_answered(struct field_walk *walk, struct field_key *out)
{
    const char *key = json_object_iter_peek_name(&walk->at);

    *out = (struct field_key){.key = key,
                              .row = field_find(walk->rows, key, strlen(key)),
                              .value = json_object_iter_peek_value(&walk->at),
                              .answered = true};
    out->number = number_of(walk, out);
    walk->files_left -= walk->files_left > 0;
    json_object_iter_next(&walk->at);
}

/* Keys that can be given and that the answer leaves out. */
static bool next_given(struct field_walk *walk, struct field_key *out)
{
    const struct field *row = walk->given == NULL ? walk->rows : walk->given;

    while (
        row != NULL && row->key != NULL &&
        (!field_stays(walk->dir, row) || json_object_object_get_ex(walk->members, row->key, NULL)))
        row++;
    if (row == NULL || row->key == NULL)
        return false;
    *out = (struct field_key){.key = row->key, .row = row};
    out->number = number_of(walk, out);
    walk->given = row + 1;
    return true;
}

bool field_walk_next(struct field_walk *walk, struct field_key *out)
{
    if (json_object_iter_equal(&walk->at, &walk->end))
        return next_given(walk, out);
    next_answered(walk, out);
    return true;
}

bool field_key_find(struct dir *dir, struct json_object *members, const char *key,
                    struct field_key *out)
{
    struct field_walk walk;

    field_walk_start(&walk, dir, members, field_files_left(dir));
    while (field_walk_next(&walk, out))
        if (strcmp(out->key, key) == 0)
            return true;
    return false;
}

bool field_key_of_number(struct dir *dir, struct json_object *members, uint32_t number,
                         struct field_key *out)
{
    struct field_walk walk;

    field_walk_start(&walk, dir, members, field_files_left(dir));
    while (field_walk_next(&walk, out))
        if (out->number == number)
            return true;
    return false;
}

const struct field *field_row_of_number(struct dir *dir, uint32_t number)
{
    if (number < LEAF_FIELDS || number >= HASHED_NUMBERS || dir_ops(dir)->fields == NULL)
        return NULL;
    const struct field *row = field_rows(dir);
    for (uint32_t left = number - LEAF_FIELDS; left > 0 && row != NULL && row->key != NULL; left--)
        row++;
    return row == NULL || row->key == NULL ? NULL : row;
}

/* --- how many -------------------------------------------------------------------------------- */

static bool is_small(struct dir *dir)
{
    struct record *record = dir_id(dir) == NULL ? NULL : resource_record(dir);
    bool small = record == NULL || record->json_bytes < SMALL_RECORD_BYTES;

    record_unref(record);
    return small;
}

/* All keys of a value, at any depth. */
static size_t count_keys(struct json_object *value)
{
    size_t count = 0;

    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; i < json_object_array_length(value); i++)
            count += count_keys(json_object_array_get_idx(value, i));
    if (!json_object_is_type(value, json_type_object))
        return count;
    count += (size_t)json_object_object_length(value);
    json_object_object_foreach (value, key, member) {
        (void)key;
        count += count_keys(member);
    }
    return count;
}

/* The keys that come before those of the member `name`: its siblings, and what the objects before
 * it hold. */
static size_t keys_before(struct json_object *outer, const char *name)
{
    size_t count = (size_t)json_object_object_length(outer);
    bool found = false;

    json_object_object_foreach (outer, key, member) {
        found = found || strcmp(key, name) == 0;
        if (!found && json_object_is_type(member, json_type_object))
            count += count_keys(member);
    }
    return count;
}

static size_t left_in(struct dir *dir)
{
    struct json_object *outer = NULL;
    struct buf key = BUF_EMPTY;
    size_t left = FIELD_FILES_MAX;

    if (!dir_ops(dir)->nested)
        return left;
    left = left_in(dir->parent);
    if (left > 0 && name_decode(dir_name(dir), &key))
        outer = field_members(NULL, dir->parent, FIELDS_KNOWN);
    size_t before = outer == NULL ? 0 : keys_before(outer, buf_text(&key));
    json_object_put(outer);
    buf_finish(&key);
    return left > before ? left - before : 0;
}

size_t field_files_left(struct dir *dir)
{
    bool whole = !dir_ops(dir)->nested || is_small(dir_resource(dir));

    return whole ? FIELD_FILES_MAX : left_in(dir);
}

/* Appends the key that a canonical number is, as far as is known; false: it is none. */
bool field_key_text(struct dir *dir, uint32_t number, struct buf *out)
{
    const struct field *row = field_row_of_number(dir, number);
    struct json_object *members = NULL;
    struct field_key found;

    if (row != NULL)
        return buf_append_text(out, row->key);
    if (number >= LEAF_FIELDS && number < LEAF_SCRATCH)
        members = field_members(NULL, dir, FIELDS_KNOWN);
    bool ok = members != NULL && field_key_of_number(dir, members, number, &found) &&
              buf_append_text(out, found.key);
    json_object_put(members);
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

    if (field_key_text(node.dir, leaf_acts_as(node.dir, node.leaf), &key))
        place = digest_key(place_of_dir(node.dir), buf_text(&key));
    buf_finish(&key);
    return place;
}

bool field_can_be_given(struct node node)
{
    const struct field *row = field_row_of_number(node.dir, leaf_acts_as(node.dir, node.leaf));

    return row != NULL && (row->flags & (FIELD_CREATE | FIELD_UPDATE)) != 0;
}
