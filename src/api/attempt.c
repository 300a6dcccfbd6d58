/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/attempt.h"

#include "api/answer.h"
#include "api/share.h"
#include "util/json.h"
#include "util/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AUTHORIZATION "Authorization: Bearer "
#define IF_NONE_MATCH "If-None-Match: "

/* The header with the key, freed (and wiped) by drop_header; NULL: no memory. */
static char *make_header(struct api *api)
{
    char *header = NULL;

    pthread_mutex_lock(&api->lock);
    int size = asprintf(&header, AUTHORIZATION "%s", api->key == NULL ? "" : api->key);
    pthread_mutex_unlock(&api->lock);
    return size < 0 ? NULL : header;
}

static void drop_header(char *header)
{
    if (header != NULL)
        explicit_bzero(header, strlen(header));
    free(header);
}

/* Of a 304 that was asked for. */
static bool is_unchanged(const struct exchange *call, const struct http_response *response)
{
    return response->status == 304 && call->validator != NULL;
}

static void report(const struct exchange *call, const char *url,
                   const struct http_response *response, bool answered)
{
    const struct api_config *config = &call->api->config;
    const struct api_exchange exchange = {
        .kind = call->kind,
        .method = call->method,
        .url = url,
        .status = answered ? response->status : 0,
        .needs_key = !call->keyless,
        .unchanged = answered && is_unchanged(call, response),
        .elapsed_ms = response->elapsed_ms,
        .answer_bytes = answered ? response->body.size_bytes : 0,
    };

    if (config->on_exchange != NULL)
        config->on_exchange(config->ctx, &exchange);
}

void call_outcome_unknown(const struct exchange *call, struct problem *problem)
{
    struct problem was = *problem;
    struct problem words;
    char status[32] = "";

    if (was.status != 0)
        snprintf(status, sizeof status, "%ld ", was.status);
    problem_set(&words, PROBLEM_UNKNOWN_OUTCOME,
                "%s %s was sent, and its outcome is unknown (it may have been carried out): "
                "%s%s%s%s",
                http_method_name(call->method), call->path, status, was.code,
                was.code[0] == '\0' ? "" : ": ", was.message);
    was.kind = PROBLEM_UNKNOWN_OUTCOME;
    text_copy(was.message, sizeof was.message, words.message);
    *problem = was;
}

void attempt_say_unknown(const struct exchange *call, struct attempt *attempt)
{
    call_outcome_unknown(call, &attempt->problem);
    attempt->own_message = true;
}

/* Without an answer. One that is broken is not asked for again, but for one that was cut short. */
static void judge_silence(const struct exchange *call, const struct http_response *response,
                          struct attempt *attempt)
{
    bool lost = attempt->problem.kind == PROBLEM_UNREACHABLE || response->cut;

    attempt->sent = response->progress == HTTP_SENT;
    if (call->method == HTTP_POST && attempt->sent)
        attempt_say_unknown(call, attempt);
    else if (lost && !response->permanent)
        attempt->verdict = VERDICT_LOST;
}

static bool is_blank(const struct buf *body)
{
    return strspn(buf_text(body), " \t\r\n") >= body->size_bytes;
}

/* Reads a 2xx's body into what the call wants; no value is built that was not counted before. */
static enum json_result read_answer(const struct exchange *call, struct http_response *response,
                                    struct json_object **answer, struct json_fault *fault)
{
    struct buf *body = &response->body;

    if (call->text == NULL)
        return json_read_most(buf_text(body), body->size_bytes, RECORD_MAX_VALUES, answer, fault);
    enum json_result result =
        json_scan_all(buf_text(body), body->size_bytes, CALL_LIST_VALUES, fault);
    if (result != JSON_OK)
        return result;
    buf_finish(call->text);
    *call->text = *body;
    *body = BUF_EMPTY;
    return JSON_OK;
}

/* What is wrong with a 2xx's body. */
static void describe_body(const struct exchange *call, const struct http_response *response,
                          enum json_result result, const struct json_fault *fault,
                          struct problem *problem)
{
    if (response->body.size_bytes == 0)
        problem_set(problem, PROBLEM_PROTOCOL, "the answer is empty");
    else if (result == JSON_TOO_MANY)
        problem_set(problem, PROBLEM_TOO_LARGE, "the answer has more than %d values",
                    call->text != NULL ? CALL_LIST_VALUES : RECORD_MAX_VALUES);
    else
        problem_set(problem, PROBLEM_PROTOCOL,
                    "the answer is no whole, proper JSON text: %s, at byte %zu", fault->message,
                    fault->offset);
    problem->status = response->status;
}

static void judge_success(const struct exchange *call, struct http_response *response,
                          struct attempt *attempt)
{
    struct json_fault fault = {.message = ""};
    bool blank = is_blank(&response->body);
    enum json_result result = read_answer(call, response, &attempt->answer, &fault);

    attempt->verdict = VERDICT_DONE;
    attempt->problem.status = response->status;
    text_copy(attempt->etag, sizeof attempt->etag, response->etag);
    attempt->no_json = result != JSON_OK;
    attempt->blank = blank;
    if (!attempt->no_json || !call->needs_json)
        return;
    hidden_scrub_text(call, fault.message, sizeof fault.message); /* it may name a key */
    describe_body(call, response, result, &fault, &attempt->problem);
    attempt->verdict = VERDICT_FAILED;
    if (call->method == HTTP_POST)
        attempt_say_unknown(call, attempt);
}

bool attempt_is_busy(enum http_method method, long status)
{
    static const struct {
        long status;
        bool post;
    } rows[] = {{408, false}, {425, false}, {429, true}, {502, false}, {503, true}, {504, false}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].status == status)
            return rows[i].post || method != HTTP_POST;
    return false;
}

