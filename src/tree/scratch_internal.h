/* SPDX-License-Identifier: MIT */
/* What the two files of scratch files share. All with tree->lock held. */
#ifndef TREE_SCRATCH_INTERNAL_H
#define TREE_SCRATCH_INTERNAL_H

#include "tree/author.h"
#include "tree/dir.h"

struct scratch {
    struct dir *dir;
    uint32_t leaf;
    uint64_t generation; /* of that number: leaf_take_number */
    char *name;          /* NULL: unlinked, and kept by open handles only */
    char *target;        /* of a symbolic link; else NULL */
    struct buf data;
    mode_t mode;
    uid_t uid;
    gid_t gid;
    int64_t mtime_ms;
    pid_t put_by;         /* the thread that called scratch_put last; 0: nobody */
    int64_t put_ms;       /* monotonic: when */
    unsigned holds;       /* open handles */
    struct author author; /* of data */
    bool unlisted;
    LIST_ENTRY(scratch) link; /* in dir->scratch */
    LIST_ENTRY(scratch) all;  /* in tree->all_scratch */
};

/* The scratch file with that number in the directory, or NULL. */
struct scratch *scratch_find_leaf(const struct dir *dir, uint32_t leaf);
/* The generation of that number; 0: it is no scratch file's. */
uint64_t scratch_generation(const struct dir *dir, uint32_t leaf);
/* -ENOSPC, with words. */
int scratch_no_space(struct call *call);

#endif
