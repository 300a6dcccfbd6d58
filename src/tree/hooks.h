/* SPDX-License-Identifier: MIT */
/* What the filesystem asks of the tree: vfs_hooks, and those of its functions that have files of
 * their own. */
#ifndef TREE_HOOKS_H
#define TREE_HOOKS_H

#include "tree/tree_internal.h"

extern const struct vfs_hooks tree_hooks;

void record_failure(struct call *call, struct dir *dir, const char *path, int err);
/* Frees what lies in resources that are gone. */
void resource_sweep(struct vfs *vfs);
int tree_statfs(struct call *call, struct vfs *vfs, struct statvfs *out);

#endif