/* Unless 2xx, 4xx or 503 came, it is not known what became of a POST. */
static bool leaves_unknown(enum http_method method, long status)
{
    return method == HTTP_POST && (status < 400 || status >= 500) && status != 503;
}

static bool read_refusal(const struct exchange *call, const struct http_response *response,
                         struct problem *problem)
{
    struct hidden hidden;
    bool known = hidden_of_call(call, &hidden);
    const struct scrub scrub = hidden_scrub(&hidden);
    const struct http_response mute = {.status = response->status};
    bool own = answer_problem(call->method, known ? response : &mute, &scrub, problem);

    hidden_finish(&hidden);
    return own;
}

static void judge_answer(const struct exchange *call, struct http_response *response,
                         struct attempt *attempt)
{
    if (response->status >= 200 && response->status <= 299) {
        judge_success(call, response, attempt);
        return;
    }
    if (is_unchanged(call, response)) {
        attempt->verdict = VERDICT_DONE;
        attempt->unchanged = true;
        attempt->problem.status = response->status;
        return;
    }
    attempt->own_message = read_refusal(call, response, &attempt->problem);
    attempt->retry_after_ms = response->retry_after_ms;
    if (leaves_unknown(call->method, response->status)) {
        attempt_say_unknown(call, attempt);
    } else if (attempt_is_busy(call->method, response->status)) {
        attempt->verdict = VERDICT_BUSY;
    } else if (response->status == 401) {
        attempt->verdict = VERDICT_REFUSED_KEY;
    }
}

/* A request's headers, as http_request has them. */
struct headers {
    char condition[sizeof IF_NONE_MATCH + HTTP_ETAG_BYTES];
    const char *lines[4];
};

static void fill_headers(const struct exchange *call, const char *authorization,
                         struct headers *out)
{
    size_t count = 0;

    *out = (struct headers){.lines = {NULL}};
    out->lines[count++] = "Accept: application/json";
    if (authorization[strlen(AUTHORIZATION)] != '\0')
        out->lines[count++] = authorization;
    if (call->validator == NULL)
        return;
    snprintf(out->condition, sizeof out->condition, IF_NONE_MATCH "%s", call->validator);
    out->lines[count++] = out->condition;
}

static void judge_response(const struct exchange *call, struct http_response *response,
                           struct attempt *attempt)
{
    size_t body_bytes = response->body.size_bytes;

    judge_answer(call, response, attempt);
    http_response_finish(response);
    if (call->text == NULL)
        memory_give_back(body_bytes);
}

static void exchange(const struct exchange *call, const char *url, const char *authorization,
                     int64_t timeout_ms, struct attempt *attempt)
{
    const struct api_transport *transport = &call->api->config.transport;
    atomic_bool *timed_out =
        &call->api->timed_out[call->kind == NULL ? KINDS_COUNT : kind_index(call->kind)];
    struct headers headers;

    fill_headers(call, authorization, &headers);
    const struct http_request request = {
        .method = call->method,
        .url = url,
        .headers = headers.lines,
        .body = call->body,
        .body_bytes = call->body == NULL ? 0 : strlen(call->body),
        .share = api_share(call->kind, call->method),
        .fresh = atomic_load(timed_out),
        .timeout_ms = timeout_ms,
    };
    struct http_response response = {.retry_after_ms = -1};
    sent_secrets_note(&call->api->sent, call);
    int rc =
        transport->perform(transport->ctx, &request, call->cancel, &response, &attempt->problem);

    report(call, url, &response, rc == 0);
    /* Until something is answered, nothing is sent over a connection that may have died. */
    if (rc == 0 || attempt->problem.kind == PROBLEM_TIMEOUT)
        atomic_store(timed_out, rc != 0);
    if (rc == 0)
        judge_response(call, &response, attempt);
    else
        judge_silence(call, &response, attempt);
}

/* Whether the token has fired; the attempt has failed then. */
static bool is_cancelled(const struct exchange *call, struct attempt *attempt)
{
    switch (cancel_reason(call->cancel)) {
    case CANCEL_NONE:
        return false;
    case CANCEL_DEADLINE:
        problem_set(&attempt->problem, PROBLEM_TIMEOUT, "no time was left");
        return true;
    case CANCEL_INTERRUPT:
    case CANCEL_SHUTDOWN:
    case CANCEL_CROWDED:
        break;
    }
    problem_set(&attempt->problem, PROBLEM_INTERRUPTED, "interrupted");
    return true;
}

/* Whether there is one; asked once a call. */
static bool find_another_key(struct exchange *call, const char *refused)
{
    const struct api_config *config = &call->api->config;

    if (call->key_asked || config->on_unauthorized == NULL)
        return false;
    call->key_asked = true;
    return config->on_unauthorized(config->ctx, refused);
}

void attempt_perform(struct exchange *call, const char *url, int64_t timeout_ms,
                     struct attempt *attempt)
{
    *attempt = (struct attempt){.verdict = VERDICT_FAILED, .retry_after_ms = -1};
    if (is_cancelled(call, attempt))
        return;
    char *header = make_header(call->api);
    if (call->era != memos_era(&call->api->memos)) /* it came with another key */
        call->validator = NULL;
    if (header == NULL)
        problem_set(&attempt->problem, PROBLEM_NO_MEMORY, "out of memory");
    else
        exchange(call, url, header, timeout_ms, attempt);
    if (attempt->verdict == VERDICT_REFUSED_KEY)
        attempt->another_key = find_another_key(call, header + strlen(AUTHORIZATION));
    drop_header(header);
}
