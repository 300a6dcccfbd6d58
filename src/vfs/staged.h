/* SPDX-License-Identifier: MIT */
/*
 * What is staged on a handle for writing, and what became of it: in one of the states below, which
 * nothing but the functions below changes. Plain values; who has the handle's turn may use them.
 */
#ifndef VFS_STAGED_H
#define VFS_STAGED_H

#include "vfs/author.h"
#include "vfs/truncated.h"

enum staged_state {
    STAGED_NOTHING,  /* as it was opened */
    STAGED_SIZE,     /* of another size; nothing was written, and nothing is committed */
    STAGED_CUT,      /* the same, cut to nothing by this handle: its close has to tell that */
    STAGED_BYTES,    /* written, and not answered: who asks commits it */
    STAGED_SENT,     /* `change` carries it out: who asks waits for that */
    STAGED_ANSWERED, /* who asks gets `answer` again, until the bytes change */
    STAGED_UNSENT,   /* the same, interrupted before anything was sent. A close repeats that, since
                      * it may be the close of a program which the interrupt ends; who writes the
                      * same again, or asks for fsync, means it */
    STAGED_STATES
};

struct staged {
    enum staged_state state;
    int answer;              /* of the last that was answered: 0 or -errno, */
    struct problem *problem; /* and its words; NULL: none */
    struct change *change;   /* on its way, in STAGED_SENT; or NULL: it has just ended */
    const struct vfs_hooks *hooks;

    size_t front_bytes;   /* of the text, what was written from the first byte on, without a gap */
    size_t rest_bytes;    /* how far reaches what was not: from before the open, or a hole */
    size_t applied_bytes; /* of the text, when a success has been answered for it; else 0 */
    bool grown;           /* the rest was made longer here, to be written over */
    bool replaced;        /* the text came by a rename */
    bool cut;             /* it begins empty from its next use on; guarded by vfs->lock */
    pid_t writer;         /* the thread that wrote last */
    struct author author; /* the process that wrote the text */

    struct file_key key; /* of what file, */
    struct kin by;       /* and who opened it; neither changes */
};

/* As it was opened, by `call`; NULL: no memory. */
struct staged *staged_new(struct call *call, struct node node);
void staged_free(struct staged *staged); /* NULL is fine */

/* Whether there are bytes that somebody has written. */
bool staged_is_written(const struct staged *staged);
/* Whether it has its answer, which is to be repeated: STAGED_ANSWERED, STAGED_UNSENT. */
bool staged_is_answered(const struct staged *staged);

/* --- from state to state ----------------------------------------------------------------------
 *
 * A change on its way for other bytes goes on, and is waited for no more. */

/* This handle has cut it to nothing: nothing is inherited, nobody's bytes are there. */
void staged_cut(struct staged *staged);
/* The same by another way, before anything was done by this handle. */
void staged_begin_empty(struct staged *staged);
/* Its close has told that it was cut. */
void staged_told(struct staged *staged);
/* It has another size, not 0. */
void staged_resized(struct staged *staged);
/* Other bytes are there by a write. */
void staged_written(struct staged *staged);
/* `change` has been begun for it. */
void staged_sent(struct staged *staged);
/* `rc` is its answer from now on, `problem` its words. What nobody has written has none. */
void staged_answered(struct staged *staged, int rc, const struct problem *problem);
/* What was not sent is wanted still. Nothing happens in any other state than STAGED_UNSENT. */
void staged_wanted(struct staged *staged);
/* The change is not waited for any more. */
void staged_drop_change(struct staged *staged);

#endif
