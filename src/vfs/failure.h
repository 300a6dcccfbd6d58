/* SPDX-License-Identifier: MIT */
/*
 * How an operation says what went wrong: words in call->problem, an errno in the return value.
 * Any thread; no lock is needed or taken.
 */
#ifndef VFS_FAILURE_H
#define VFS_FAILURE_H

#include "vfs/vfs_internal.h"

/* Sets the words (printf-style) and the errno; its value is -err, visibly so to the compiler. */
#define call_fail(call, err, ...) (call_set_words((call), (err), __VA_ARGS__), -(err))
void call_set_words(struct call *call, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The errno of call->problem as filled by cache or document: negative. `creating`: 409 is EEXIST.
 */
int call_problem_errno(struct call *call, bool creating);

#endif
