/* SPDX-License-Identifier: MIT */
/* Open files, for the other files of tree/. */
#ifndef TREE_FILE_H
#define TREE_FILE_H

#include "tree/tree_internal.h"

/* --- file.c --------------------------------------------------------------------------------- */

/* Opens into `*out`, which the caller ends with tree_release. `flags` as open(2)'s; `created`: by
 * O_CREAT, of a file that was not to be seen. 0 or -errno, in words in call->problem. */
int file_open(struct call *call, struct node node, int flags, bool created, struct file **out);

/* Handlers of one handle may run at once; they take turns, and a wait for it can be interrupted:
 * 0, -EINTR or -ETIMEDOUT. What follows is for who has the turn. */
int file_enter(struct call *call, struct file *file);
void file_leave(struct file *file);
/* Records a failure, but not the same answer given again; returns rc. */
int file_finish(struct call *call, struct file *file, int rc);

/* --- file_commit.c -------------------------------------------------------------------------- */

/* Each of the three that follow: 0 or -errno. With -EINTR or -ETIMEDOUT file->change may be set: it
 * is not answered yet, and asking again waits for the same change. */

/* Carries out the staged text. */
int file_commit(struct call *call, struct file *file);
/* Commits `text` (taken over) as if it had been written to the new handle. */
int file_replace(struct call *call, struct file *file, struct buf *text);
/* Waits for the change that carries a file's text out, and takes over its outcome. */
int file_await(struct call *call, struct file *file, bool creating);
/* Makes `rc` the answer for the present version; returns it. */
int file_answer(struct call *call, struct file *file, int rc);
/* The answer that was given for it, with its words. */
int file_repeat_answer(struct call *call, const struct file *file);
/* Whether the commit of the present version was interrupted before anything was sent. A close
 * repeats that answer, since it may be that of a program which the interrupt ends; who writes the
 * same again, or asks for fsync, means it. */
bool file_was_interrupted(const struct file *file);
/* Whether its mode lets nobody write: what is written may only be what it holds anyway. */
bool file_is_read_only(const struct file *file);

#endif
