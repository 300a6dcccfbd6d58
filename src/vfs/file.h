/* SPDX-License-Identifier: MIT */
/* Open files, for the other files of vfs/ and for the rows of a tree. */
#ifndef VFS_FILE_H
#define VFS_FILE_H

#include "vfs/leaf.h"
#include "vfs/staged.h"

#define FILE_MAX_BYTES (1024 * 1024) /* that can be staged: EFBIG */

struct file {
    struct vfs *vfs;
    LIST_ENTRY(file) link; /* in vfs->files */
    pid_t opener;          /* the thread that opened it */
    size_t shown_bytes;    /* how long the text was then; guarded by vfs->lock */
    struct node node;      /* holds a reference of node.dir */
    const struct leaf_row *row;
    struct scratch *scratch; /* held; it has no text of its own; NULL: it is none */
    void *stream;            /* of what grows, which has none either: row->stream's; or NULL */
    bool writable;
    bool append;
    bool created; /* opened by O_CREAT of a file that was not to be seen */
    bool watched; /* of a state, of which each reading has to be seen */
    bool copied;  /* by the process that made the directory: part of a copy */

    pthread_mutex_t lock; /* guards busy and turns */
    struct wait_queue turns;
    bool busy;     /* somebody's turn: who has it may use what follows */
    bool rendered; /* the text of a file that is rendered by reads has come */

    /* What is shown by reading it, and to whom it was last. */
    struct seen shown; /* version 0: of no resource; whole: all of it was read */
    struct process_id reader;
    size_t read_bytes; /* from the start on */

    struct shared_text *shared; /* who else shows the same, and owns `text` then; or NULL */
    struct buf text;            /* what is read; on a writable handle what is staged */
    struct staged *staged;      /* and what became of that; NULL: nothing can be staged here */
};

/* --- file.c --------------------------------------------------------------------------------- */

/* Opens into `*out`, which the caller ends with vfs_release. `flags` as open(2)'s; `created`: by
 * O_CREAT, of a file that was not to be seen. 0 or -errno, in words in call->problem. */
int file_open(struct call *call, struct node node, int flags, bool created, struct file **out);

/* A new handle in no list; NULL: no memory. And in the list of those that are open, with what it
 * shows so far. */
struct file *file_new(struct call *call, struct node node, const struct leaf_row *row, int flags);
void file_enlist(struct file *file);
/* Whether it shows one state for ever (vfs/content.h). */
bool file_is_pinned(const struct file *file);
/* However many read a file, what it shows is kept once. */
void file_share_text(struct file *file);
/* The modes hold for everybody, root included: 0 or -errno, in words. */
int file_check_access(struct call *call, struct node node, int flags, bool created);
/* Where its text stands in the document; 0: nowhere. */
uint64_t file_place(const struct file *file);

/* Handlers of one handle may run at once; they take turns, and a wait for it can be interrupted:
 * 0, -EINTR or -ETIMEDOUT. What follows is for who has the turn. */
int file_enter(struct call *call, struct file *file);
/* The same without a wait: VFS_NOT_YET while it is another's turn. */
int file_enter_now(struct call *call, struct file *file);
void file_leave(struct file *file);
/* The staged text is cut to nothing: nothing is inherited, nothing staged. */
void file_cut(struct file *file);
/* Whether the resource can be renamed by that file, and as which. */
bool file_renames(const struct file *file, enum renamer *out);
/* Whether the caller's process holds a handle by which it has just made that file. */
bool file_is_new(struct call *call, struct node node);
/* Records a failure, but not the same answer given again; returns rc. */
int file_finish(struct call *call, struct file *file, int rc);

/* --- file_commit.c -------------------------------------------------------------------------- */

/* Each of the three that follow: 0 or -errno. With -EINTR or -ETIMEDOUT it may be in STAGED_SENT
 * still: it is not answered yet, and asking again waits for the same change. */

/* Carries out the staged text. */
int file_commit(struct call *call, struct file *file);
/* Commits `text` (taken over), written by `author`, as if it had been written to the new handle. */
int file_replace(struct call *call, struct file *file, struct buf *text,
                 const struct author *author);
/* Waits for the change that carries a file's text out, and takes over its outcome. */
int file_await(struct call *call, struct file *file, bool creating);
/* Whether a document's text is the old one, moved back into its place, or written there by a
 * process that was refused just now. */
bool file_is_put_back(struct call *call, const struct file *file);
/* Makes `rc` the answer for the present bytes; returns it. */
int file_answer(struct call *call, struct file *file, int rc);
/* The answer that was given for them, with its words. */
int file_repeat_answer(struct call *call, const struct file *file);
/* Whether its mode lets nobody write: what is written may only be what it holds anyway. */
bool file_is_read_only(const struct file *file);

#endif
