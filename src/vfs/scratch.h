/* SPDX-License-Identifier: MIT */
/*
 * Scratch files: other names in a resource's directory. They are local to this mount, in memory,
 * never sent: swap files, backups, an editor's temporary files, symbolic links as locks.
 *
 * They lie in the resource (scratch_set.h): all directory objects that show it have the same ones,
 * under the same numbers, from LEAF_SCRATCH on. Which number stands for what after a rename is each
 * directory object's own (leaf.h), since the kernel moves an entry in one of them only. All
 * functions may be called from any thread; vfs->lock guards what they look at and is taken inside,
 * but where it says otherwise.
 */
#ifndef VFS_SCRATCH_H
#define VFS_SCRATCH_H

#include "vfs/author.h"
#include "vfs/leaf.h"
#include "vfs/listing.h"

struct scratch;
struct scratch_set;

/* As a directory has them: dir_ops->others. */
extern const struct leaf_source scratch_leaves;
/* The scratch file called `name`, or LEAF_NONE. */
struct leaf scratch_find(struct dir *dir, const char *name);
bool scratch_is_any(struct dir *dir);

/* Makes one: 0, or -ENOSPC with words, -ENOMEM. `target` is a symbolic link's, or NULL. */
int scratch_create(struct call *call, struct dir *dir, const char *name, mode_t mode,
                   const char *target, struct leaf *out);
/* Its content replaced by `text`; made if it is not there. `unlisted`: it opens by its name and is
 * not listed. 0, -ENOSPC or -ENOMEM. */
int scratch_put(struct call *call, struct dir *dir, const char *name, mode_t mode, bool unlisted,
                const struct buf *text);
/* It opens by its name and is not listed. */
void scratch_set_unlisted(struct dir *dir, struct leaf leaf, bool unlisted);
/* Removes the name; what is open of it goes on until it is closed. */
void scratch_remove(struct dir *dir, struct leaf leaf);
/* The same for what may be on its way to removing the resource: scratch_return brings it back,
 * scratch_forget removes it for good. */
void scratch_unlink(struct dir *dir, struct leaf leaf);
/* What was unlinked in the resource has its names again: that was not deleted. */
void scratch_return(struct dir *dir);
/* What was unlinked by way of this directory object is gone. With vfs->lock held. */
void scratch_forget(struct dir *dir);
bool scratch_rename(struct dir *dir, struct leaf leaf, const char *new_name);
/* A copy of the content, appended; false: there is none, or no memory. */
bool scratch_read(struct dir *dir, struct leaf leaf, struct buf *out);
int scratch_setattr(struct dir *dir, struct leaf leaf, const struct setattr *change);
int scratch_readlink(struct dir *dir, struct leaf leaf, char *out, size_t size);
/* Who wrote what is in it: a copy, ended by author_clear. */
void scratch_author(struct dir *dir, struct leaf leaf, struct author *out);
/* Removes all of the resource's or draft's: it was deleted. */
void scratch_clear(struct dir *dir);

/* --- the sets of directories: scratch_join.c ---------------------------------------------------
 */

/* Each with vfs->lock held. What lies in the resource that `dir` is, or is nested in; NULL:
 * nothing yet (make: no memory). */
struct scratch_set *scratch_set_of(struct dir *dir);
struct scratch_set *scratch_make_set_of(struct dir *dir);
/* Where in it, of what has asked for it: "s3Config"; "" of the resource itself. */
const char *scratch_inside(const struct dir *dir);
/* The directory object ends. */
void scratch_leave(struct dir *dir);
/* The draft has become a resource (its `ops` and `id` say so): what lies in it is that one's. */
void scratch_take_over(struct dir *dir);
/* Something has changed in all directories that show the set. */
void scratch_note_all(struct scratch_set *set);

/* --- open ones: scratch_data.c ---------------------------------------------------------------- */

/* What is held keeps its content although its name goes. NULL: it is not there any more. */
struct scratch *scratch_hold(struct dir *dir, struct leaf leaf);
void scratch_release(struct dir *dir, struct scratch *scratch, bool writable);
/* As pread, pwrite and ftruncate. -EFBIG, -ENOSPC with words. */
ssize_t scratch_pread(struct scratch *scratch, char *out, size_t size, off_t offset);
ssize_t scratch_pwrite(struct call *call, struct dir *dir, struct scratch *scratch,
                       const char *data, size_t size, off_t offset, bool append);
off_t scratch_size(struct scratch *scratch);
int scratch_truncate(struct call *call, struct scratch *scratch, off_t size);

#endif
