/* SPDX-License-Identifier: MIT */
/*
 * What the directories that resources are in have in common: a kind's, and a group's of its view.
 * Any thread; no lock is held by the caller. All may wait for a request, until the call's token
 * fires.
 */
#ifndef TREE_COLLECTION_DIR_H
#define TREE_COLLECTION_DIR_H

#include "tree/tree_internal.h"

/* Finds or makes the object of what `name` means in a kind's or group's directory. */
int resource_lookup(struct call *call, struct dir *parent, const char *name, struct found *out);
/* resource_lookup, then the old names: 0, or -errno as these. */
int lookup_or_renamed(struct call *call, struct dir *dir, const char *name, struct found *out);
/* Deletes it, if all that was listed in it is hidden: 0, -ENOTEMPTY, -EPERM (it was read by who
 * moves it away), -EBUSY (the name means another by now), or -errno of the DELETE. */
int resource_rmdir(struct call *call, struct dir *parent, const char *name);
/* Sends the new name: 0, -EPERM (elsewhere), -EEXIST, -ENOTEMPTY, -EBUSY, or -errno of the change.
 */
int resource_rename(struct call *call, struct dir *parent, const char *name, struct dir *new_parent,
                    const char *new_name, unsigned flags);

#endif
