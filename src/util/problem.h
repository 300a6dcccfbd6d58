/* SPDX-License-Identifier: MIT */
/*
 * What went wrong, in words: the detail beside a return code.
 *
 * The kind is set once at the edge where the failure became known (http: a transfer, api: an
 * answer) and translated to an errno once (tree/errors.c). A problem is a plain value of fixed
 * size: it owns nothing, is copied by assignment, and a zeroed one means "no problem".
 * It never holds a secret: who fills it from foreign text scrubs it first (util/scrub.h).
 */
#ifndef UTIL_PROBLEM_H
#define UTIL_PROBLEM_H

#include <stddef.h>

enum problem_kind {
    PROBLEM_NONE = 0,
    PROBLEM_QUOTA,           /* 402, or a refusal that speaks of a quota, limit or plan */
    PROBLEM_INVALID,         /* 400, 405, 412, 422, other 4xx: the request is wrong */
    PROBLEM_UNAUTHORIZED,    /* 401: the key is not accepted */
    PROBLEM_FORBIDDEN,       /* 403: the key is not allowed to */
    PROBLEM_NOT_FOUND,       /* 404, 410 */
    PROBLEM_CONFLICT,        /* 409 */
    PROBLEM_TOO_LARGE,       /* 413, or our own limit on an answer's size */
    PROBLEM_TRY_LATER,       /* 408, 425, 429 after the retries */
    PROBLEM_SERVER,          /* 5xx after the retries */
    PROBLEM_UNKNOWN_OUTCOME, /* a change was sent and no answer came */
    PROBLEM_PROTOCOL,        /* an answer that breaks the protocol */
    PROBLEM_TIMEOUT,         /* the deadline passed */
    PROBLEM_UNREACHABLE,     /* no connection, no such host, TLS refused */
    PROBLEM_INTERRUPTED,     /* the caller was interrupted, or the mount ends */
    PROBLEM_WITHHELD,        /* not sent: this mount does not let it through */
    PROBLEM_NO_MEMORY,
    PROBLEM_KINDS
};

struct problem {
    enum problem_kind kind;
    int err;           /* a positive errno that the tree has chosen itself; 0: by kind */
    long status;       /* the HTTP status; 0: there was no answer */
    char code[64];     /* the API's own code, such as BAD_REQUEST; "" if none */
    char message[640]; /* one line of words */
    char details[384]; /* the offending fields, one line; "" if none */
};

/* Sets kind and message (printf-style); clears all else. `problem` may be NULL: nothing happens.
 * The text is cleaned (words_clean). Returns -1, so that callers can return it. */
int problem_set(struct problem *problem, enum problem_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A short name for a kind, such as "timeout"; static storage. */
const char *problem_kind_name(enum problem_kind kind);

#endif
