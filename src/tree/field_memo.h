/* SPDX-License-Identifier: MIT */
/*
 * The numbers of a large object's keys, kept from one look to the next, since who looks at one of
 * its files looks at all: so a listing with attributes is not as long as the square of its length.
 * Any thread; vfs.lock is taken inside.
 */
#ifndef TREE_FIELD_MEMO_H
#define TREE_FIELD_MEMO_H

#include "tree/field_walk.h"

/* Whether it is worth it for these members: many, and of a record. */
bool field_memo_serves(const struct members *members);
/* Finds, among the keys that no row has, that of this file (`key` NULL), or `key` itself;
 * `files_left` as for a walk. The caller fills in nothing else: false: there is none. */
bool field_memo_find(struct dir *dir, const struct members *members, size_t files_left,
                     struct leaf leaf, const char *key, struct field_key *out);
void field_memo_finish(struct tree *tree); /* when it ends */

#endif
