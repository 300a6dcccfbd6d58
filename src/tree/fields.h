/* SPDX-License-Identifier: MIT */
/*
 * The files and directories that the keys of a JSON object are. Any thread; tree->lock is taken
 * inside.
 */
#ifndef TREE_FIELDS_H
#define TREE_FIELDS_H

#include "tree/leaf.h"

/* What a field's file is: field_file.c. */
extern const struct leaf_row field_row;

/* The members of a record for its field files, of a large one only as many as can be files: a new
 * reference; NULL: no memory. */
struct json_object *fields_parse(struct dir *dir, struct record *record);
void fields_finish(struct tree *tree); /* when it ends */
/* The canonical number of the field called `name`; 0: none. `nested`: it is an object. */
uint32_t field_find_name(struct call *call, struct dir *dir, const char *name, bool *nested);
/* Adds the fields to a listing: 0, -ENOMEM, or -errno of the request that completed the record. */
int fields_list(struct call *call, struct dir *dir, struct listing *listing);
/* The directory of a nested object called `name`: a reference, or NULL: no memory. */
struct dir *field_dir(struct dir *dir, const char *name);
/* Whether the name is that of a secret that secrets=hide keeps away. */
bool field_is_hidden(struct dir *dir, const char *name);
/* The name of the field with that leaf number ("" if there is none). */
void field_name(struct dir *dir, uint32_t leaf, char out[LEAF_NAME_BYTES]);
/* Removes scratch files that are called like a field by now: a draft has become a resource. */
void fields_drop_shadowed(struct dir *dir);

#endif
