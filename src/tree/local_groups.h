/* SPDX-License-Identifier: MIT */
/*
 * Directories of a view that exist in this mount only: a machine's, say, that has no snapshot yet.
 * Any thread; vfs.lock is taken inside.
 */
#ifndef TREE_LOCAL_GROUPS_H
#define TREE_LOCAL_GROUPS_H

#include "tree/tree_internal.h"

/* One of them; guarded by vfs.lock. */
struct local_group {
    const struct kind *kind; /* whose view */
    char *id;
    int64_t until_ms; /* monotonic */
    LIST_ENTRY(local_group) link;
};

#define GROUP_IDLE_MS 600000 /* one that mkdir made goes after this */

/* Whether there is one of that id at present. */
bool group_is_local(struct tree *tree, const struct kind *kind, const char *id);
/* Keeps (or starts to keep) it for `ms` more; false: no memory. */
bool group_keep(struct tree *tree, const struct kind *kind, const char *id, int64_t ms);
/* It goes now, if there is one. */
void group_forget(struct tree *tree, const struct kind *kind, const char *id);
/* All go, of every kind. */
void groups_finish(struct tree *tree);
/* The ids of those there are at present, each freed by the caller with the array; to be taken
 * before the known groups, into which they may go. NULL: no memory. */
char **groups_take_local(struct tree *tree, const struct kind *kind, size_t *count);

#endif
