/* SPDX-License-Identifier: MIT */
/*
 * What the files of a directory show of one state of its resource. A node that has a content shows
 * that, whatever becomes of the resource: so the kernel may keep its attributes and its pages for
 * as long as it likes, and what has changed is another node, under another number, at the next
 * look-up. Nobody writes to such a node: who opens it for writing is told to walk there again
 * (again.h), and finds the file itself.
 *
 * Immutable and counted (vfs.h). Any thread; vfs->lock is taken inside.
 */
#ifndef VFS_CONTENT_H
#define VFS_CONTENT_H

#include "vfs/dir.h"

/* What the hooks gave for it (vfs_hooks.pin), borrowed; NULL: `content` is. */
void *content_pin(const struct content *content);
/* What the directory's files show now: a reference; NULL: they can't be told to show one state, or
 * there is no memory. */
struct content *content_of(struct dir *dir);

#endif
