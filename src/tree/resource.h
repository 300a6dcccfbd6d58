/* SPDX-License-Identifier: MIT */
/*
 * The directory of a resource, and what it means to make, rename and remove one. Any thread; what
 * takes a call may wait for a request.
 */
#ifndef TREE_RESOURCE_H
#define TREE_RESOURCE_H

#include "tree/dir.h"

/* Finds or makes the object of what `name` means in a kind's or machine's directory. */
int resource_lookup(struct call *call, struct dir *parent, const char *name, struct found *out);
/* Sends a change and waits for it; `out` (or NULL) gets the resource's record. */
int resource_change(struct call *call, struct dir *dir, const char *name,
                    const struct change_request *request, struct record **out);
/* Deletes it, if all that was listed in it is hidden: 0, -ENOTEMPTY, -EPERM (it was read by who
 * moves it away), -EBUSY (the name means another by now), or -errno of the DELETE. */
int resource_rmdir(struct call *call, struct dir *parent, const char *name);
/* Sends the new name: 0, -EPERM (elsewhere), -EEXIST, -ENOTEMPTY, -EBUSY, or -errno of the change.
 */
int resource_rename(struct call *call, struct dir *parent, const char *name, struct dir *new_parent,
                    const char *new_name, unsigned flags);
/* Before something is changed by a path through a resource's directory: 0, or -EBUSY when that name
 * has come to mean this resource a moment ago only, and the user may have seen another under it. */
int resource_check_shown(struct call *call, struct dir *dir);
/* The record that a resource's directory shows, as known: a reference, or NULL. */
struct record *resource_record(struct dir *dir);

/* --- resource_files.c ------------------------------------------------------------------------ */

/* rename, rmdir and unlink in a resource's directory: local, but for what is moved onto its
 * document or a field. As the functions of struct dir_ops. */
int resource_file_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                         const char *new_name, unsigned flags);
int resource_nested_rmdir(struct call *call, struct dir *dir, const char *name);
int resource_file_unlink(struct call *call, struct dir *dir, const char *name);

#endif
