/* SPDX-License-Identifier: MIT */
/*
 * Who made a directory and is still filling it: cp -r makes a directory and then files with O_EXCL,
 * since nothing can be in it yet. Any thread; tree->lock is taken inside.
 */
#ifndef TREE_BIRTH_H
#define TREE_BIRTH_H

#include "tree/tree.h"

/* Of one directory; guarded by tree->lock. */
struct birth {
    pid_t pid;        /* 0: nobody */
    int64_t until_ms; /* monotonic */
    bool empty;       /* to that process nothing is in it that it did not make */
    bool handed_on;   /* it did not make the directory, but wrote what completed it */
    uint32_t *made;   /* canonical numbers of what it made */
    size_t made_count;
};

/* The caller has made this directory. */
void birth_begin(struct call *call, struct dir *dir);
/* Whether the caller's process made it (or what it is nested in), and is still at it. */
bool birth_is_own(struct call *call, struct dir *dir);
/* The caller has completed the draft. */
void birth_hand_on(struct call *call, struct dir *dir);
/* Whether a name that the caller writes is that of what it copies, and so means nothing. */
bool birth_ignores_names(struct call *call, struct dir *dir);
/* Whether that file is not to be seen by the caller, who has not made it yet. */
bool birth_hides(struct call *call, struct dir *dir, uint32_t canonical);
/* The caller made a file in it: that one is there for it from now on. */
void birth_made(struct call *call, struct dir *dir, uint32_t canonical);
/* The caller listed it, and so knows what is in it: nothing is kept from it any more. */
void birth_looked(struct call *call, struct dir *dir);

#endif
