/* SPDX-License-Identifier: MIT */
/*
 * Old names: after a rename by document or field the old name leads to the new one for a while.
 * Any thread; tree->lock is taken inside.
 */
#ifndef TREE_RENAMED_H
#define TREE_RENAMED_H

#include "tree/dir.h"

/* After a change by document or field: if `dir` is shown under another name than `old_name` now,
 * the old one leads there for a while. */
void renamed_note(struct dir *dir, const struct buf *old_name);
/* The symbolic link that an old name is: 0 and out->leaf, or -ENOENT. */
int renamed_lookup(struct call *call, struct dir *parent, const char *name, struct found *out);
/* Whether the name is such a link at present. */
bool renamed_is_old_name(struct dir *parent, const char *name);
/* The name means a resource by now: it leads nowhere else any more. */
void renamed_forget(struct dir *parent, const char *name);
/* unlink in a kind's or machine's directory: of an old name only; else -EPERM. */
int renamed_unlink(struct call *call, struct dir *parent, const char *name);
/* Frees all of them. */
void renamed_finish(struct tree *tree);

#endif
