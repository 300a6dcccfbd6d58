/* SPDX-License-Identifier: MIT */
/*
 * One request on its way: shared by the caller that waits for it and the http thread that runs it.
 *
 * It holds copies of all that the request pointed to, because a caller may leave while the
 * request goes on. The key is among them: the copies are wiped before they are freed.
 */
#ifndef HTTP_TRANSFER_H
#define HTTP_TRANSFER_H

#include "http/http.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <sys/queue.h>

enum transfer_state {
    TRANSFER_NEW,     /* the caller's alone */
    TRANSFER_QUEUED,  /* waits for one of the connections; nothing of it was sent */
    TRANSFER_RUNNING, /* libcurl has it */
    TRANSFER_DONE     /* ended: the results are the caller's, if it is still there */
};

/* Why a callback of ours stopped libcurl. */
enum transfer_fault {
    FAULT_NONE,
    FAULT_TOO_LARGE,
    FAULT_TOGETHER, /* all answers under way are too large, and this one most */
    FAULT_HEADERS,
    FAULT_CODING, /* nested, or one that was not asked for */
    FAULT_CUT,    /* of an error there was more than matters: an answer all the same */
    FAULT_NO_MEMORY,
    FAULT_NOT_LOOPBACK
};

struct transfer {
    atomic_uint refs; /* the caller's and the http thread's */

    /* Constant once it is queued. */
    struct http *http;
    enum http_method method;
    size_t share;
    bool fresh; /* on a new connection */
    char *url;
    struct curl_slist *headers;
    char *body;
    size_t body_bytes;
    int64_t begun_ms; /* on clock_system's monotonic clock, as is deadline_ms */
    int64_t deadline_ms;

    /* The http thread's alone until the state is TRANSFER_DONE, then the caller's. */
    CURL *easy;
    enum transfer_fault fault;
    size_t headers_bytes;  /* of all that came so far, trailers too */
    unsigned codings;      /* that the body is wrapped in */
    struct socket *socket; /* that it is sent on; NULL: not known, or closed */
    int64_t ready_ms;      /* when it was; 0: not yet */
    char peer[64];         /* the address last connected to, as words; "" before that */
    char curl_words[CURL_ERROR_SIZE];
    struct http_response response;
    struct problem problem;
    int result; /* what http_perform returns */

    /* Guarded by the http's lock. */
    enum transfer_state state;
    bool sent;      /* bytes of the request may be on their way */
    bool abandoned; /* its caller has left */
    struct wait_queue done;
    TAILQ_ENTRY(transfer) link; /* in the queue; then, the http thread's alone, in what runs */
};

TAILQ_HEAD(transfer_list, transfer);

/* Copies the request. One reference, the caller's. NULL: no memory. */
struct transfer *transfer_create(struct http *http, const struct http_request *request);
void transfer_ref(struct transfer *transfer);
/* The last one wipes and frees. NULL is fine. */
void transfer_unref(struct transfer *transfer);
/* Frees what came of the body, wiped, and no longer counts it. */
void transfer_drop_body(struct transfer *transfer);
/* Whether the request may still be stopped without anything being in doubt: nothing of it was
 * sent, or it only reads. With the http's lock held. */
bool transfer_can_stop(const struct transfer *transfer);

#endif
