/* SPDX-License-Identifier: MIT */
/*
 * Scratch files: other names in a resource's directory. They are local to this mount, in memory,
 * never sent: swap files, backups, an editor's temporary files, symbolic links as locks.
 *
 * A scratch file belongs to its directory object, which is kept while it has any. Its number there
 * is from LEAF_SCRATCH on. All functions may be called from any thread; tree->lock guards what
 * they look at and is taken inside.
 */
#ifndef TREE_SCRATCH_H
#define TREE_SCRATCH_H

#include "tree/author.h"
#include "tree/leaf.h"
#include "tree/listing.h"

#define SCRATCH_FILE_BYTES  (1024 * 1024)
#define SCRATCH_TOTAL_BYTES (16 * 1024 * 1024)
#define SCRATCH_MAX_FILES   4096 /* in all; a name costs memory too */

/* The row of a scratch file's number (of a symbolic link another); NULL: there is none. */
const struct leaf_row *scratch_row(const struct dir *dir, uint32_t leaf);
/* The number of the scratch file called `name`; 0: none. */
uint32_t scratch_find(const struct dir *dir, const char *name);
void scratch_name(const struct dir *dir, uint32_t leaf, char out[LEAF_NAME_BYTES]);
bool scratch_list(struct dir *dir, struct listing *listing);

/* Makes one: its number, or -ENOSPC, -ENOMEM with words. `target` is a symbolic link's, or NULL. */
int64_t scratch_create(struct call *call, struct dir *dir, const char *name, mode_t mode,
                       const char *target);
/* Its content replaced by `text`; made if it is not there. `unlisted`: it opens by its name and is
 * not listed. 0, -ENOSPC or -ENOMEM. */
int scratch_put(struct call *call, struct dir *dir, const char *name, mode_t mode, bool unlisted,
                const struct buf *text);
/* Whether the caller's process has put it there by scratch_put, less than `within_ms` ago. */
bool scratch_was_just_put(const struct call *call, const struct dir *dir, uint32_t leaf,
                          int64_t within_ms);
/* It opens by its name and is not listed. */
void scratch_set_unlisted(struct dir *dir, uint32_t leaf, bool unlisted);
/* Removes the name; what is open of it goes on until it is closed. */
void scratch_remove(struct dir *dir, uint32_t leaf);
bool scratch_rename(struct dir *dir, uint32_t leaf, const char *new_name);
/* A copy of the content, appended; false: there is none, or no memory. */
bool scratch_read(const struct dir *dir, uint32_t leaf, struct buf *out);
/* Bytes for a handle: as pread, pwrite and ftruncate. -EFBIG, -ENOSPC with words. */
ssize_t scratch_pread(const struct dir *dir, uint32_t leaf, char *out, size_t size, off_t offset);
ssize_t scratch_pwrite(struct call *call, struct dir *dir, uint32_t leaf, const char *data,
                       size_t size, off_t offset, bool append);
off_t scratch_size(const struct dir *dir, uint32_t leaf);
int scratch_truncate(struct call *call, struct dir *dir, uint32_t leaf, off_t size);
int scratch_setattr(struct dir *dir, uint32_t leaf, const struct setattr *change);
int scratch_readlink(const struct dir *dir, uint32_t leaf, char *out, size_t size);
/* An open handle keeps the content although the name goes. */
void scratch_hold(struct dir *dir, uint32_t leaf);
void scratch_release(struct dir *dir, uint32_t leaf, bool writable);
/* Who wrote what is in it: a copy, ended by author_clear. */
void scratch_author(const struct dir *dir, uint32_t leaf, struct author *out);
/* Removes all of a directory's: it was deleted. */
void scratch_clear(struct dir *dir);
/* Removes all; no handle may be open any more. */
void scratch_finish(struct tree *tree);

#endif
