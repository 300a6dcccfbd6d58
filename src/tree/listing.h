/* SPDX-License-Identifier: MIT */
/*
 * What a directory lists, of one generation. Any thread; tree->lock is taken inside.
 */
#ifndef TREE_LISTING_H
#define TREE_LISTING_H

#include "tree/dir.h"

/* One entry. */
struct listed {
    char *name;
    uint32_t leaf; /* 0: a directory, described by the rest */
    mode_t type;   /* S_IFDIR … */
    const struct dir_ops *ops;
    const struct kind *kind;
    char *id;
    char *machine_id;
};

/* All of a directory, in the order in which it is shown. */
struct listing {
    struct dir *dir;      /* a reference; NULL while only looking */
    uint64_t own_changes; /* tree->own_changes when it was made */
    bool with_hidden;
    struct listed *entries;
    size_t count;
    size_t capacity;
};

/* Each copies what it is given; false: no memory. */
bool listing_add_leaf(struct listing *listing, const char *name, uint32_t leaf, mode_t type);
bool listing_add_dir(struct listing *listing, const char *name, const struct dir_ops *ops,
                     const struct kind *kind, const char *id, const char *machine_id);
/* Fills a listing of the leaves and nested directories of `dir`; to be finished in any case. 0,
 * -ENOMEM, or -errno of the request that completes what came incomplete. */
int listing_look(struct call *call, struct dir *dir, bool with_hidden, struct listing *out);
void listing_finish(struct listing *listing);

#endif
