/* SPDX-License-Identifier: MIT */
/*
 * The directory of a resource, and what it means to make, rename and remove one. Any thread; what
 * takes a call may wait for a request.
 */
#ifndef TREE_RESOURCE_H
#define TREE_RESOURCE_H

#include "tree/tree_internal.h"

/* --- resource_place.c ------------------------------------------------------------------------ */

/* As `place` of struct dir_ops: by kind and id. */
bool resource_place(const struct dir *dir, struct buf *out);

#endif
