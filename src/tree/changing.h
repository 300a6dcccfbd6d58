/* SPDX-License-Identifier: MIT */
/* Changes that an operation wishes for. Any thread; no lock is held by the caller. */
#ifndef TREE_CHANGING_H
#define TREE_CHANGING_H

#include "tree/tree_internal.h"

/* change_start for `call`, whose wish concerns `name` in `dir` (NULL: the directory itself); sets
 * origin and deadline. 0; -ENOMEM; or -EAGAIN, in words: too many callers wait, it is not started.
 */
int tree_change_start(struct call *call, struct dir *dir, const char *name,
                      const struct change_request *request, struct change **out);
/* change_wait for `call`, whose `planned` it sets: 0 or -errno of what came, in words in
 * call->problem; -EINTR or -ETIMEDOUT when the token fired, while the change goes on. */
int tree_change_wait(struct call *call, struct vfs *vfs, struct change *change);
/* Both, one after the other: 0 or -errno; `out` (or NULL) gets the resource's record. */
int tree_change(struct call *call, struct dir *dir, const char *name,
                const struct change_request *request, struct record **out);

#endif
