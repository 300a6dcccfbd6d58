/* SPDX-License-Identifier: MIT */
/* What is known of the resource that a directory shows. No request; any thread. */
#ifndef TREE_KNOWN_H
#define TREE_KNOWN_H

#include "tree/tree_internal.h"

/* The record that a resource's directory shows, as known: a reference, or NULL. */
struct record *resource_record(struct dir *dir);
/* Before something is changed by a path through a resource's directory: 0, or -EBUSY when that name
 * has come to mean this resource a moment ago only, and the user may have seen another under it. */
int resource_check_shown(struct call *call, struct dir *dir);
/* Its words: -EBUSY. */
int resource_say_rebound(struct call *call, const struct dir *dir);

#endif
