/* SPDX-License-Identifier: MIT */
/*
 * Changes that an operation wishes for. Any thread; no lock is held by the caller.
 *
 * Of a request the caller sets the verb, and what of body, secrets and seen it has; kind and id are
 * those of the directory, or of the resource that it is nested in.
 */
#ifndef TREE_CHANGING_H
#define TREE_CHANGING_H

#include "tree/tree_internal.h"

/* Makes a change for `call`, whose wish concerns `name` in `dir` (NULL: the directory itself), and
 * waits for it: 0, or -errno of what came, in words in call->problem; -ENOMEM, or -EAGAIN, in
 * words: too many callers wait, it is not started; -EINTR or -ETIMEDOUT when the token fired, while
 * the change goes on. `out` (or NULL) gets a reference to it, or NULL where it was not started. */
int tree_change(struct call *call, struct dir *dir, const char *name,
                const struct change_request *request, struct change **out);
/* change_wait for `call`, whose `planned` it sets. */
int tree_change_wait(struct call *call, struct vfs *vfs, struct change *change);

/* The same for what was staged in a file, whose change it becomes (file_await): started, and waited
 * for. */
int tree_commit(struct call *call, struct file *file, const struct change_request *request);
/* Only started: 0, -ENOMEM or -EAGAIN. */
int tree_commit_start(struct call *call, struct file *file, const struct change_request *request);

#endif
