/* SPDX-License-Identifier: MIT */
/*
 * Tells the kernel that something which it may have cached is shown differently now.
 *
 * That must never happen in a handler: the kernel holds the directory's lock for the operation
 * that the handler is to answer, and takes the same lock to carry out what it is told. So one
 * thread does it, which holds no lock meanwhile and which no handler waits for; it may be held up
 * until a running operation is answered.
 */
#ifndef FS_NOTIFIER_H
#define FS_NOTIFIER_H

#include "fs/fuse.h"
#include "fs/inodes.h"
#include "fs/traffic.h"
#include "kinds/kind.h"

struct notifier;

/* All are borrowed and outlive the notifier. NULL: no memory. */
struct notifier *notifier_create(struct fuse_session *session, struct inodes *inodes,
                                 struct traffic *traffic);
/* Stopped first, if it was started. NULL is fine. */
void notifier_destroy(struct notifier *notifier);

/* Starts the thread, which blocks all signals; 0 or a negative errno. */
int notifier_start(struct notifier *notifier);
/* Ends the thread and waits for it. Requests must still be answered meanwhile, or the kernel's
 * side be dead: the thread may be held up by one. What is pushed from then on is dropped. */
void notifier_stop(struct notifier *notifier);

/* Something of `kind` has changed (`id` NULL: any of it; else copied). Any thread; never waits. */
void notifier_push(struct notifier *notifier, const struct kind *kind, const char *id);
/* `name` in the directory of that serial leads elsewhere now; as above. */
void notifier_push_name(struct notifier *notifier, uint64_t dir_serial, const char *name);

#endif
