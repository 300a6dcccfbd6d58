/* SPDX-License-Identifier: MIT */
/*
 * How long the kernel may believe in a name that can come to mean another resource, or none.
 * Any thread; no lock is needed or taken.
 */
#ifndef VFS_LEASE_H
#define VFS_LEASE_H

#include "vfs/vfs_internal.h"

/* Milliseconds (4) for which the kernel may believe in a name from now on. */
int64_t lease_give(struct vfs *vfs);
/* Takes an entry's leases back if this mount has changed something since vfs->own_changes was
 * `before`: what the look-up found may be old already, and nobody would wait for its end. */
void lease_check(struct vfs *vfs, uint64_t before, struct entry *entry);

#endif
