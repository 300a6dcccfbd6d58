/* SPDX-License-Identifier: MIT */
/*
 * The tree itself, for the files of tree/. Not for other rooms.
 *
 * Lock order: vfs's (vfs_internal.h) → cache, journal.
 */
#ifndef TREE_TREE_INTERNAL_H
#define TREE_TREE_INTERNAL_H

#include "vfs/dir.h"
#include "tree/tree.h"
#include "util/buf.h"

/* What a mount has beside its filesystem. Guarded by vfs.lock, but for config, which never changes.
 */
struct tree {
    struct vfs vfs;
    struct tree_config config;
    LIST_HEAD(, local_group) groups;
    LIST_HEAD(, draft) drafts;
    struct field_memo *field_memo; /* numbers of keys that were asked for: field_memo.c */
    uint64_t names_swept;          /* how often names had changed when what had gone was freed */
    struct api_session session;    /* asked once, for status.json */
    bool session_asked;
    int64_t plan_asked_ms; /* monotonic: when df last had the plan asked for; 0: never */
};

/* The tree that a directory, or a filesystem, is of. */
static inline struct tree *tree_of_vfs(struct vfs *vfs)
{
    return (struct tree *)((char *)vfs - offsetof(struct tree, vfs));
}

static inline struct tree *tree_of(const struct dir *dir)
{
    return tree_of_vfs(dir->vfs);
}

extern const struct dir_ops root_ops, kind_ops, view_ops, group_ops, resource_ops, draft_ops,
    control_ops, nested_ops, unsent_ops;

#endif
