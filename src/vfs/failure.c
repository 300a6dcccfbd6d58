/* SPDX-License-Identifier: MIT */
/* What an operation says of its failure. Problems become errnos here, and nowhere else. */
#include "config.h"

#include "vfs/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static const int errno_of_kind[PROBLEM_KINDS] = {
    [PROBLEM_NONE] = EIO,
    [PROBLEM_QUOTA] = EDQUOT,
    [PROBLEM_INVALID] = EINVAL,
    [PROBLEM_UNAUTHORIZED] = EACCES,
    [PROBLEM_FORBIDDEN] = EACCES,
    [PROBLEM_NOT_FOUND] = ENOENT,
    [PROBLEM_CONFLICT] = EBUSY,
    [PROBLEM_TOO_LARGE] = EFBIG,
    [PROBLEM_TRY_LATER] = EAGAIN,
    [PROBLEM_SERVER] = EIO,
    [PROBLEM_UNKNOWN_OUTCOME] = EIO,
    [PROBLEM_PROTOCOL] = EPROTO,
    [PROBLEM_TIMEOUT] = ETIMEDOUT,
    [PROBLEM_UNREACHABLE] = EHOSTUNREACH,
    [PROBLEM_INTERRUPTED] = EINTR,
    [PROBLEM_WITHHELD] = EPERM,
    [PROBLEM_NO_MEMORY] = ENOMEM,
};

void call_set_words(struct call *call, int err, const char *format, ...)
{
    char words[sizeof call->problem.message];
    va_list args;

    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    problem_set(&call->problem, PROBLEM_NONE, "%s", words);
    call->problem.err = err;
}

int call_problem_errno(struct call *call, bool creating)
{
    struct problem *problem = &call->problem;

    if (problem->err == 0) {
        problem->err = problem->kind < PROBLEM_KINDS ? errno_of_kind[problem->kind] : EIO;
        if (creating && problem->kind == PROBLEM_CONFLICT)
            problem->err = EEXIST;
    }
    return -problem->err;
}
