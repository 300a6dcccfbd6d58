/* SPDX-License-Identifier: MIT */
/*
 * One call of the API: a request, its retries, its answer. Private to this room.
 *
 * What a lost answer means is decided here: a GET, PUT or DELETE is tried again; a POST that may
 * have arrived is of unknown outcome.
 */
#ifndef API_CALL_H
#define API_CALL_H

#include "api/api.h"
#include "api/hidden.h"
#include "api/memo.h"

#include <pthread.h>
#include <stdatomic.h>

struct json_object;

struct api {
    struct api_config config; /* set once; base_url is `base_url` */
    char *base_url;           /* ours */
    atomic_int dialect;       /* an enum dialect, or -1: not known yet; set once */
    atomic_bool refuses_query[KINDS_COUNT + 1]; /* the kind's list was answered only without one */
    atomic_uint one_ended[KINDS_COUNT + 1]; /* how many lists of the kind in a row had ends that did
                                               not meet, by the server's fault */
    atomic_bool timed_out[KINDS_COUNT + 1]; /* the last request of the kind (at the end: of the
                                               events) had no answer in time */
    pthread_mutex_t lock;                   /* guards key; taken last, nothing is called under it */
    char *key;                              /* NULL: none */
    struct sent_secrets sent;
    struct memos memos;
};

/* `docs` until it is known. */
static inline enum dialect dialect_spoken(const struct api *api)
{
    int dialect = atomic_load(&api->dialect);

    return dialect < 0 ? DIALECT_DOCS : (enum dialect)dialect;
}

struct exchange {
    struct api *api;
    const struct kind *kind; /* NULL: events and the session */
    enum http_method method;
    const char *path;           /* "/shared-drives/ID", escaped */
    const char *query;          /* "?limit=120", escaped; or NULL */
    const char *body;           /* JSON text or NULL */
    const char *const *secrets; /* as in struct api_change */
    const char *id;             /* of the resource that it is about; NULL: none, or not known */
    struct cancel *cancel;
    struct buf *text; /* of a list: takes the answer's text, of at most CALL_LIST_VALUES values,
                         in place of `*answer`; or NULL */
    const char *validator; /* an ETag: asks whether what it stands for is unchanged; NULL: no */
    unsigned era;          /* of the memos, when it was found; another: it is not sent */
    bool unchanged;        /* it is: a 304, and there is no text */
    char etag[HTTP_ETAG_BYTES]; /* of the newest 2xx; "": none */
    bool needs_json;            /* a 2xx without a JSON text is no answer */
    bool keyless;               /* answered with a 2xx whether the key is valid or not */
    bool key_asked;             /* on_unauthorized was called already */
    long status;                /* of the newest 2xx; 0: there was none */
    bool no_json;               /* that 2xx had no JSON text */
    bool blank;                 /* it had no body at all */
};

#define CALL_MAX_LOSSES  4       /* attempts that lost the connection */
#define CALL_LIST_VALUES 2000000 /* JSON values in the answer to a list */

/* Performs the call. Returns 0 on a 2xx, with `*answer` a new reference to its JSON value (NULL
 * for the text `null`, and without needs_json also where there is none: no_json), of at most
 * RECORD_MAX_VALUES values; with `text` NULL, and the answer's text there: proper JSON, but for
 * equal keys; or with neither, and `unchanged`, where a validator was sent. Else -1 and `problem`
 * (may be NULL): its message is the API's own, or names method and path. Of a change that was sent
 * and not answered the words say that it may have been carried out. */
int call_perform(struct exchange *call, struct json_object **answer, struct problem *problem);

/* Takes what is secret out of an event's words. */
void call_hide_event(const struct exchange *call, struct event *event);
/* problem_set with method and path before the words; returns -1. */
int call_problem(const struct exchange *call, struct problem *problem, enum problem_kind kind,
                 const char *words);
/* A problem with what a 2xx brought gets its status: the server has answered. */
void call_blame_answer(const struct exchange *call, struct problem *problem);

#endif
