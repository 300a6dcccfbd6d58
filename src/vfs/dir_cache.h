/* SPDX-License-Identifier: MIT */
/* Which open directories the kernel may keep a copy of. Any thread; vfs->lock is taken inside. */
#ifndef VFS_DIR_CACHE_H
#define VFS_DIR_CACHE_H

#include "vfs/listing.h"

/* What counts the names in a directory, as it is now. */
struct names_state names_state_of(struct dir *dir);
bool names_state_is_same(struct names_state a, struct names_state b);
/* A stream is opened by that thread; and closed, with what the former gave. `*content`: what it
 * lists the files of, a reference; NULL: of no state alone. */
enum listing_keep dir_cache_enter(struct dir *dir, pid_t thread, struct content **content);
/* That thread has looked a file up, or opened one: where names are leased, it is given what it
 * lists anew. Takes no lock; of threads that share a place the last counts, which costs time only.
 */
void dir_cache_note_look(struct vfs *vfs, pid_t thread);
/* Whether what may be kept is of that state. */
bool dir_cache_is_of(struct dir *dir, struct names_state state);
/* The stream that fills what is kept was read to its end. */
void dir_cache_complete(struct dir *dir);
void dir_cache_leave(struct dir *dir, enum listing_keep keep);

#endif
