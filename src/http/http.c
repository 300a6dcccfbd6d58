/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "http/http.h"

#include "http/engine.h"
#include "http/outcome.h"
#include "util/clock.h"

#include <stdlib.h>
#include <string.h>

/* libcurl's own timeout comes first, as it knows how far the request came. */
#define GRACE_MS 500

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode global_code = CURLE_FAILED_INIT;

/* libcurl, and OpenSSL behind it, would write the keys of each TLS session to the file that this
 * variable names, as anybody may read it: whoever has set it for a browser does not mean us. They
 * look at it here and later, so it is taken out of the environment. */
static void global_init(void)
{
    unsetenv("SSLKEYLOGFILE");
    global_code = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* The connections that are kept never exceed those that may be used. */
static CURLM *create_multi(long max_connections)
{
    CURLM *multi = curl_multi_init();

    if (multi == NULL)
        return NULL;
    if (curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, max_connections) != CURLM_OK ||
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, max_connections) != CURLM_OK) {
        curl_multi_cleanup(multi);
        return NULL;
    }
    return multi;
}

static void free_http(struct http *http)
{
    curl_multi_cleanup(http->multi);
    pthread_mutex_destroy(&http->lock);
    free(http->shares);
    free(http->ca_file);
    free(http->user_agent);
    free(http);
}

/* All but the thread. NULL: no memory. */
static struct http *prepare(const struct http_config *config)
{
    struct http *http = calloc(1, sizeof *http);

    if (http == NULL)
        return NULL;
    pthread_mutex_init(&http->lock, NULL);
    TAILQ_INIT(&http->queue);
    TAILQ_INIT(&http->running);
    TAILQ_INIT(&http->sockets);
    http->max_connections = config->max_connections;
    http->share_count = config->shares == 0 ? 1 : config->shares;
    http->shares = calloc(http->share_count, sizeof *http->shares);
    http->max_answer_bytes = config->max_answer_bytes;
    http->max_together_bytes = config->max_together_bytes;
    http->user_agent = strdup(config->user_agent);
    http->ca_file = config->ca_file == NULL ? NULL : strdup(config->ca_file);
    http->multi = create_multi((long)config->max_connections);
    if (http->multi == NULL || http->user_agent == NULL || http->shares == NULL ||
        (config->ca_file != NULL && http->ca_file == NULL)) {
        free_http(http);
        return NULL;
    }
    return http;
}

struct http *http_create(const struct http_config *config, struct problem *problem)
{
    pthread_once(&once, global_init);
    if (global_code != CURLE_OK) {
        problem_set(problem, PROBLEM_NO_MEMORY, "libcurl can't start: %s",
                    curl_easy_strerror(global_code));
        return NULL;
    }
    struct http *http = prepare(config);
    if (http == NULL) {
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
        return NULL;
    }
    int err = engine_start(http);
    if (err != 0) {
        problem_set(problem, PROBLEM_NO_MEMORY, "can't start a thread: %s", strerrordesc_np(err));
        free_http(http);
        return NULL;
    }
    return http;
}

void http_destroy(struct http *http)
{
    if (http == NULL)
        return;
    engine_stop(http);
    free_http(http);
}

/* Until when the caller waits, its token aside. With the lock held. */
static int64_t wait_end_ms(const struct transfer *transfer)
{
    if (transfer->state == TRANSFER_QUEUED || transfer->deadline_ms > CANCEL_NEVER - GRACE_MS)
        return transfer->deadline_ms;
    return transfer->deadline_ms + GRACE_MS;
}

/* Waits until the transfer is done, with the lock held: true. False when the caller is to leave
 * before that, for `*reason` (CANCEL_NONE: the request's own time is over). */
static bool wait_with(struct http *http, struct transfer *transfer, struct cancel *cancel,
                      enum cancel_reason *reason)
{
    *reason = CANCEL_NONE;
    while (transfer->state != TRANSFER_DONE) {
        if (*reason != CANCEL_NONE || clock_now_ms(&clock_system) >= wait_end_ms(transfer))
            return false;
        *reason = wait_queue_wait(&transfer->done, &http->lock, cancel, wait_end_ms(transfer));
    }
    return true;
}

/* The same, for the caller's token: where that only takes back, what was sent is waited out. */
static bool wait_done(struct http *http, struct transfer *transfer, struct cancel *cancel,
                      enum cancel_reason *reason)
{
    bool done = wait_with(http, transfer, cancel, reason);
    struct cancel rest;

    if (done || *reason != CANCEL_INTERRUPT || !cancel->takes_back || !transfer->sent)
        return done;
    cancel_say_goes_on(cancel);
    cancel_init(&rest, NULL, cancel->deadline_ms);
    done = wait_with(http, transfer, &rest, reason);
    cancel_finish(&rest);
    return done;
}

/* Moves what came out of the transfer. */
static int take_result(struct transfer *transfer, struct http_response *response,
                       struct problem *problem)
{
    if (transfer->result == 0) {
        *response = transfer->response;
        transfer->response.body = BUF_EMPTY;
        transfer->response.held_bytes = 0;
        return 0;
    }
    if (problem != NULL)
        *problem = transfer->problem;
    response->progress = transfer->response.progress;
    response->permanent = transfer->response.permanent;
    response->cut = transfer->response.cut;
    return transfer->result;
}

int http_perform(struct http *http, const struct http_request *request, struct cancel *cancel,
                 struct http_response *response, struct problem *problem)
{
    struct transfer *transfer = transfer_create(http, request);
    enum cancel_reason reason = CANCEL_NONE;
    int rc;

    *response = (struct http_response){.retry_after_ms = -1, .progress = HTTP_NOT_SENT};
    if (transfer == NULL)
        return problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    reason = cancel_reason(cancel);
    if (reason != CANCEL_NONE || request->timeout_ms <= 0) {
        rc = outcome_left(transfer, reason, problem);
        transfer_unref(transfer);
        return rc;
    }
    engine_submit(http, transfer);
    pthread_mutex_lock(&http->lock);
    bool done = wait_done(http, transfer, cancel, &reason);
    if (done) {
        rc = take_result(transfer, response, problem);
    } else {
        response->progress = transfer->sent ? HTTP_SENT : HTTP_NOT_SENT;
        rc = outcome_left(transfer, reason, problem);
        engine_abandon(http, transfer);
    }
    pthread_mutex_unlock(&http->lock);
    if (!done)
        engine_wake(http);
    response->elapsed_ms = clock_now_ms(&clock_system) - transfer->begun_ms;
    transfer_unref(transfer);
    return rc;
}
