/* SPDX-License-Identifier: MIT */
/*
 * The tree itself, for the files of tree/. Not for other rooms.
 *
 * Lock order: a file's `busy` turn → tree->lock → cache, journal. tree->lock is held for short
 * looks at directory objects only: never across anything that waits.
 */
#ifndef TREE_TREE_INTERNAL_H
#define TREE_TREE_INTERNAL_H

#include "tree/tree.h"
#include "util/buf.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>
#include <uthash.h>

#define OWN_IDS_REMEMBERED 256

struct actors;
struct dates;
struct scratch_store;
struct truncations;

/* A resource that this mount has changed. */
struct own_change {
    uint64_t id_hash;
    int64_t at_ms; /* monotonic */
};

/* Guarded by lock, but for what is atomic, and what never changes: config, root, started_ms. */
struct tree {
    struct tree_config config;
    pthread_mutex_t lock;
    uint64_t next_serial;
    struct dir *root;
    _Atomic(int64_t) leased_ms; /* monotonic: when the last lease was given */
    int64_t started_ms;         /* wall clock */
    LIST_HEAD(, dir) hiding;    /* directories with hidden files, referenced */
    LIST_HEAD(, local_machine) machines;
    LIST_HEAD(, draft) drafts;
    LIST_HEAD(, turn) turns;
    LIST_HEAD(, renamed) renamed;                  /* old names: renamed.c */
    _Atomic(uint64_t) own_changes;                 /* how many were waited for so far */
    struct own_change own_ids[OWN_IDS_REMEMBERED]; /* what they changed, of late */
    unsigned own_next;
    struct dates *dates;             /* when names changed: dates.c */
    struct actors *actors;           /* what each process has done: actors.c */
    LIST_HEAD(, file) files;         /* newest first */
    struct truncations *truncations; /* what was cut to nothing of late: truncated.c */
    struct record *few_of; /* a large record, and what its fields need of it: field_few.c */
    struct buf few_text;
    struct scratch_store *scratch;       /* what lies in resources: scratch_set.h */
    void (*on_dir_end)(struct dir *dir); /* before it is freed, with the lock held; never changes */
    uint64_t names_swept;       /* how often names had changed when what had gone was freed */
    struct api_session session; /* asked once, for status.json */
    bool session_asked;
    int64_t plan_asked_ms; /* monotonic: when df last had the plan asked for; 0: never */
};

/* Whether no change is let through now. Any thread. */
static inline bool tree_read_only(const struct tree *tree)
{
    return tree->config.read_only != NULL && tree->config.read_only(tree->config.read_only_ctx);
}

/* Ends what has lasted long enough, or belongs to what is gone; costs nothing while there is
 * nothing of that kind. At the beginning of an operation, no lock held. */
void tree_sweep(struct tree *tree);

#endif
