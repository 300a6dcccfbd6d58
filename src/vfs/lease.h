/* SPDX-License-Identifier: MIT */
/*
 * How long the kernel may believe in a name that can come to mean another resource, or none, and in
 * a directory's date. Any thread; no lock is needed.
 */
#ifndef VFS_LEASE_H
#define VFS_LEASE_H

#include "vfs/dir.h"

/* Milliseconds for which the kernel may believe from now on in a name in that directory, or in its
 * date: where it can be told otherwise while what is known is fresh, else 4. */
int64_t lease_give(const struct dir *dir);
/* Whether it can be told otherwise. */
bool lease_lasts(const struct dir *dir);
/* Takes an entry's leases back if this mount has changed something since vfs->own_changes was
 * `before`: what the look-up found may be old already, and nobody would wait for its end. */
void lease_check(struct vfs *vfs, uint64_t before, struct entry *entry);

#endif
