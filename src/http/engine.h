/* SPDX-License-Identifier: MIT */
/*
 * The http thread: it alone touches the curl_multi and every easy handle.
 *
 * Requests wait in a queue of our own until one of the connections is free for their share, because
 * libcurl would count that wait as a part of the transfer. Lock order: http → a caller's cancel
 * token.
 */
#ifndef HTTP_ENGINE_H
#define HTTP_ENGINE_H

#include "http/transfer.h"

#include <pthread.h>

/* Requests of one purpose, as told by who makes them. */
struct share {
    size_t running;
    uint64_t last_start; /* http->starts then */
};

TAILQ_HEAD(socket_list, socket); /* see sockets.h */

struct http {
    /* Constant once the thread runs. */
    char *user_agent;
    char *ca_file;
    size_t max_connections;
    size_t share_count;
    size_t max_answer_bytes;
    size_t max_together_bytes;
    CURLM *multi; /* the http thread's alone, but for curl_multi_wakeup */
    pthread_t thread;

    /* The http thread's alone. */
    struct transfer_list running;
    size_t running_count;
    struct share *shares; /* share_count of them */
    uint64_t starts;      /* ever */
    struct socket_list sockets;

    atomic_size_t held_bytes; /* of all bodies, until http_response_finish */

    pthread_mutex_t lock; /* guards the rest, and of each transfer what says so */
    struct transfer_list queue;
    bool stopping;
};

/* Starts the thread; all else of `http` is ready. 0, or an errno. */
int engine_start(struct http *http);
/* Ends the thread, once the changes that may have been sent have ended. */
void engine_stop(struct http *http);
/* Queues it, taking a reference of its own. Without the lock. */
void engine_submit(struct http *http, struct transfer *transfer);
/* The caller leaves a transfer that is not done, with the lock held: a queued one is forgotten at
 * once, a running one as soon as engine_wake is called, unless it is a change that may have been
 * sent. */
void engine_abandon(struct http *http, struct transfer *transfer);
/* Makes the thread look at the queue and at what was abandoned. */
void engine_wake(struct http *http);

#endif
