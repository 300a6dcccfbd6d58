/* SPDX-License-Identifier: MIT */
/* The keys of a JSON object as files: found by key, by number. Any thread. */
#ifndef TREE_FIELD_KEYS_H
#define TREE_FIELD_KEYS_H

#include "tree/field_walk.h"

/* The one of that key, or of that number; false: there is none. */
bool field_key_find(struct dir *dir, const struct members *members, const char *key,
                    struct field_key *out);
bool field_key_of_number(struct dir *dir, const struct members *members, uint32_t number,
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
