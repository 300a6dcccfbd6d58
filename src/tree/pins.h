/* SPDX-License-Identifier: MIT */
/*
 * What the files of a resource show at one time is its record: the hooks of vfs/vfs.h for that.
 * Any thread.
 */
#ifndef TREE_PINS_H
#define TREE_PINS_H

#include "tree/tree_internal.h"

/* A reference to the record that is known, a struct record. NULL: it is none (of a draft), or came
 * incomplete. */
void *pin_of(struct dir *dir);
/* Whether others have changed it of late: then it matters what a text is made from. */
bool pin_is_watched(const struct dir *dir, void *pin);
void pin_drop(void *pin);
struct date pin_date(const struct dir *dir, void *pin);
int pin_freshen(struct call *call, struct dir *dir, void *pin);
/* The record that a call is to show whatever is known by now: a reference, or NULL. `call` may be
 * NULL. */
struct record *pin_record(const struct call *call);

#endif
