/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/attempt.h"

#include "api/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BACKOFF_MS     250
#define BACKOFF_MAX_MS 8000

/* --- words ------------------------------------------------------------------------------------ */

int call_problem(const struct exchange *call, struct problem *problem, enum problem_kind kind,
                 const char *words)
{
    return problem_set(problem, kind, "%s %s: %s", http_method_name(call->method), call->path,
                       words);
}

void call_blame_answer(const struct exchange *call, struct problem *problem)
{
    if (problem != NULL && problem->kind != PROBLEM_NO_MEMORY)
        problem->status = call->status;
}

void call_hide_event(const struct exchange *call, struct event *event)
{
    if (event->error[0] != '\0')
        hidden_scrub_text(call, event->error, sizeof event->error);
    if (event->state[0] != '\0')
        hidden_scrub_text(call, event->state, sizeof event->state);
}

/* Puts method and path before the message; all else stays. */
static void name_call(const struct exchange *call, struct problem *problem)
{
    struct problem was = *problem;

    call_problem(call, problem, was.kind, was.message);
    text_copy(was.message, sizeof was.message, problem->message);
    *problem = was;
}

/* --- retries ---------------------------------------------------------------------------------- */

/* What a call spends on its attempts. */
struct budget {
    int64_t end_ms;     /* on the API's clock */
    int64_t backoff_ms; /* of the next pause */
    unsigned losses;
    bool in_doubt; /* one of them may have been carried out all the same */
};

static int64_t left_ms(const struct exchange *call, const struct budget *budget)
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
static bool pause_before_retry(const struct exchange *call, struct budget *budget,
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

static bool try_again(struct exchange *call, struct budget *budget, struct attempt *attempt)
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

/* Whether it may have been carried out all the same: it was not answered, or only by something that
 * stands before the server or broke down in it. */
static bool may_be_done(const struct attempt *attempt)
{
    long status = attempt->problem.status;

    return attempt->sent || (status >= 500 && status != 503);
}

/* Says of a change that got no clear answer whether it was sent, and what that means. A POST that
 * was is of unknown outcome already. */
static void say_doubt(const struct exchange *call, const struct budget *budget,
                      struct attempt *attempt)
{
    struct problem *problem = &attempt->problem;
    bool clear = problem->status >= 300 && problem->status < 500 &&
                 !attempt_is_busy(call->method, problem->status);

    if (call->method == HTTP_GET || problem->kind == PROBLEM_UNKNOWN_OUTCOME || clear)
        return;
    if (budget->in_doubt &&
        (problem->kind == PROBLEM_UNREACHABLE || problem->kind == PROBLEM_TRY_LATER))
        attempt_say_unknown(call, attempt);
    else if (budget->in_doubt)
        add_words(problem, "; it was sent, and may have been carried out");
    else if (problem->kind == PROBLEM_TIMEOUT)
        add_words(problem, "; it was not sent");
}

static void explain_failure(const struct exchange *call, const struct budget *budget,
                            struct attempt *attempt)
{
    say_doubt(call, budget, attempt);
    if (!attempt->own_message)
        name_call(call, &attempt->problem);
}

/* --- the whole call --------------------------------------------------------------------------- */

/* Of one that was not sent, since it was taken back or there was no time left; what the attempt
 * before it was answered does tell something. */
static bool tells_nothing(const struct exchange *call, const struct attempt *attempt)
{
    enum problem_kind kind = attempt->problem.kind;

    return (call->cancel->takes_back && kind == PROBLEM_INTERRUPTED) ||
           (kind == PROBLEM_TIMEOUT && !attempt->sent);
}

static void attempts(struct exchange *call, const char *url, struct attempt *attempt)
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
        attempt_perform(call, url, timeout_ms > 0 ? timeout_ms : 1, attempt);
        budget.in_doubt = budget.in_doubt || may_be_done(attempt);
        if (before.problem.kind != PROBLEM_NONE && tells_nothing(call, attempt)) {
            *attempt = before;
            attempt->verdict = VERDICT_FAILED;
        }
    } while (attempt->verdict != VERDICT_DONE && try_again(call, &budget, attempt));
    if (attempt->verdict != VERDICT_DONE)
        explain_failure(call, &budget, attempt);
}

/* What keeps changes back decides above, with better words; here is what none slips by. */
static int refuse_change(const struct exchange *call, struct problem *problem)
{
    call_problem(call, problem, PROBLEM_WITHHELD, "not sent: this mount only reads");
    if (problem != NULL)
        problem->err = EROFS;
    return -1;
}

static bool sends_none(const struct api *api)
{
    return api->config.reads_only != NULL && api->config.reads_only(api->config.ctx);
}

int call_perform(struct exchange *call, struct json_object **answer, struct problem *problem)
{
    struct attempt attempt;
    char *url = NULL;

    if (call->method != HTTP_GET && sends_none(call->api))
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
        call->unchanged = attempt.unchanged;
        text_copy(call->etag, sizeof call->etag, attempt.etag);
        if (problem != NULL)
            *problem = (struct problem){.status = attempt.problem.status};
        return 0;
    }
    if (problem != NULL)
        *problem = attempt.problem;
    return -1;
}
