/* SPDX-License-Identifier: MIT */
/*
 * What is laid over a resource's directory: which files are hidden by unlink, and who opened which
 * for reading, by which the rmdir of a move to another filesystem is known.
 * Any thread; tree->lock is taken inside.
 */
#ifndef TREE_OVERLAY_H
#define TREE_OVERLAY_H

#include "tree/tree.h"

#include <sys/queue.h>

#define UNLINK_REVERT_MS    10000 /* a lone unlink shows again after this */
#define READER_MEMORY_MS    60000 /* how long an opened file counts as read by its process */
#define VISITORS_REMEMBERED 64
#define READERS_REMEMBERED  256 /* by directory: newest first */

/* Who opened a file for reading. */
struct reader {
    pid_t pid; /* of the thread that opened */
    uint32_t leaf;
    int64_t opened_ms; /* monotonic */
};

/* A process at work in the mount: since when without a pause of READER_MEMORY_MS. */
struct visitor {
    pid_t pid; /* of the thread; 0: free */
    int64_t since_ms;
    int64_t last_ms;
};

/* A file that was unlinked. */
struct hidden {
    uint32_t leaf; /* canonical */
    pid_t pid;     /* of the thread that did it */
};

/* What this mount has laid over a resource's directory: files hidden by unlink, and who read. */
struct overlay {
    struct hidden *hidden;
    size_t hidden_count;
    int64_t revert_ms;      /* monotonic: when they show again; 0: nothing hidden */
    bool listed;            /* in tree->hiding */
    struct reader *readers; /* a ring of READERS_REMEMBERED, or NULL */
    unsigned reader_next;
    LIST_ENTRY(dir) link;
};

/* Hides a file, by the caller's unlink: until the rmdir, or for UNLINK_REVERT_MS. */
void overlay_hide(struct call *call, struct dir *dir, uint32_t canonical);
/* That one shows again: it was made anew. */
void overlay_show(struct dir *dir, uint32_t canonical);
/* Everything shows again. */
void overlay_clear(struct dir *dir);
/* The same for a resource's directory with all that is nested in it. */
void overlay_clear_all(struct dir *dir);
/* Whether nothing is left that would be listed. */
bool overlay_hides_all(struct call *call, struct dir *dir);
/* Shows again what was unlinked more than UNLINK_REVERT_MS ago, and says so. */
void overlay_sweep(struct tree *tree);
/* That thread opened the file for reading. */
void overlay_note_reader(struct dir *dir, uint32_t canonical, pid_t pid);
/* Whether the process of call->pid has opened every file of `dir` of late that it has unlinked. */
bool overlay_was_read(struct call *call, struct dir *dir);
/* Whether two threads belong to one process. */
bool same_process(pid_t a, pid_t b);

#endif
