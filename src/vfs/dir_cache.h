/* SPDX-License-Identifier: MIT */
/* Which open directories the kernel may keep a copy of. Any thread; vfs->lock is taken inside. */
#ifndef VFS_DIR_CACHE_H
#define VFS_DIR_CACHE_H

#include "vfs/listing.h"

/* What counts the names in a directory, as it is now. */
struct names_state names_state_of(struct dir *dir);
bool names_state_is_same(struct names_state a, struct names_state b);
/* A stream is opened; and closed, with what the former gave. */
enum listing_keep dir_cache_enter(struct dir *dir);
void dir_cache_leave(struct dir *dir, enum listing_keep keep);

#endif
