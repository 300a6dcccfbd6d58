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

/* Whether the name is that of a secret that secrets=hide keeps away. */
bool field_is_hidden(struct dir *dir, const char *name);

#endif
