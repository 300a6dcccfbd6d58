/* SPDX-License-Identifier: MIT */
/*
 * The journals as files of .paperspacefs: NAME.jsonl, and NAME.jsonl.1, which it becomes when
 * another is begun. The number of such a file tells which one it is, so that it keeps it, and its
 * handles go on, when it is renamed. Any thread; vfs->lock is taken inside.
 */
#ifndef TREE_JOURNAL_FILES_H
#define TREE_JOURNAL_FILES_H

#include "vfs/leaf.h"
#include "tree/tree_internal.h"

extern const struct leaf_source journal_leaves;

#endif
