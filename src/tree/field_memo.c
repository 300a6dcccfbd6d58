/* SPDX-License-Identifier: MIT */
/* One object's numbers are kept, those of the one that was asked for last. */
#include "config.h"

#include "tree/field_memo.h"

#include "api/secrets.h"

#include <stdlib.h>
#include <string.h>

#define FEW_MEMBERS 32 /* are walked through as fast */

/* Immutable once it is in the tree, where vfs.lock guards the pointer to it. */
struct field_memo {
    struct record *record;         /* a reference */
    size_t object;                 /* the offset of the object in its text */
    uint32_t numbers[FIELD_SLOTS]; /* by hash; 0: free */
    uint32_t places[FIELD_SLOTS];  /* in the record's index, likewise */
};

bool field_memo_serves(const struct members *members)
{
    return members->record != NULL &&
           json_index_count(members->index, members->object) > FEW_MEMBERS;
}

static size_t offset_of(const struct members *members)
{
    return (size_t)(members->object.text - members->index->text);
}

static size_t slot_of(const struct field_memo *memo, uint32_t number)
{
    size_t slot = number % FIELD_SLOTS;

    while (memo->numbers[slot] != 0 && memo->numbers[slot] != number)
        slot = (slot + 1) % FIELD_SLOTS;
    return slot;
}

static struct field_memo *make(struct dir *dir, const struct members *members, size_t files_left)
{
    struct field_memo *memo = calloc(1, sizeof *memo);
    struct field_walk walk;
    struct field_key key;

    if (memo == NULL)
        return NULL;
    memo->record = record_ref(members->record);
    memo->object = offset_of(members);
    field_walk_start(&walk, dir, members, files_left);
    while (walk.files_left > 0 && field_walk_next(&walk, &key) && key.answered)
        if (key.row == NULL && !leaf_is_none(key.leaf)) {
            size_t slot = slot_of(memo, key.leaf.number);
            memo->numbers[slot] = key.leaf.number;
            memo->places[slot] = (uint32_t)key.place;
        }
    return memo;
}

static void drop(struct field_memo *memo)
{
    if (memo != NULL)
        record_unref(memo->record);
    free(memo);
}

/* The place of a number; false: nobody has it. */
static bool look_up(const struct field_memo *memo, uint32_t number, size_t *place)
{
    size_t slot = slot_of(memo, number);

    *place = memo->places[slot];
    return memo->numbers[slot] != 0;
}

/* A key has the first of its numbers that no earlier one has taken. */
static bool look_up_key(const struct field_memo *memo, const struct members *members,
                        const char *key, uint32_t *number, size_t *place)
{
    for (uint32_t attempt = 0;; attempt++) {
        *number = field_hash(key, strlen(key), attempt);
        if (!look_up(memo, *number, place))
            return false;
        if (json_slice_is(json_index_key(members->index, *place), key))
            return true;
    }
}

static bool find(const struct field_memo *memo, const struct members *members, const char *key,
                 uint32_t *number, size_t *place)
{
    return key == NULL ? look_up(memo, *number, place)
                       : look_up_key(memo, members, key, number, place);
}

/* In what is kept. `*kept`: it is of these members. */
static bool find_kept(struct tree *tree, const struct members *members, const char *key,
                      uint32_t *number, size_t *place, bool *kept)
{
    pthread_mutex_lock(&tree->vfs.lock);
    const struct field_memo *memo = tree->field_memo;
    *kept = memo != NULL && memo->record == members->record && memo->object == offset_of(members);
    bool found = *kept && find(memo, members, key, number, place);
    pthread_mutex_unlock(&tree->vfs.lock);
    return found;
}

static void keep(struct tree *tree, struct field_memo *memo)
{
    pthread_mutex_lock(&tree->vfs.lock);
    struct field_memo *before = tree->field_memo;
    tree->field_memo = memo;
    pthread_mutex_unlock(&tree->vfs.lock);
    drop(before);
}

bool field_memo_find(struct dir *dir, const struct members *members, size_t files_left,
                     struct leaf leaf, const char *key, struct field_key *out)
{
    bool kept;
    size_t place = 0;
    bool found = find_kept(tree_of(dir), members, key, &leaf.number, &place, &kept);

    if (!kept) {
        struct field_memo *memo = make(dir, members, files_left);
        found = memo != NULL && find(memo, members, key, &leaf.number, &place);
        if (memo != NULL)
            keep(tree_of(dir), memo);
    }
    if (!found)
        return false;
    struct json_slice text = json_index_key(members->index, place);
    *out = (struct field_key){.key = text,
                              .value = json_index_value(members->index, place),
                              .place = place,
                              .secret = secrets_is_key(text),
                              .answered = true,
                              .leaf = leaf};
    return true;
}

void field_memo_finish(struct tree *tree)
{
    drop(tree->field_memo);
    tree->field_memo = NULL;
}
