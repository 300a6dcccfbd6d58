/* SPDX-License-Identifier: MIT */
/* Requests made by threads of their own, of one peer. */
#ifndef TEST_HTTP_CALLER_H
#define TEST_HTTP_CALLER_H

#include "http/http.h"
#include "test_http_peer.h"

#include <pthread.h>

/* One request made by a thread of its own. */
struct caller {
    pthread_t thread;
    struct cancel cancel;
    char url[128];
    struct http_request request;
    struct http_response response;
    struct problem problem;
    int rc;
};

extern struct peer peer;
extern struct http *http;

/* Starts peer and http. `shares` as in http_config. */
void caller_begin(peer_answer *answer, size_t max_connections, size_t shares);
void caller_end(void);
void sleep_ms(int ms);

/* Fills a caller: 10 s, a body of {} for what has one, share 0, a token that never fires. */
void caller_prepare_url(struct caller *caller, enum http_method method, const char *url);
void caller_prepare(struct caller *caller, enum http_method method, const char *path);
/* Makes the request in its thread; caller_join waits for it and frees what came. */
void caller_launch(struct caller *caller);
void caller_join(struct caller *caller);
/* Makes it in this thread. */
void caller_run(struct caller *caller);
/* Fires the token of one that was launched, and returns how long it took to come back. */
int64_t caller_interrupt(struct caller *caller);
/* It has failed so. */
void caller_expect(const struct caller *caller, enum problem_kind kind, enum http_progress progress,
                   const char *words);

#endif
