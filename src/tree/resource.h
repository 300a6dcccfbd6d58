/* SPDX-License-Identifier: MIT */
/*
 * The directory of a resource, and what it means to make, rename and remove one. Any thread; what
 * takes a call may wait for a request.
 */
#ifndef TREE_RESOURCE_H
#define TREE_RESOURCE_H

#include "tree/tree_internal.h"

/* --- resource_files.c ------------------------------------------------------------------------ */

/* rename, rmdir and unlink in a resource's directory: local, but for what is moved onto its
 * document or a field. As the functions of struct dir_ops. */
int resource_file_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                         const char *new_name, unsigned flags);
int resource_nested_rmdir(struct call *call, struct dir *dir, const char *name);
int resource_file_unlink(struct call *call, struct dir *dir, const char *name);

/* --- resource_place.c ------------------------------------------------------------------------ */

/* As `place` of struct dir_ops: by kind and id. */
bool resource_place(const struct dir *dir, struct buf *out);

#endif
