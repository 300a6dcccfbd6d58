/* SPDX-License-Identifier: MIT */
/*
 * What a directory lists, of one generation. Any thread; vfs->lock is taken inside.
 */
#ifndef VFS_LISTING_H
#define VFS_LISTING_H

#include "vfs/dir.h"

struct listing_block;

/* One entry. Its texts are the listing's. */
struct listed {
    const char *name;
    struct alias alias; /* ALIAS_OF_DIR: a directory, described by the rest */
    mode_t type;        /* S_IFDIR … */
    struct dir *dir;    /* of a draft, also when it has become a resource: a reference; else NULL */
    const struct dir_ops *ops;
    const struct kind *kind;
    const char *id;
    const char *machine_id;
};

/* What has been counted when a listing was made: as long as it is the same, its names are right. */
struct names_state {
    uint64_t own_changes; /* vfs->own_changes */
    uint64_t elsewhere;   /* vfs_hooks.names_generation */
    uint64_t local;       /* dir->names_changed */
};

/* All of a directory, in the order in which it is shown. */
struct listing {
    struct dir *dir; /* a reference; NULL while only looking */
    struct names_state state;
    enum listing_keep keep;
    struct content *content; /* whose files it lists, a reference; NULL: of no state alone */
    bool
        filled; /* with its entries: it is, unless the kernel has a copy, when they are asked for */
    bool with_hidden;
    struct listed *entries;
    size_t count;
    size_t capacity;
    struct listing_block *texts; /* the newest first */
    size_t described;            /* entries before that are given with their attributes */
    size_t plain;                /* how many were not since `lookups` */
    uint32_t lookups;            /* dir->lookups, as far as they are answered by that */
};

/* Each copies what it is given; false: no memory. */
bool listing_add_leaf(struct listing *listing, const char *name, struct alias alias, mode_t type);
bool listing_add_dir(struct listing *listing, const char *name, const struct dir_ops *ops,
                     const struct kind *kind, const char *id, const char *machine_id);
/* The directory object `dir`, of that type by now, under its own name. */
bool listing_add_object(struct listing *listing, struct dir *dir);
/* The entry has that name by now. */
bool listing_rename_entry(struct listing *listing, struct listed *entry, const char *name);
/* A copy that lives as long as the listing; NULL: no memory. */
const char *listing_text(struct listing *listing, const char *text);
/* What is added from here on is of now: until what counts the names in `dir` changes again, no
 * entry is looked at anew. For a list that has waited for what it lists. */
void listing_begin(struct listing *listing, struct dir *dir);
/* Fills a listing of the leaves and nested directories of `dir`; to be finished in any case. 0,
 * -ENOMEM, or -errno of the request that completes what came incomplete. */
int listing_look(struct call *call, struct dir *dir, bool with_hidden, struct listing *out);
void listing_finish(struct listing *listing);

#endif
