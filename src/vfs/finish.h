/* SPDX-License-Identifier: MIT */
/* How an operation ends that has failed: in the journal. Any thread; no lock is held. */
#ifndef VFS_FINISH_H
#define VFS_FINISH_H

#include "vfs/vfs_internal.h"

/* Records a failure of `path` (rc < 0) unless it is a plain ENOENT; returns rc. `dir` is what it is
 * about, or where: no secret of its resource, or in call->text, is in the words. */
int call_finish(struct call *call, struct dir *dir, const char *path, int rc);

#endif
