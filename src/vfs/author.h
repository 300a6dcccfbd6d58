/* SPDX-License-Identifier: MIT */
/*
 * Who wrote a text: the one process that wrote all of it. Plain values; who owns them locks.
 */
#ifndef VFS_AUTHOR_H
#define VFS_AUTHOR_H

#include "vfs/actors.h"

struct author {
    bool wrote; /* somebody has; else nothing is there that was written */
    bool mixed; /* several have */
    struct process_id process;
    struct seen_list had_read; /* when it had written: it may end before the text is used */
};

/* Nobody wrote what is there now. */
void author_clear(struct author *author);
void author_note(struct author *author, struct process_id process);
/* It has written all: what it has read of the resource that `dir` is in is kept. vfs->lock is
 * taken inside. */
void author_keep_seen(struct author *author, struct dir *dir);
/* What the author has read of that resource; of several, nothing that could be told. Freed by
 * seen_list_finish. */
void author_get_seen(const struct author *author, struct dir *dir, struct seen_list *out);
/* A copy, ended by author_clear. Without memory nothing is known of what it has read. */
void author_copy(const struct author *from, struct author *to);

#endif
