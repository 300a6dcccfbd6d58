/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/call.h"

#include "api/answer.h"
#include "api/share.h"
#include "util/json.h"
#include "util/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BACKOFF_MS     250
#define BACKOFF_MAX_MS 8000

enum verdict {
    VERDICT_DONE,   /* a 2xx */
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
    bool no_json;     /* a 2xx without a JSON text */
    bool blank;       /* a 2xx without a body */
    bool sent;        /* it may have been received, and was not answered */
    bool own_message; /* it stands for itself, as the API's own does */
    bool another_key; /* there is another one than was refused */
};

/* --- words ------------------------------------------------------------------------------------ */

int call_problem(const struct call *call, struct problem *problem, enum problem_kind kind,
                 const char *words)
{
    return problem_set(problem, kind, "%s %s: %s", http_method_name(call->method), call->path,
                       words);
}

void call_blame_answer(const struct call *call, struct problem *problem)
{
    if (problem != NULL && problem->kind != PROBLEM_NO_MEMORY)
        problem->status = call->status;
}

void call_hide_event(const struct call *call, struct event *event)
{
    if (event->error[0] != '\0')
        hidden_scrub_text(call, event->error, sizeof event->error);
    if (event->state[0] != '\0')
        hidden_scrub_text(call, event->state, sizeof event->state);
}

/* Puts method and path before the message; all else stays. */
static void name_call(const struct call *call, struct problem *problem)
{
    struct problem was = *problem;

    call_problem(call, problem, was.kind, was.message);
    text_copy(was.message, sizeof was.message, problem->message);
    *problem = was;
}

void call_outcome_unknown(const struct call *call, struct problem *problem)
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

/* --- one request ------------------------------------------------------------------------------ */

#define AUTHORIZATION "Authorization: Bearer "

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

static void report(const struct call *call, const char *url, const struct http_response *response,
                   bool answered)
{
    const struct api_config *config = &call->api->config;
    const struct api_exchange exchange = {
        .kind = call->kind,
        .method = call->method,
        .url = url,
        .status = answered ? response->status : 0,
        .needs_key = !call->keyless,
        .elapsed_ms = response->elapsed_ms,
        .answer_bytes = answered ? response->body.size_bytes : 0,
    };

    if (config->on_exchange != NULL)
        config->on_exchange(config->ctx, &exchange);
}

static void say_unknown(const struct call *call, struct attempt *attempt)
{
    call_outcome_unknown(call, &attempt->problem);
    attempt->own_message = true;
}

/* Without an answer. One that is broken is not asked for again, but for one that was cut short. */
static void judge_silence(const struct call *call, const struct http_response *response,
                          struct attempt *attempt)
{
    bool lost = attempt->problem.kind == PROBLEM_UNREACHABLE || response->cut;

    attempt->sent = response->progress == HTTP_SENT;
    if (call->method == HTTP_POST && attempt->sent)
        say_unknown(call, attempt);
    else if (lost && !response->permanent)
        attempt->verdict = VERDICT_LOST;
}

static bool is_blank(const struct buf *body)
{
    return strspn(buf_text(body), " \t\r\n") >= body->size_bytes;
}

/* Reads a 2xx's body into what the call wants; nothing is built before its values are counted. */
static enum json_result read_answer(const struct call *call, struct http_response *response,
                                    struct json_object **answer, struct json_fault *fault)
{
    struct buf *body = &response->body;
    size_t max_values = call->text != NULL ? CALL_LIST_VALUES : RECORD_MAX_VALUES;
    enum json_result result = json_scan_all(buf_text(body), body->size_bytes, max_values, fault);

    if (result != JSON_OK || call->text == NULL)
        return result != JSON_OK ? result
                                 : json_read(buf_text(body), body->size_bytes, answer, fault);
    buf_finish(call->text);
    *call->text = *body;
    *body = BUF_EMPTY;
    return JSON_OK;
}

