/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "http/engine.h"

#include "http/easy.h"
#include "http/outcome.h"
#include "http/sockets.h"
#include "util/clock.h"
#include "util/log.h"

#include <signal.h>

#define IDLE_POLL_MS 60000 /* whatever happens sooner wakes the thread */

/* Takes a transfer out of libcurl, if it is there, and hands its results to the caller. */
static void finish(struct http *http, struct transfer *transfer)
{
    if (transfer->easy != NULL) {
        curl_multi_remove_handle(http->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
        transfer->easy = NULL;
    }
    sockets_leave(transfer);
    pthread_mutex_lock(&http->lock);
    transfer->response.progress = transfer->sent ? HTTP_SENT : HTTP_NOT_SENT;
    transfer->state = TRANSFER_DONE;
    wait_queue_wake(&transfer->done);
    bool alone = transfer->abandoned && transfer->sent && transfer->method != HTTP_GET;
    pthread_mutex_unlock(&http->lock);
    if (alone)
        log_info("a %s that nobody waited for any more ended: status %ld",
                 http_method_name(transfer->method), transfer->response.status);
    transfer_unref(transfer);
}

static void finish_running(struct http *http, struct transfer *transfer)
{
    TAILQ_REMOVE(&http->running, transfer, link);
    http->running_count--;
    http->shares[transfer->share].running--;
    finish(http, transfer);
}

static void start(struct http *http, struct transfer *transfer)
{
    CURLcode code = easy_create(transfer);
    CURLMcode added = CURLM_OK;

    if (code == CURLE_OK)
        added = curl_multi_add_handle(http->multi, transfer->easy);
    if (added != CURLM_OK)
        code = added == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT;
    if (code != CURLE_OK) {
        outcome_fill(transfer, code);
        finish(http, transfer);
        return;
    }
    TAILQ_INSERT_TAIL(&http->running, transfer, link);
    http->running_count++;
    http->shares[transfer->share].running++;
    http->shares[transfer->share].last_start = ++http->starts;
}

/* How many connections are kept for the other shares that have none. */
static size_t kept_for_others(const struct http *http, const struct share *share)
{
    size_t kept = 0;

    for (size_t i = 0; i < http->share_count; i++)
        kept += http->shares[i].running == 0 && &http->shares[i] != share;
    return kept;
}

/* Whether a request of that share may start. */
static bool may_start(const struct http *http, const struct share *share)
{
    size_t free_count = http->max_connections - http->running_count;

    if (free_count == 0)
        return false;
    if (share->running == 0)
        return true;
    if (http->max_connections >= http->share_count)
        return free_count > kept_for_others(http, share);
    return share->running + 1 < http->max_connections;
}

/* Whether `a` is to start before `b`, which was queued earlier. */
static bool comes_first(const struct share *a, const struct share *b)
{
    if (a->running != b->running)
        return a->running < b->running;
    return a->last_start < b->last_start;
}

/* The queued one that may start and is next; with the lock held. */
static struct transfer *find_next(struct http *http)
{
    struct transfer *next = NULL;
    struct transfer *transfer;

    TAILQ_FOREACH (transfer, &http->queue, link) {
        const struct share *share = &http->shares[transfer->share];
        if (may_start(http, share) &&
            (next == NULL || comes_first(share, &http->shares[next->share])))
            next = transfer;
    }
    return next;
}

static struct transfer *take_queued(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    struct transfer *transfer = find_next(http);
    if (transfer != NULL) {
        TAILQ_REMOVE(&http->queue, transfer, link);
        transfer->state = TRANSFER_RUNNING;
    }
    pthread_mutex_unlock(&http->lock);
    return transfer;
}

static void start_queued(struct http *http)
{
    struct transfer *transfer;

    while (http->running_count < http->max_connections && (transfer = take_queued(http)) != NULL)
        start(http, transfer);
}

/* Whether to take it out of libcurl now: its caller has left, the end has come, or another's
 * answer took its place. */
static bool unwanted(struct http *http, struct transfer *transfer)
{
    if (transfer->fault == FAULT_TOGETHER)
        return true;
    pthread_mutex_lock(&http->lock);
    bool unwanted = (transfer->abandoned || http->stopping) && transfer_can_stop(transfer);
    pthread_mutex_unlock(&http->lock);
    return unwanted;
}

static void remove_unwanted(struct http *http)
{
    struct transfer *transfer = TAILQ_FIRST(&http->running);

    while (transfer != NULL) {
        struct transfer *next = TAILQ_NEXT(transfer, link);
        if (unwanted(http, transfer)) {
            outcome_fill(transfer, CURLE_ABORTED_BY_CALLBACK);
            finish_running(http, transfer);
        }
        transfer = next;
    }
}

/* Hands over what libcurl has ended; false when it was nothing. */
static bool finish_ended(struct http *http)
{
    bool any = false;
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct transfer *transfer = easy_transfer(message->easy_handle);
        CURLcode code = message->data.result;
        outcome_fill(transfer, code);
        if (code == CURLE_OPERATION_TIMEDOUT)
            sockets_doubt(transfer);
        finish_running(http, transfer);
        any = true;
    }
    return any;
}

/* The multi handle itself failed, which only a lack of memory can bring about. */
static void fail_all(struct http *http, CURLMcode code)
{
    log_error("libcurl: %s", curl_multi_strerror(code));
    while (!TAILQ_EMPTY(&http->running)) {
        struct transfer *transfer = TAILQ_FIRST(&http->running);
        outcome_fill(transfer, CURLE_OUT_OF_MEMORY);
        finish_running(http, transfer);
    }
}

static bool ended(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    bool stopping = http->stopping;
    pthread_mutex_unlock(&http->lock);
    return stopping && http->running_count == 0;
}

static void *engine_main(void *arg)
{
    struct http *http = arg;
    CURLMcode code;
    int running;

    while (!ended(http)) {
        remove_unwanted(http);
        start_queued(http);
        code = curl_multi_perform(http->multi, &running);
        /* What leaves or ends makes room for what is queued: no poll between the two. */
        if (code == CURLM_OK && !finish_ended(http) && !ended(http))
            code = curl_multi_poll(http->multi, NULL, 0, IDLE_POLL_MS, NULL);
        if (code != CURLM_OK)
            fail_all(http, code);
    }
    return NULL;
}

int engine_start(struct http *http)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int err = pthread_create(&http->thread, NULL, engine_main, http);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err;
}

void engine_stop(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    http->stopping = true;
    pthread_mutex_unlock(&http->lock);
    engine_wake(http);
    pthread_join(http->thread, NULL);
}

void engine_submit(struct http *http, struct transfer *transfer)
{
    pthread_mutex_lock(&http->lock);
    transfer_ref(transfer);
    transfer->state = TRANSFER_QUEUED;
    TAILQ_INSERT_TAIL(&http->queue, transfer, link);
    pthread_mutex_unlock(&http->lock);
    engine_wake(http);
}

void engine_abandon(struct http *http, struct transfer *transfer)
{
    transfer->abandoned = true;
    if (transfer->state != TRANSFER_QUEUED)
        return;
    TAILQ_REMOVE(&http->queue, transfer, link);
    transfer->state = TRANSFER_DONE;
    transfer_unref(transfer); /* the http thread's; the caller still has its own */
}

void engine_wake(struct http *http)
{
    curl_multi_wakeup(http->multi);
}
