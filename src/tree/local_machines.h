/* SPDX-License-Identifier: MIT */
/*
 * Machines' directories that exist in this mount only. Any thread; vfs->lock is taken inside.
 */
#ifndef TREE_LOCAL_MACHINES_H
#define TREE_LOCAL_MACHINES_H

#include "tree/tree_internal.h"

/* One of them; guarded by vfs->lock. */
struct local_machine {
    char *id;
    int64_t until_ms; /* monotonic */
    LIST_ENTRY(local_machine) link;
};

#define MACHINE_IDLE_MS 600000 /* a local machine directory goes after this */

/* Whether there is one for that machine at present. */
bool machine_is_local(struct tree *tree, const char *id);
/* Keeps (or starts to keep) a machine's directory for `ms` more; false: no memory. */
bool machine_keep(struct tree *tree, const char *id, int64_t ms);
/* It goes now, if there is one. */
void machine_forget(struct tree *tree, const char *id);
/* The ids of those there are at present, each freed by the caller with the array; to be taken
 * before the known machines, into which they may go. NULL: no memory. */
char **machines_take_local(struct tree *tree, size_t *count);

#endif
