/* SPDX-License-Identifier: MIT */
/* Open files, for the other files of vfs/ and for the rows of a tree. */
#ifndef VFS_FILE_H
#define VFS_FILE_H

#include "vfs/author.h"
#include "vfs/leaf.h"
#include "vfs/truncated.h"

#define FILE_MAX_BYTES (1024 * 1024) /* that can be staged: EFBIG */

struct file {
    struct vfs *vfs;
    LIST_ENTRY(file) link; /* in vfs->files */
    pid_t opener;          /* the thread that opened it */
    size_t shown_bytes;    /* how long the text was then; guarded by vfs->lock */
    struct node node;      /* holds a reference of node.dir */
    const struct leaf_row *row;
    struct file_key key;
    bool writable;
    struct kin by; /* of a writable handle: who opened it */
    bool cut;      /* it begins empty from its next use on; guarded by vfs->lock */
    bool append;
    struct scratch *scratch; /* held; it has no text of its own; NULL: it is none */
    void *stream;            /* of what grows, which has none either: row->stream's; or NULL */
    bool created;            /* opened by O_CREAT of a file that was not to be seen */
    bool rendered;           /* the text of a LEAF_BLOCKING file has come */
    bool copied;             /* by the process that made the directory: part of a copy */

    pthread_mutex_t lock; /* guards busy and turns */
    bool busy;            /* somebody's turn: who has it may use what follows */
    struct wait_queue turns;

    /* What is shown by reading it, and to whom it was last. */
    struct seen shown; /* version 0: of no resource; whole: all of it was read */
    struct process_id reader;
    size_t read_bytes; /* from the start on */

    struct shared_text *shared; /* who else shows the same, and owns `text` then; or NULL */
    struct buf text;            /* what is read; on a writable handle what is staged */
    size_t front_bytes;      /* of that, what was written from the first byte on, without a gap */
    size_t rest_bytes;       /* how far reaches what was not: from before the open, or a hole */
    bool grown;              /* the rest was made longer here, to be written over */
    bool emptied;            /* it was cut to nothing, which is not remembered yet */
    bool wrote;              /* a write came */
    bool replaced;           /* the text came by a rename */
    bool sent;               /* a change was sent for it */
    pid_t writer;            /* the thread that wrote last */
    struct author author;    /* the process that wrote the text */
    uint64_t version;        /* of the text's bytes */
    uint64_t answered;       /* the version that has been answered; 0: none */
    int answer;              /* that answer: 0 or -errno */
    struct problem *problem; /* and its words; NULL: none */
    size_t applied_bytes;    /* of the text, when a success has been answered for it; else 0 */
    struct change *change;   /* on its way, for version `change_version` */
    uint64_t change_version;
};

/* --- file.c --------------------------------------------------------------------------------- */

/* Opens into `*out`, which the caller ends with vfs_release. `flags` as open(2)'s; `created`: by
 * O_CREAT, of a file that was not to be seen. 0 or -errno, in words in call->problem. */
int file_open(struct call *call, struct node node, int flags, bool created, struct file **out);

/* Handlers of one handle may run at once; they take turns, and a wait for it can be interrupted:
 * 0, -EINTR or -ETIMEDOUT. What follows is for who has the turn. */
int file_enter(struct call *call, struct file *file);
void file_leave(struct file *file);
/* The staged text is cut to nothing: nothing is inherited, nothing staged. */
void file_cut(struct file *file);
/* Whether the resource can be renamed by that file, and as which. */
bool file_renames(const struct file *file, enum renamer *out);
/* Whether the caller's process holds a handle by which it has just made that file. */
bool file_is_new(struct call *call, struct node node);
/* What carried the text out is not waited for any more. */
void file_drop_change(struct file *file);
/* Records a failure, but not the same answer given again; returns rc. */
int file_finish(struct call *call, struct file *file, int rc);

/* --- file_commit.c -------------------------------------------------------------------------- */

/* Each of the three that follow: 0 or -errno. With -EINTR or -ETIMEDOUT file->change may be set: it
 * is not answered yet, and asking again waits for the same change. */

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
