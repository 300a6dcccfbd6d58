/* SPDX-License-Identifier: MIT */
/*
 * Names in a directory that have come to mean another resource, or that a resource's directory has
 * left for another name, other than by this mount: what acts on the resource is refused for
 * DEED_WENT_MS then. Private to dir.c; dir.h has what others ask. All with vfs->lock held.
 */
#ifndef VFS_REBOUND_H
#define VFS_REBOUND_H

#include "vfs/dir.h"

/* The name is handed out for `id` (NULL: no resource) now. It is a surprise if it was that of
 * `known` (NULL: nobody's) until now, or another's directory has left it. Without memory it is not
 * remembered. */
void rebound_note_surprise(struct dir *parent, const char *name, struct dir *known, const char *id);
/* The directory of `id` leaves that name; not remembered if this mount has renamed it. */
void rebound_note_left(struct dir *parent, const char *name, const char *id);
/* What was listed for that name is nobody's surprise any more. */
void rebound_forget_listed(struct dir *parent, const char *name);
/* Forgets all of them; the directory ends. */
void rebound_finish(struct dir *parent);

#endif
