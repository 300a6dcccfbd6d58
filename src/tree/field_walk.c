/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree/field_walk.h"

#include "api/secrets.h"
#include "vfs/leaf.h"

#include <string.h>

/* Below them the rows of a table, by index; from there on what no table has, by hash. */
#define HASHED_NUMBERS (LEAF_FIELDS + 0x100u)

/* --- numbers --------------------------------------------------------------------------------- */

struct leaf field_leaf_of_row(const struct field *rows, const struct field *row)
{
    return (struct leaf){LEAF_FIELDS + (uint32_t)(row - rows)};
}

const struct field *field_row_at(const struct field *rows, struct leaf leaf)
{
    const struct field *row = rows;

    if (leaf.number < LEAF_FIELDS || leaf.number >= HASHED_NUMBERS)
        return NULL;
    for (uint32_t left = leaf.number - LEAF_FIELDS; left > 0 && row != NULL && row->key != NULL;
         left--)
        row++;
    return row == NULL || row->key == NULL ? NULL : row;
}

/* FNV-1a of the key and of how often another key was found in its place. */
uint32_t field_hash(const char *key, size_t size_bytes, uint32_t attempt)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) + attempt;

    for (size_t i = 0; i < size_bytes; i++)
        hash = (hash ^ (unsigned char)key[i]) * UINT64_C(0x100000001b3);
    return HASHED_NUMBERS + (uint32_t)((hash ^ hash >> 32) % (LEAF_SCRATCH - HASHED_NUMBERS));
}

/* Takes a number for the walk; false: an earlier key of the object has it. */
static bool take(struct field_walk *walk, uint32_t number)
{
    size_t slot = number % FIELD_SLOTS;

    if (!walk->hashed)
        memset(walk->taken, 0, sizeof walk->taken);
    walk->hashed = true;
    while (walk->taken[slot] != 0 && walk->taken[slot] != number)
        slot = (slot + 1) % FIELD_SLOTS;
    if (walk->taken[slot] == number)
        return false;
    walk->taken[slot] = number;
    return true;
}

static struct leaf take_hashed(struct field_walk *walk, const char *key, size_t size_bytes)
{
    uint32_t attempt = 0;

    while (!take(walk, field_hash(key, size_bytes, attempt)))
        attempt++;
    return (struct leaf){field_hash(key, size_bytes, attempt)};
}

/* Of a key that no row has. */
static struct leaf leaf_of_unknown(struct field_walk *walk, struct json_slice key)
{
    struct buf decoded = BUF_EMPTY;
    struct leaf leaf = LEAF_NONE;

    if (walk->files_left == 0 || key.size_bytes <= 2)
        return leaf;
    if (memchr(key.text, '\\', key.size_bytes) == NULL)
        return take_hashed(walk, key.text + 1, key.size_bytes - 2);
    if (json_slice_decode(key, &decoded))
        leaf = take_hashed(walk, buf_text(&decoded), decoded.size_bytes);
    buf_finish(&decoded);
    return leaf;
}

/* --- walking --------------------------------------------------------------------------------- */

bool field_key_append(const struct field_key *key, struct buf *out)
{
    return key->row != NULL ? buf_append_text(out, key->row->key)
                            : json_slice_decode(key->key, out);
}

void field_walk_start(struct field_walk *walk, struct dir *dir, const struct members *members,
                      size_t files_left)
{
    walk->dir = dir;
    walk->rows = field_rows(dir);
    walk->members = members;
    walk->at = json_members_of(members->index, members->object);
    walk->files_left = files_left;
    walk->given = NULL;
    walk->hashed = false;
}

static void take_answered(struct field_walk *walk, struct field_key *out)
{
    struct json_slice key = walk->at.key;

    *out = (struct field_key){.key = key,
                              .row = field_find(walk->rows, key.text + 1, key.size_bytes - 2),
                              .value = walk->at.value,
                              .place = walk->at.place,
                              .secret = secrets_is_key(key),
                              .answered = true};
    out->leaf =
        out->row != NULL ? field_leaf_of_row(walk->rows, out->row) : leaf_of_unknown(walk, key);
    walk->files_left -= walk->files_left > 0;
}

static bool is_answered(const struct field_walk *walk, const struct field *row)
{
    return json_index_find(walk->members->index, walk->members->object, row->key).text != NULL;
}

/* Keys that can be given and that the answer leaves out. */
static bool next_given(struct field_walk *walk, struct field_key *out)
{
    const struct field *row = walk->given == NULL ? walk->rows : walk->given;

    while (row != NULL && row->key != NULL &&
           (!field_stays(walk->dir, row) || is_answered(walk, row)))
        row++;
    if (row == NULL || row->key == NULL)
        return false;
    *out = (struct field_key){.row = row,
                              .secret = field_is_secret(row->key),
                              .leaf = field_leaf_of_row(walk->rows, row)};
    walk->given = row + 1;
    return true;
}

bool field_walk_next(struct field_walk *walk, struct field_key *out)
{
    if (!json_members_next(&walk->at))
        return next_given(walk, out);
    take_answered(walk, out);
    return true;
}
