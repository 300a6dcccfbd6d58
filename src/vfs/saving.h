/* SPDX-License-Identifier: MIT */
/*
 * Names within a resource's directory: unlink, rename and rmdir there, which are local, but for
 * what is moved onto one of its own files. As the functions of struct dir_ops; any thread; they may
 * wait for what a commit waits for.
 */
#ifndef VFS_SAVING_H
#define VFS_SAVING_H

#include "vfs/dir.h"

int leaf_unlink(struct call *call, struct dir *dir, const char *name);
int leaf_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                const char *new_name, unsigned flags);
/* Of a nested directory. */
int leaf_rmdir(struct call *call, struct dir *dir, const char *name);

#endif
