/* SPDX-License-Identifier: MIT */
/*
 * The files and directories that the keys of a JSON object are. Any thread; vfs->lock is taken
 * inside.
 */
#ifndef TREE_FIELDS_H
#define TREE_FIELDS_H

#include "vfs/leaf.h"
#include "tree/tree_internal.h"

/* What a field's file is: field_file.c. */
extern const struct leaf_row field_row;
/* The files that keys are: fields.c. */
extern const struct leaf_source field_leaves;

/* The members of a record for its field files, of a large one only as many as can be files: a new
 * reference; NULL: no memory. */
struct json_object *fields_parse(struct dir *dir, struct record *record);
void fields_finish(struct tree *tree); /* when it ends */
/* Whether the name is that of a secret that secrets=hide keeps away. */
bool field_is_hidden(struct dir *dir, const char *name);

#endif
