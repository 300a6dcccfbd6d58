/* SPDX-License-Identifier: MIT */
/*
 * One attempt at a call: a request, and what is to be made of its answer, or of its silence.
 * Private to this room; whether another attempt follows is call.c's.
 */
#ifndef API_ATTEMPT_H
#define API_ATTEMPT_H

#include "api/call.h"

enum verdict {
    VERDICT_DONE,   /* a 2xx, or a 304 that was asked for */
    VERDICT_FAILED, /* trying again would not help, or could do it twice */
    VERDICT_REFUSED_KEY,
    VERDICT_BUSY, /* answered: try later */
    VERDICT_LOST  /* the connection was, and there is no harm in trying again */
};

/* One request and what became of it. */
struct attempt {
    enum verdict verdict;
    int64_t retry_after_ms; /* -1: the server said nothing */
    struct json_object *answer;
    struct problem problem;
    bool no_json;               /* a 2xx without a JSON text */
    bool blank;                 /* a 2xx without a body */
    bool unchanged;             /* a 304 that was asked for */
    char etag[HTTP_ETAG_BYTES]; /* of a 2xx; "": none */
    bool sent;                  /* it may have been received, and was not answered */
    bool own_message;           /* it stands for itself, as the API's own does */
    bool another_key;           /* there is another one than was refused */
};

/* Sends the request of `call` to `url` once, waits for the answer at most `timeout_ms`, and sets
 * all of `attempt`, whose `answer` (a reference) is the caller's. The key is read anew; the call's
 * secrets are noted as sent. */
void attempt_perform(struct exchange *call, const char *url, int64_t timeout_ms,
                     struct attempt *attempt);
/* Whether an answer of that status is worth trying again: of a POST only where it says that
 * nothing was carried out. */
bool attempt_is_busy(enum http_method method, long status);
/* Makes its problem one of unknown outcome. */
void attempt_say_unknown(const struct exchange *call, struct attempt *attempt);

/* Rewrites `problem` into one of unknown outcome; what it said stays in the words. */
void call_outcome_unknown(const struct exchange *call, struct problem *problem);

#endif