/* What is wrong with a 2xx's body. */
static void describe_body(const struct call *call, const struct http_response *response,
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

static void judge_success(const struct call *call, struct http_response *response,
                          struct attempt *attempt)
{
    struct json_fault fault = {.message = ""};
    bool blank = is_blank(&response->body);
    enum json_result result = read_answer(call, response, &attempt->answer, &fault);

    attempt->verdict = VERDICT_DONE;
    attempt->problem.status = response->status;
    attempt->no_json = result != JSON_OK;
    attempt->blank = blank;
    if (!attempt->no_json || !call->needs_json)
        return;
    hidden_scrub_text(call, fault.message, sizeof fault.message); /* it may name a key */
    describe_body(call, response, result, &fault, &attempt->problem);
    attempt->verdict = VERDICT_FAILED;
    if (call->method == HTTP_POST)
        say_unknown(call, attempt);
}

/* Which answers are worth trying again; a POST only where they say that it was not carried out. */
static bool is_busy(enum http_method method, long status)
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

static bool read_refusal(const struct call *call, const struct http_response *response,
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

static void judge_answer(const struct call *call, struct http_response *response,
                         struct attempt *attempt)
{
    if (response->status >= 200 && response->status <= 299) {
        judge_success(call, response, attempt);
        return;
    }
    attempt->own_message = read_refusal(call, response, &attempt->problem);
    attempt->retry_after_ms = response->retry_after_ms;
    if (leaves_unknown(call->method, response->status)) {
        say_unknown(call, attempt);
    } else if (is_busy(call->method, response->status)) {
        attempt->verdict = VERDICT_BUSY;
    } else if (response->status == 401) {
        attempt->verdict = VERDICT_REFUSED_KEY;
    }
}

static void exchange(const struct call *call, const char *url, char *header, int64_t timeout_ms,
                     struct attempt *attempt)
{
    const struct api_transport *transport = &call->api->config.transport;
    atomic_bool *timed_out =
        &call->api->timed_out[call->kind == NULL ? KINDS_COUNT : kind_index(call->kind)];
    const char *const headers[] = {"Accept: application/json",
                                   header[strlen(AUTHORIZATION)] == '\0' ? NULL : header, NULL};
    const struct http_request request = {
        .method = call->method,
        .url = url,
        .headers = headers,
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
    if (rc == 0) {
        size_t body_bytes = response.body.size_bytes;
        judge_answer(call, &response, attempt);
        http_response_finish(&response);
        if (call->text == NULL)
            memory_give_back(body_bytes);
    } else {
        judge_silence(call, &response, attempt);
    }
}

/* Whether the token has fired; the attempt has failed then. */
static bool is_cancelled(const struct call *call, struct attempt *attempt)
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
static bool find_another_key(struct call *call, const char *refused)
{
    const struct api_config *config = &call->api->config;

    if (call->key_asked || config->on_unauthorized == NULL)
        return false;
    call->key_asked = true;
    return config->on_unauthorized(config->ctx, refused);
}

static void try_once(struct call *call, const char *url, int64_t timeout_ms,
                     struct attempt *attempt)
{
    *attempt = (struct attempt){.verdict = VERDICT_FAILED, .retry_after_ms = -1};
    if (is_cancelled(call, attempt))
        return;
    char *header = make_header(call->api);
    if (header == NULL)
        problem_set(&attempt->problem, PROBLEM_NO_MEMORY, "out of memory");
    else
        exchange(call, url, header, timeout_ms, attempt);
    if (attempt->verdict == VERDICT_REFUSED_KEY)
        attempt->another_key = find_another_key(call, header + strlen(AUTHORIZATION));
    drop_header(header);
}

/* --- retries ---------------------------------------------------------------------------------- */

/* What a call spends on its attempts. */
struct budget {
    int64_t end_ms;     /* on the API's clock */
    int64_t backoff_ms; /* of the next pause */
    unsigned losses;
    bool sent; /* one of them may have been received, and was not answered */
};

static int64_t left_ms(const struct call *call, const struct budget *budget)
{
    int64_t own = budget->end_ms - clock_now_ms(call->api->config.clock);
    int64_t deadline = call->cancel->deadline_ms;

    if (deadline == CANCEL_NEVER)
        return own;
    int64_t callers = deadline - clock_now_ms(&clock_system);
    return callers < own ? callers : own;
}

/* Between a half and the whole of `ms`, so that many clients do not come back together. */
static int64_t jitter(int64_t ms)
{
    uint32_t random = 0;

    if (getentropy(&random, sizeof random) != 0)
        return ms;
    return ms - (int64_t)(random % (uint64_t)(ms / 2 + 1));
}

/* Waits before the next attempt; false when there is none: no time is left, or the token fired. */
static bool pause_before_retry(const struct call *call, struct budget *budget,
                               struct attempt *attempt)
{
    int64_t wait_ms =
        attempt->retry_after_ms > 0 ? attempt->retry_after_ms : jitter(budget->backoff_ms);

    if (wait_ms >= left_ms(call, budget))
        return false;
    if (budget->backoff_ms < BACKOFF_MAX_MS)
        budget->backoff_ms *= 2;
    enum cancel_reason reason = cancel_sleep(call->cancel, clock_now_ms(&clock_system) + wait_ms);
    bool told = reason == CANCEL_INTERRUPT && call->cancel->takes_back; /* by the last attempt */
    if ((reason == CANCEL_INTERRUPT && !told) || reason == CANCEL_SHUTDOWN) {
        problem_set(&attempt->problem, PROBLEM_INTERRUPTED, "interrupted");
        attempt->own_message = false;
    }
    return reason == CANCEL_NONE;
}

static bool try_again(struct call *call, struct budget *budget, struct attempt *attempt)
{
    if (attempt->verdict == VERDICT_REFUSED_KEY)
        return attempt->another_key;
    if (attempt->verdict == VERDICT_LOST && ++budget->losses >= CALL_MAX_LOSSES)
        return false;
    return attempt->verdict != VERDICT_FAILED && pause_before_retry(call, budget, attempt);
}

/* --- what is in doubt ------------------------------------------------------------------------- */

static void add_words(struct problem *problem, const char *words)
{
    size_t used = strlen(problem->message);

    snprintf(problem->message + used, sizeof problem->message - used, "%s", words);
}

/* Whether a failed update or deletion may have been carried out all the same: an attempt was not
 * answered, or only by something that stands before the server or broke down in it. */
static bool may_be_done(const struct budget *budget, const struct problem *problem)
{
    return budget->sent || (problem->status >= 500 && problem->status != 503);
}

/* Says of a change that got no clear answer whether it was sent, and what that means. A POST that
 * was is of unknown outcome already. */
static void say_doubt(const struct call *call, const struct budget *budget, struct attempt *attempt)
{
    struct problem *problem = &attempt->problem;
    bool clear =
        problem->status >= 300 && problem->status < 500 && !is_busy(call->method, problem->status);

    if (call->method == HTTP_GET || problem->kind == PROBLEM_UNKNOWN_OUTCOME || clear)
        return;
    if (budget->sent &&
        (problem->kind == PROBLEM_UNREACHABLE || problem->kind == PROBLEM_TRY_LATER))
        say_unknown(call, attempt);
    else if (may_be_done(budget, problem))
        add_words(problem, "; it was sent, and may have been carried out");
    else if (problem->kind == PROBLEM_TIMEOUT)
        add_words(problem, "; it was not sent");
}

static void explain_failure(const struct call *call, const struct budget *budget,
                            struct attempt *attempt)
{
    say_doubt(call, budget, attempt);
    if (!attempt->own_message)
        name_call(call, &attempt->problem);
}

/* --- the whole call --------------------------------------------------------------------------- */

static void attempts(struct call *call, const char *url, struct attempt *attempt)
{
    const struct api_config *config = &call->api->config;
    struct budget budget = {
        .end_ms = clock_now_ms(config->clock) + config->timeout_ms,
        .backoff_ms = config->backoff_ms > 0 ? config->backoff_ms : BACKOFF_MS,
    };

    *attempt = (struct attempt){.verdict = VERDICT_FAILED};
    do {
        const struct attempt before = *attempt;
        int64_t timeout_ms = budget.end_ms - clock_now_ms(config->clock);
        try_once(call, url, timeout_ms > 0 ? timeout_ms : 1, attempt);
        budget.sent = budget.sent || attempt->sent;
        /* One that was taken back before it was sent tells nothing; the one before it does. */
        if (call->cancel->takes_back && attempt->problem.kind == PROBLEM_INTERRUPTED &&
            before.problem.kind != PROBLEM_NONE)
            *attempt = before;
    } while (attempt->verdict != VERDICT_DONE && try_again(call, &budget, attempt));
    if (attempt->verdict != VERDICT_DONE)
        explain_failure(call, &budget, attempt);
}

/* What keeps changes back decides above, with better words; here is what none slips by. */
static int refuse_change(const struct call *call, struct problem *problem)
{
    call_problem(call, problem, PROBLEM_WITHHELD, "not sent: this mount only reads");
    if (problem != NULL)
        problem->err = EROFS;
    return -1;
}

int call_perform(struct call *call, struct json_object **answer, struct problem *problem)
{
    struct attempt attempt;
    char *url = NULL;

    if (call->api->config.reads_only && call->method != HTTP_GET)
        return refuse_change(call, problem);

    if (asprintf(&url, "%s%s%s", call->api->config.base_url, call->path,
                 call->query == NULL ? "" : call->query) < 0)
        return call_problem(call, problem, PROBLEM_NO_MEMORY, "out of memory");
    attempts(call, url, &attempt);
    free(url);
    if (attempt.verdict == VERDICT_DONE) {
        *answer = attempt.answer;
        call->status = attempt.problem.status;
        call->no_json = attempt.no_json;
        call->blank = attempt.blank;
        if (problem != NULL)
            *problem = (struct problem){.status = attempt.problem.status};
        return 0;
    }
    if (problem != NULL)
        *problem = attempt.problem;
    return -1;
}
