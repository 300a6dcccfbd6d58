/* SPDX-License-Identifier: MIT */
/*
 * Dates of what is shown: when a resource's content, or a name in a directory, last changed.
 * Any thread; a lock of its own is taken inside, innermost, but for dates_tell.
 */
#ifndef VFS_DATES_H
#define VFS_DATES_H

#include "util/notices.h"
#include "vfs/dir.h"

struct dates;

struct dates *dates_create(void);
void dates_destroy(struct dates *dates); /* NULL is fine */

/* When a name in it last changed, by this mount's doing; -1 ms: never. */
struct date date_of_names(const struct dir *dir);
struct date date_later(struct date a, struct date b);
/* Before an operation is answered: dates that have changed since the last time are believed no more
 * (vfs_belief). Costs nothing when there are none; no lock held. */
void dates_tell(struct vfs *vfs);

#endif
