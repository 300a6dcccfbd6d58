/* SPDX-License-Identifier: MIT */
/*
 * The keys of a JSON object as files, by number. A number is computed, from the key's row where the
 * dialect knows it, else from the key's text: so fields cost no memory, whatever keys a server
 * makes up, and no number is ever used up. Any thread.
 */
#ifndef TREE_FIELD_KEYS_H
#define TREE_FIELD_KEYS_H

#include "tree/tree_internal.h"

#include <json-c/json.h>

#define FIELD_FILES_MAX 1000 /* keys of one record that are files; the rest is in the document */

/* One key of what a directory shows. What it points to lives as long as the members walked. */
struct field_key {
    const char *key;
    const struct field *row;   /* NULL: the dialect does not know it */
    struct json_object *value; /* borrowed; NULL: null, or not answered */
    bool answered;             /* the server sent it; else it is one that can be given */
    uint32_t number;           /* canonical, from LEAF_FIELDS on; 0: it is no file */
};

#define FIELD_SLOTS 2048 /* more than twice FIELD_FILES_MAX, a power of two */

struct field_walk {
    struct dir *dir;
    const struct field *rows; /* of what `dir` shows; NULL: none are known */
    struct json_object *members;
    struct json_object_iterator at;
    struct json_object_iterator end;
    size_t files_left;         /* how many more unknown keys get a number */
    const struct field *given; /* the next row that may be one not answered; NULL: not there yet */
    uint32_t taken[FIELD_SLOTS];
};

/* Walks all keys of `members` (borrowed, of what `dir` shows) in their order, then those that can
 * be given and were left out. `files_left` as field_files_left has it. */
void field_walk_start(struct field_walk *walk, struct dir *dir, struct json_object *members,
                      size_t files_left);
bool field_walk_next(struct field_walk *walk, struct field_key *out);
/* The one of that key, or of that number; false: there is none. */
bool field_key_find(struct dir *dir, struct json_object *members, const char *key,
                    struct field_key *out);
bool field_key_of_number(struct dir *dir, struct json_object *members, uint32_t number,
                         struct field_key *out);
/* The row that a number stands for, whether the record has it or not; NULL: no row's. */
const struct field *field_row_of_number(struct dir *dir, uint32_t number);
/* How many keys of what `dir` shows are files, of FIELD_FILES_MAX of its record: an object's own
 * come before those of the objects in it, and those in their order. */
size_t field_files_left(struct dir *dir);
/* Appends the key that a canonical number is, as far as is known; false: it is none. */
bool field_key_text(struct dir *dir, uint32_t number, struct buf *out);
/* Whether it is the file of a field whose value can be given, if only on create. */
bool field_can_be_given(struct node node);
/* The place that the key of a field's file has in the document (util/digest.h); 0: it is no field.
 */
uint64_t field_place(struct node node);

#endif
