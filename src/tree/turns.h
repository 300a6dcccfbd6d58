/* SPDX-License-Identifier: MIT */
/*
 * Turns: where the API takes a whole object, an edit is merged into what is there right now. From
 * that GET to the PUT's answer nobody else may do the same for that resource, or one of the edits
 * is undone by the other. Any thread; vfs->lock is taken inside.
 */
#ifndef TREE_TURNS_H
#define TREE_TURNS_H

#include "tree/tree_internal.h"

struct turn;

/* Waits for the turn at a resource's directory: 0 and `*out`, to be given back in any case; or
 * -EINTR, -ETIMEDOUT, -ENOMEM, with words in the problem and `*out` NULL. */
int turn_take(struct call *call, struct dir *dir, struct turn **out);
/* NULL is fine. */
void turn_give(struct tree *tree, struct turn *turn);

#endif
