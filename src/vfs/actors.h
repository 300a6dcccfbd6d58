/* SPDX-License-Identifier: MIT */
/*
 * Who a caller is, and what each process has read here (DEED_READ): which files of a directory it
 * has opened for reading (a move to another filesystem reads all of one, then removes it), and
 * which versions of a resource it was given to read (who has seen an older value may be writing it
 * back unknowingly).
 *
 * Callers without a number (of another pid namespace) count as one process. It belongs to the vfs,
 * not to directory objects, which the kernel may forget in between. Any thread; vfs->lock is taken
 * inside.
 */
#ifndef VFS_ACTORS_H
#define VFS_ACTORS_H

#include "vfs/dir.h"

#define ACTOR_SEEN 16 /* versions of one resource that one process has read */

struct actors *actors_create(void);         /* NULL: no memory */
void actors_destroy(struct actors *actors); /* NULL is fine */
/* The process of a thread that waits for us. */
struct process_id actors_identify(struct vfs *vfs, pid_t thread);

/* The place that `dir` is: a resource is one by all its names and views, and so is each object
 * nested in it. */
uint64_t actors_place(struct dir *dir);

/* The process opened that file for reading. */
void actors_note_opened(struct dir *dir, struct leaf leaf, struct process_id process);
/* The leaves of `dir` that the process has opened for reading: how many, and a copy in `*out` that
 * the caller frees. */
size_t actors_opened(struct dir *dir, struct process_id process, struct leaf **out);

/* The process has read that file of the resource that `dir` is, by the name that `dir` has now. */
void actors_note_read_as(struct dir *dir, enum renamer file, struct process_id process);
/* Whether it has read that file last by this name. Of nameless callers nobody can tell: false. */
bool actors_has_read_as(struct dir *dir, enum renamer file, struct process_id process,
                        const char *name);

/* The process was given something of the resource that `dir` is, or is nested in. */
void actors_note_seen(struct dir *dir, struct process_id process, const struct seen *seen);
/* A copy of what it was given so far; freed by seen_list_finish. */
void actors_get_seen(struct dir *dir, struct process_id process, struct seen_list *out);

#endif
