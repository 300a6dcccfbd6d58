/* SPDX-License-Identifier: MIT */
/*
 * Who made a directory and is still filling it: cp -r makes a directory and then its files, since
 * nothing can be in it yet. Any thread; vfs->lock is taken inside.
 */
#ifndef VFS_BIRTH_H
#define VFS_BIRTH_H

#include "util/buf.h"
#include "vfs/deeds.h"
#include "vfs/vfs.h"

/* Of a directory that somebody has made; guarded by vfs->lock. */
struct birth {
    struct deed_list deeds; /* who made it and files in it, and what was written, by whom */
    bool empty;             /* to who made it nothing is in it that he did not make */
    bool begun;             /* a file was made or written */
    bool over;              /* somebody has listed it after that: nobody is copying any more */
    struct buf body;        /* what the create has sent, JSON */
    struct buf name;        /* what a text called it while it was a draft */
};

/* The caller has made this directory. */
void birth_begin(struct call *call, struct dir *dir);
/* Frees what is remembered of it; its last reference is gone. */
void birth_finish(struct dir *dir);
/* Whether the caller's process made it (or what it is nested in), and is still at it. */
bool birth_is_own(struct call *call, struct dir *dir);
/* Whether it is still copying, too: what it writes there may mean nothing. */
bool birth_is_copying(struct call *call, struct dir *dir);
/* The caller opens that file for writing, has written to it. Who opens one again that it has
 * written is not copying any more. */
void birth_opens(struct call *call, struct dir *dir, struct leaf leaf);
void birth_wrote(struct call *call, struct dir *dir, struct leaf leaf);
/* The caller has completed the draft, with that body. */
void birth_complete(struct call *call, struct dir *dir, const struct buf *body);
/* A text that was written to the draft has that name in it. */
void birth_note_name(struct dir *dir, const char *name, size_t name_bytes);
/* Whether a text that is copied into it has its name from what it is copied of. */
bool birth_has_name(struct dir *dir, const char *name, size_t name_bytes);
/* A copy of what the create has sent; empty: not known. False: no memory. */
bool birth_get_body(struct dir *dir, struct buf *out);
/* Whether that file is not to be seen by the caller, who has not made it yet. */
bool birth_hides(struct call *call, struct dir *dir, struct leaf leaf);
/* The caller made a file in it: that one is there for it from now on. */
void birth_made(struct call *call, struct dir *dir, struct leaf leaf);
/* The caller listed it, and so knows what is in it: nothing is kept from it any more; and whoever
 * lists it once a file is there looks at the outcome of the copy. */
void birth_looked(struct call *call, struct dir *dir);

#endif
