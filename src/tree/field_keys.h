/* SPDX-License-Identifier: MIT */
/* The keys of a JSON object as files: found by key, by file. Any thread. */
#ifndef TREE_FIELD_KEYS_H
#define TREE_FIELD_KEYS_H

#include "tree/field_walk.h"

/* The one of that key, or of that file; false: there is none. */
bool field_key_find(struct dir *dir, const struct members *members, const char *key,
                    struct field_key *out);
bool field_key_of_leaf(struct dir *dir, const struct members *members, struct leaf leaf,
                       struct field_key *out);
/* The row of a field's file, whether the record has it or not; NULL: no row's. */
const struct field *field_row_of_leaf(struct dir *dir, struct leaf leaf);
/* How many keys of what `dir` shows are files, of FIELD_FILES_MAX of its record: an object's own
 * come before those of the objects in it, and those in their order. */
size_t field_files_left(struct dir *dir);
/* Appends the key that a file is of, as far as is known; false: it is none's. */
bool field_key_text(struct dir *dir, struct leaf leaf, struct buf *out);
/* Whether it is the file of a field whose value can be given, if only on create. */
bool field_can_be_given(struct node node);
/* The place that the key of a field's file has in the document (util/digest.h); 0: it is no field.
 */
uint64_t field_place(struct node node);

#endif
