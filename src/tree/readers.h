/* SPDX-License-Identifier: MIT */
/*
 * Which process has read what of late. A move to another filesystem reads all of a directory, then
 * removes it: by this its rmdir is known. What is remembered belongs to the tree, not to directory
 * objects, which the kernel may forget in between. Any thread; tree->lock is taken inside.
 */
#ifndef TREE_READERS_H
#define TREE_READERS_H

#include "tree/dir.h"

#define READER_MEMORY_MS    60000  /* how long an opened file counts as read by its process */
#define READINGS_REMEMBERED 262144 /* directories read, by process: the oldest go first */

/* What one process has opened for reading in one directory. */
struct reading {
    struct reading_key {
        uint64_t place; /* the directory's st_ino, which survives its object */
        int64_t pid;
    } key;
    uint32_t *leaves; /* canonical */
    uint32_t count;
    int64_t last_ms;
    TAILQ_ENTRY(reading) link; /* in tree->readings_by_age */
    UT_hash_handle hh;         /* in tree->readings */
};

/* The process is at work: it opens or removes something. */
void readers_note_visitor(struct tree *tree, pid_t process);
/* The process opened that file for reading. */
void readers_note(struct dir *dir, uint32_t canonical, pid_t process);
/* The leaves of `dir` that the process has read in the last READER_MEMORY_MS, or since it goes on
 * without such a pause: how many, and a copy in `*out` that the caller frees. */
size_t readers_leaves(struct dir *dir, pid_t process, uint32_t **out);
void readers_finish(struct tree *tree);

#endif
