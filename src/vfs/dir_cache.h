/* SPDX-License-Identifier: MIT */
/* Which open directories the kernel may keep a copy of. Any thread; vfs->lock is taken inside. */
#ifndef VFS_DIR_CACHE_H
#define VFS_DIR_CACHE_H

#include "vfs/listing.h"

/* What counts the names in a directory, as it is now. */
struct names_state names_state_of(struct dir *dir);
bool names_state_is_same(struct names_state a, struct names_state b);
/* A stream is opened; and closed, with what the former gave. `*content`: what it lists the files
 * of, a reference; NULL: of no state alone. */
enum listing_keep dir_cache_enter(struct dir *dir, struct content **content);
/* Whether what may be kept is of that state. */
bool dir_cache_is_of(struct dir *dir, struct names_state state);
/* The stream that fills what is kept was read to its end. */
void dir_cache_complete(struct dir *dir);
void dir_cache_leave(struct dir *dir, enum listing_keep keep);

#endif
