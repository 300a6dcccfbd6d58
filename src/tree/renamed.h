/* SPDX-License-Identifier: MIT */
/*
 * Old names: after a rename by document or field an editor goes on under the old name. Any thread;
 * vfs->lock is taken inside.
 */
#ifndef TREE_RENAMED_H
#define TREE_RENAMED_H

#include "tree/tree_internal.h"

/* After a change of `file`, by document or field: if its resource is shown under another name than
 * `old_name` now, the old one still leads there for a while, for the caller's process, if that had
 * read the file by the old name. */
void renamed_note(struct call *call, struct file *file, const struct buf *old_name);
/* The resource to which an old name still leads the caller: a reference; NULL: to him, too, the
 * name is free, or he is just making a directory of it. */
struct record *renamed_find(struct call *call, struct dir *parent, const char *name);
/* The name means a resource by now: it leads nowhere else any more. */
void renamed_forget(struct dir *parent, const char *name);

#endif
