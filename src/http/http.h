/* SPDX-License-Identifier: MIT */
/*
 * HTTP requests over libcurl: one thread owns one curl_multi, callers queue and wait.
 * The only room that includes <curl/curl.h>.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "util/buf.h"
#include "util/cancel.h"
#include "util/problem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;

struct http_config {
    const char *user_agent;    /* copied */
    const char *ca_file;       /* PEM file for a private CA, trusted in place of the system's;
                                  NULL: the system's; copied */
    size_t max_connections;    /* running transfers at once; others queue; at least 1 */
    size_t shares;             /* that requests belong to (see http_request); 0: one */
    size_t max_answer_bytes;   /* of decoded body; more is PROBLEM_TOO_LARGE */
    size_t max_together_bytes; /* of all bodies that are not finished yet: beyond it the largest
                                  of those under way is PROBLEM_TOO_LARGE; 0: no limit */
};

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE };

struct http_request {
    enum http_method method;
    const char *url;            /* whole, escaped; http:// or https:// */
    const char *const *headers; /* "Name: value", ends with NULL; may hold the key; or NULL */
    const char *body;           /* or NULL; a JSON text, sent with a Content-Type for it, which
                                   `headers` must not have */
    size_t body_bytes;
    /* Whose it is, below the config's `shares`. Each share has a connection that no other takes;
     * the rest is for whoever comes. With fewer connections than shares each may have all but one,
     * and whoever has the fewest is next. */
    size_t share;
    int64_t timeout_ms; /* from now until the answer is whole, time in our queue included */
    /* On a new connection, none that was kept: one of those that died in silence would cost a
     * timeout. A POST always is, and is never sent twice by libcurl. */
    bool fresh;
};

#define HTTP_ETAG_BYTES 128 /* with its NUL; longer ones are none */

/* How far a request that got no answer came. */
enum http_progress {
    HTTP_NOT_SENT, /* certainly no byte of it reached the server's application */
    HTTP_SENT      /* it may have been received and carried out */
};

struct http_response {
    long status;     /* 0: no answer */
    struct buf body; /* decoded; owned, freed by http_response_finish; of an answer that is no 2xx
                        the first 256 KiB */
    atomic_size_t *held; /* where held_bytes of it count until then; or NULL */
    size_t held_bytes;
    char content_type[64];
    char etag[HTTP_ETAG_BYTES];  /* of a well-formed ETag, with its quotes; "": none, or longer */
    int64_t retry_after_ms;      /* of Retry-After, seconds or date; -1: none */
    enum http_progress progress; /* meaningful when there was no whole answer, like the next */
    bool permanent;              /* trying again can't help: a certificate, a proxy's 4xx */
    bool cut;                    /* an answer began, and the connection was lost in it */
    int64_t elapsed_ms;
};

/* Starts the thread (which blocks all signals). NULL with `problem` set when it can't.
 * curl_global_init is called in here, once a process; call after a daemon's fork. */
struct http *http_create(const struct http_config *config, struct problem *problem);
/* Ends running transfers, joins the thread; but lets changes that may have been sent come to
 * their end, at most the rest of their time. No caller may be inside http_perform: fire their
 * tokens and wait for them first. NULL is fine. */
void http_destroy(struct http *http);

/* Performs one request: no retries, no redirects followed, no cookies, no netrc. Https is always
 * verified, TLS 1.2 or newer; http only where the address that is connected to is loopback, and
 * never through a proxy; https through the environment's proxy, by CONNECT. HTTP/2 where offered,
 * answers compressed by gzip or deflate. At most 300 KiB of headers, trailers included.
 *
 * Returns 0 when a whole answer came, whatever its status; the caller finishes `response`.
 * Returns -1 with `problem` (may be NULL) set and nothing to finish but response->status (0),
 * progress, permanent, cut and elapsed_ms meaningful otherwise: PROBLEM_TIMEOUT,
 * PROBLEM_UNREACHABLE, PROBLEM_PROTOCOL (a broken answer, one that ended before it was whole, or an
 * encoding that is nested or was not asked for), PROBLEM_TOO_LARGE, PROBLEM_INTERRUPTED (the token
 * fired by interrupt or shutdown; its deadline gives PROBLEM_TIMEOUT), PROBLEM_NO_MEMORY. When the
 * token fires the caller is freed at once: a GET is abandoned and removed by the http thread; any
 * other request that may have been sent already goes on to its end by itself. An interrupt of a
 * token that only takes back (takes_back) frees the caller of what was not sent. Any thread. The
 * problem's words never hold headers or bodies. */
int http_perform(struct http *http, const struct http_request *request, struct cancel *cancel,
                 struct http_response *response, struct problem *problem);
/* Before http_destroy. */
void http_response_finish(struct http_response *response);

const char *http_method_name(enum http_method method); /* "GET" */

/* Checks a base URL: http or https, a host, no user, password, query or fragment. Returns 0, and
 * in `*out` (freed by the caller) the URL without slashes at its end; else -1 and a problem. */
int http_check_url(const char *url, char **out, struct problem *problem);
/* `text` escaped for a path segment or a query value; freed by the caller; NULL: no memory. */
char *http_escape(const char *text);

#endif
