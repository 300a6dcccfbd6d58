/* SPDX-License-Identifier: MIT */
/*
 * Directories that the kernel has forgotten, kept for a while: what was handed out under a name
 * last is compared with what it means when it is to be removed or renamed. Any thread; vfs->lock
 * must not be held.
 */
#ifndef VFS_LINGER_H
#define VFS_LINGER_H

#include "vfs/dir.h"

#define LINGER_MS   60000
#define LINGER_MOST 65536

struct lingering *lingering_create(void); /* NULL: no memory */
/* Drops what it keeps. NULL is fine. */
void lingering_destroy(struct lingering *lingering);
/* Drops what was kept for so long. Costs nothing while nothing is kept. */
void linger_sweep(struct vfs *vfs);

#endif
