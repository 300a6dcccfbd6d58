/* SPDX-License-Identifier: MIT */
/* Inode numbers. Any thread. */
#ifndef VFS_INO_H
#define VFS_INO_H

#include "vfs/dir.h"

/* st_ino of a node: a hash of the view and the id, never 0. */
ino_t attr_ino(struct node node);
/* The inode number that a child directory has, by its id or, without one, its name. */
ino_t attr_child_ino(const struct dir *parent, const char *name, const char *id);

#endif
