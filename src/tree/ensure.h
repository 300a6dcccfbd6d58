/* SPDX-License-Identifier: MIT */
/*
 * What must be known before a name in a kind's or group's directory can mean something. Any
 * thread; no lock is held by the caller. What takes a call may wait for a request, until its token
 * fires.
 */
#ifndef TREE_ENSURE_H
#define TREE_ENSURE_H

#include "tree/tree_internal.h"

/* Makes sure of a listing of the kind: 0 or -errno. */
int ensure_listing(struct call *call, struct dir *dir, enum cache_need need);
/* Makes sure of what a lookup of `name` needs of one: for a name that tools probe for, any. */
int ensure_lookup(struct call *call, struct dir *dir, const char *name);
/* Whether a new resource can have that name here: 0, -EPERM (spelling, or as check_not_gone),
 * -EINVAL (it would be taken for a mask) or -EEXIST. No request. */
int check_new_name(struct call *call, struct dir *dir, const char *name);
/* ID and NAME~ID mean that id, also when it is gone: -EPERM for these, else 0. No request. */
int check_not_gone(struct call *call, const struct dir *dir, const char *name);

/* When the names of the kind's resources last changed, as far as known, into `date`, which stays
 * where it was never. `machine_id`: of one machine; "": which machines have any; NULL: all. */
void kind_names_date(struct dir *dir, const char *machine_id, struct date *date);

#endif
