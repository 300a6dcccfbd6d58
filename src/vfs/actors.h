/* SPDX-License-Identifier: MIT */
/*
 * What each process has done here, as far as it decides what a later operation of it means: which
 * files of a directory it has opened for reading (a move to another filesystem reads all of one,
 * then removes it), and which versions of a resource it was given to read (who has seen an older
 * value may be writing it back unknowingly).
 *
 * Kept for as long as the process lives, at most ACTOR_MEMORY_MS, and ACTOR_AFTERLIFE_MS longer
 * than that for what others finish. Callers without a number (of another pid namespace) count as
 * one process. It belongs to the vfs, not to directory objects, which the kernel may forget in
 * between. Any thread; vfs->lock is taken inside.
 */
#ifndef VFS_ACTORS_H
#define VFS_ACTORS_H

#include "util/past.h"
#include "vfs/dir.h"
#include "vfs/process.h"

#define ACTOR_MEMORY_MS    86400000 /* what a process did counts so long after its last deed */
#define ACTOR_AFTERLIFE_MS 60000    /* when it has ended; and to nameless callers */
#define ACTOR_DEEDS        131072   /* directories by process: the oldest go first */
#define ACTOR_SEEN         16       /* versions of one resource that one process has read */

struct actors *actors_create(void);         /* NULL: no memory */
void actors_destroy(struct actors *actors); /* NULL is fine */
/* The process of a thread that waits for us. */
struct process_id actors_identify(struct vfs *vfs, pid_t thread);

/* The place that `dir` is: a resource is one by all its names and views, and so is each object
 * nested in it. */
uint64_t actors_place(struct dir *dir);

/* The process opened that file for reading. */
void actors_note_opened(struct dir *dir, uint32_t canonical, struct process_id process);
/* The leaves of `dir` that the process has opened for reading: how many, and a copy in `*out` that
 * the caller frees. */
size_t actors_opened(struct dir *dir, struct process_id process, uint32_t **out);

/* What a resource can be renamed by. */
enum renamer { RENAMER_DOCUMENT, RENAMER_NAME, RENAMERS };

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
