/* SPDX-License-Identifier: MIT */
/*
 * Attributes of nodes and of entries. Any thread; vfs->lock is taken inside. What takes
 * a call may wait for a request.
 */
#ifndef VFS_ATTR_H
#define VFS_ATTR_H

#include "vfs/dir.h"

/* Fills `*st`, and for how long it holds (milliseconds; 0: ask again). 0; -ENOENT or -ESTALE: it is
 * gone; or -errno of the request that an exact size needed. */
int attr_node(struct call *call, struct node node, struct stat *st, int64_t *valid_ms);
/* All three times. */
void attr_set_times(struct stat *st, struct date date);
/* Whether attr_node can answer without a request. */
bool attr_is_known(struct node node);
/* Fills st and the times of an entry of `parent` whose node is set; returns as attr_node. */
int attr_entry(struct call *call, struct dir *parent, struct entry *entry);

#endif
