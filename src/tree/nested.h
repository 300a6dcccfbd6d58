/* SPDX-License-Identifier: MIT */
/* Directories of nested objects. */
#ifndef TREE_NESTED_H
#define TREE_NESTED_H

#include "tree/tree_internal.h"

/* A nested object is there anyway; a copy that makes it first is let, also when its draft has
 * become a resource on the way. */
int nested_mkdir(struct call *call, struct dir *dir, const char *name, struct dir **child);

#endif
