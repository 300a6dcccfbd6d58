/* SPDX-License-Identifier: MIT */
/*
 * What a kind's or group's directory shows: its resources and drafts, each once, whatever becomes
 * of them meanwhile. Any thread; vfs->lock is taken inside; nothing waits.
 */
#ifndef TREE_SHOWN_H
#define TREE_SHOWN_H

#include "vfs/listing.h"
#include "tree/tree_internal.h"

/* Appends the name under which `parent` lists a resource at present. False: no memory. */
bool shown_name(struct dir *parent, const struct record *record, struct buf *name);
/* Adds the resources and drafts of `parent` as they are listed: 0 or -ENOMEM. */
int shown_list(struct dir *parent, struct listing *listing);
/* Brings an entry that shown_list has added up to date: a draft may have become a resource, and
 * each may be called otherwise by now. 0; -ENOENT: it is gone; -ENOMEM. */
int shown_refresh(struct listing *listing, struct listed *entry);

#endif
