/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "test_http_caller.h"

#include "util/clock.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct peer peer;
struct http *http;

void caller_begin(peer_answer *answer, size_t max_connections, size_t shares)
{
    struct http_config config = {.user_agent = "paperspacefs/test",
                                 .max_connections = max_connections,
                                 .shares = shares,
                                 .max_answer_bytes = 100000};

    peer_start(&peer, answer);
    http = http_create(&config, NULL);
    ck_assert_ptr_nonnull(http);
}

void caller_end(void)
{
    http_destroy(http);
    peer_stop(&peer);
}

void sleep_ms(int ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000L};

    nanosleep(&time, NULL);
}

static void *run_caller(void *arg)
{
    struct caller *caller = arg;

    caller->rc =
        http_perform(http, &caller->request, &caller->cancel, &caller->response, &caller->problem);
    return NULL;
}

void caller_prepare_url(struct caller *caller, enum http_method method, const char *url)
{
    *caller = (struct caller){.request = {.method = method, .timeout_ms = 10000}};
    snprintf(caller->url, sizeof caller->url, "%s", url);
    caller->request.url = caller->url;
    if (method == HTTP_POST || method == HTTP_PUT) {
        caller->request.body = "{}";
        caller->request.body_bytes = 2;
    }
    cancel_init(&caller->cancel, NULL, CANCEL_NEVER);
}

void caller_prepare(struct caller *caller, enum http_method method, const char *path)
{
    char url[128];

    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peer.port, path);
    caller_prepare_url(caller, method, url);
}

void caller_launch(struct caller *caller)
{
    pthread_create(&caller->thread, NULL, run_caller, caller);
}

void caller_join(struct caller *caller)
{
    pthread_join(caller->thread, NULL);
    http_response_finish(&caller->response);
    cancel_finish(&caller->cancel);
}

void caller_run(struct caller *caller)
{
    run_caller(caller);
    http_response_finish(&caller->response);
    cancel_finish(&caller->cancel);
}

/* Fires the token and returns how long the caller took to come back. */
int64_t caller_interrupt(struct caller *caller)
{
    int64_t before_ms = clock_now_ms(&clock_system);

    cancel_fire(&caller->cancel, CANCEL_INTERRUPT);
    pthread_join(caller->thread, NULL);
    cancel_finish(&caller->cancel);
    return clock_now_ms(&clock_system) - before_ms;
}

void caller_expect(const struct caller *caller, enum problem_kind kind, enum http_progress progress,
                   const char *words)
{
    ck_assert_int_eq(caller->rc, -1);
    ck_assert_msg(caller->problem.kind == kind, "%s: %s", problem_kind_name(caller->problem.kind),
                  caller->problem.message);
    ck_assert_msg(strstr(caller->problem.message, words) != NULL, "'%s' lacks '%s'",
                  caller->problem.message, words);
    ck_assert_int_eq(caller->response.progress, progress);
    ck_assert_int_eq(caller->response.status, 0);
}
