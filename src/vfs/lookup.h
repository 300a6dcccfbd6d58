/* SPDX-License-Identifier: MIT */
/*
 * Finding and listing what is in a directory and is no resource's or machine's: its files and the
 * objects in it. Any thread; vfs->lock is taken inside. What takes a call may wait for a request.
 */
#ifndef VFS_LOOKUP_H
#define VFS_LOOKUP_H

#include "vfs/leaf.h"
#include "vfs/listing.h"

/* The file called `name`, hidden or not; LEAF_NONE. */
struct leaf leaf_find(struct call *call, struct dir *dir, const char *name);
/* What is called `name` and is no scratch file; LEAF_NONE. `*nested`: it is an object,
 * which is a directory. */
struct leaf lookup_own(struct call *call, struct dir *dir, const char *name, bool *nested);
/* The state that a file of the directory shows now (content.h), by the number that it has there: a
 * reference; NULL: it shows none, or is none. */
struct content *lookup_content(struct dir *dir, struct alias alias);
/* The directory of the object called `name` in it: a reference; NULL: no memory. */
struct dir *lookup_object(struct dir *dir, const char *name);
/* lookup and list for the leaves of a directory. */
int leaves_lookup(struct call *call, struct dir *dir, const char *name, struct found *out);
int leaves_list(struct call *call, struct dir *dir, struct listing *listing);
/* Removes scratch files that are called like one of the directory's own by now: a draft has become
 * a resource, an event has come. */
void leaves_drop_shadowed(struct dir *dir);

#endif
