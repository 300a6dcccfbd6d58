/* SPDX-License-Identifier: MIT */
/* What an rmdir finds. Any thread; both may wait for a request. */
#ifndef VFS_MOVED_H
#define VFS_MOVED_H

#include "vfs/dir.h"

/* Whether nothing is left that would be listed. */
bool moved_is_empty(struct call *call, struct dir *dir);
/* Whether it looks like a move to another filesystem: one process, the caller's or the one that has
 * removed all of it, has read every file that it has unlinked. */
bool moved_is_move(struct call *call, struct dir *dir);

#endif
