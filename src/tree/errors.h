/* SPDX-License-Identifier: MIT */
/*
 * How an operation says what went wrong: words in call->problem, an errno in the return value.
 * Any thread; no lock is needed or taken.
 */
#ifndef TREE_ERRORS_H
#define TREE_ERRORS_H

#include "tree/tree_internal.h"

/* Sets the words (printf-style) and the errno; its value is -err, visibly so to the compiler. */
#define tree_fail(call, err, ...) (tree_set_words((call), (err), __VA_ARGS__), -(err))
void tree_set_words(struct call *call, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* change_start for `call`, whose wish concerns `name` in `dir` (NULL: the directory itself); sets
 * origin and deadline. 0; -ENOMEM; or -EAGAIN, in words: too many callers wait, it is not started.
 */
int tree_change_start(struct call *call, struct dir *dir, const char *name,
                      const struct change_request *request, struct change **out);
/* change_wait for `call`, whose `planned` it sets: 0 or -errno of what came, in words in
 * call->problem; -EINTR or -ETIMEDOUT when the token fired, while the change goes on. */
int tree_change_wait(struct call *call, struct tree *tree, struct change *change);
/* The errno of call->problem as filled by cache or document: negative. `creating`: 409 is EEXIST.
 */
int tree_problem_errno(struct call *call, bool creating);
/* Records a failure of `path` (rc < 0) unless it is a plain ENOENT; returns rc. `dir` is what it is
 * about, or where: no secret of its resource, or in call->text, is in the words. */
int tree_finish(struct call *call, struct dir *dir, const char *path, int rc);

#endif
