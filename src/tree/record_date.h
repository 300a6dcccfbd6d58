/* SPDX-License-Identifier: MIT */
/* When a resource's content last changed. Any thread; no lock. */
#ifndef TREE_RECORD_DATE_H
#define TREE_RECORD_DATE_H

#include "tree/tree_internal.h"

struct date record_date(const struct tree *tree, struct record *record);

#endif
