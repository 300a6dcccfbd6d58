/* SPDX-License-Identifier: MIT */
/* A change as an object: made, counted, waited for; and what who leaves early is told. */
#include "config.h"

#include "cache/change.h"

#include "cache/fetch.h"

#include <stdlib.h>
#include <string.h>

#define RESERVE_MS        200
#define CREATE_RESERVE_MS 5000
#define TAKE_BACK_MS      150 /* in which what was taken back has ended */
#define TAKE_BACK_STEP_MS 10

static void wipe(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

static void wipe_list(char **list)
{
    for (size_t i = 0; list != NULL && list[i] != NULL; i++)
        wipe(list[i]);
    free(list);
}

static void destroy(struct change *change)
{
    record_unref(change->record);
    record_unref(change->created);
    record_unref(change->before);
    record_unref(change->answer.record);
    wipe_list(change->secrets);
    wipe(change->body);
    seen_list_finish(&change->seen);
    free(change->id);
    free(change->origin);
    cancel_finish(&change->cancel);
    pthread_mutex_destroy(&change->lock);
    free(change);
}

struct change *change_ref(struct change *change)
{
    atomic_fetch_add_explicit(&change->refs, 1, memory_order_relaxed);
    return change;
}

void change_unref(struct change *change)
{
    if (change != NULL && atomic_fetch_sub_explicit(&change->refs, 1, memory_order_acq_rel) == 1)
        destroy(change);
}

static bool copy_text(const char *text, char **out)
{
    *out = text == NULL ? NULL : strdup(text);
    return text == NULL || *out != NULL;
}

static bool copy_list(const char *const *list, char ***out)
{
    size_t count = 0;

    if (list == NULL)
        return true;
    while (list[count] != NULL)
        count++;
    *out = calloc(count + 1, sizeof(**out));
    for (size_t i = 0; *out != NULL && i < count; i++)
        if (!copy_text(list[i], &(*out)[i]))
            return false;
    return *out != NULL;
}

static bool copy_seen(const struct seen_list *seen, struct change *change)
{
    change->has_seen = seen != NULL;
    return seen == NULL || seen_list_copy(seen, &change->seen);
}

/* How long before its deadline a change gives up, so that who waits still learns how it ended: of a
 * create without an answer it is looked up first. */
static int64_t reserve_ms(const struct change *change)
{
    int64_t timeout_ms = change->collection->cache->config.timeout_ms;
    int64_t most_ms = change->verb == CHANGE_CREATE ? CREATE_RESERVE_MS : RESERVE_MS;

    return timeout_ms / 4 < most_ms ? timeout_ms / 4 : most_ms;
}

struct change *change_create(struct cache *cache, const struct change_request *request)
{
    struct change *change = calloc(1, sizeof(*change));

    if (change == NULL)
        return NULL;
    atomic_init(&change->refs, 1);
    pthread_mutex_init(&change->lock, NULL);
    wait_queue_init(&change->waiters);
    change->collection = collection_of(cache, request->kind);
    change->verb = request->verb;
    change->deadline_ms = request->deadline_ms;
    cancel_init(&change->cancel, NULL, change->deadline_ms - reserve_ms(change));
    change->cancel.takes_back = true;
    if (copy_text(request->id, &change->id) && copy_text(request->body, &change->body) &&
        copy_text(request->origin, &change->origin) &&
        copy_list(request->secrets, &change->secrets) && copy_seen(request->seen, change))
        return change;
    destroy(change);
    return NULL;
}

void change_set_body(struct change *change, char *body, char **secrets)
{
    wipe(change->body);
    wipe_list(change->secrets);
    change->body = body;
    change->secrets = secrets;
}

static bool is_at_end(const struct change *change)
{
    struct cancel cancel;

    cancel_init(&cancel, change->collection->cache->config.group, CANCEL_NEVER);
    enum cancel_reason reason = cancel_reason(&cancel);

    cancel_finish(&cancel);
    return reason != CANCEL_NONE;
}

bool change_is_taken_back(struct change *change)
{
    return cancel_reason(&change->cancel) == CANCEL_INTERRUPT;
}

bool change_goes_on(struct change *change)
{
    return !change_is_taken_back(change) && !is_at_end(change);
}

int change_say_taken_back(struct problem *problem)
{
    return problem_set(problem, PROBLEM_INTERRUPTED, "interrupted before it was sent: nothing was");
}

void change_publish_locked(struct change *change, struct record *record)
{
    pthread_mutex_lock(&change->lock);
    if (change->created == NULL)
        change->created = record_ref(record);
    pthread_mutex_unlock(&change->lock);
}

bool change_may_be_done(enum problem_kind failure)
{
    return fetch_is_outage(failure) || failure == PROBLEM_UNKNOWN_OUTCOME ||
           failure == PROBLEM_PROTOCOL;
}

/* --- waiting for it ----------------------------------------------------------------------------
 */

/* A POST that got no answer is of unknown outcome, by deadline too. With the lock held. */
static int say_late(const struct change *change, struct problem *problem)
{
    if (!change->sent)
        return problem_set(problem, PROBLEM_TIMEOUT,
                           "the time was over before it was sent: nothing was, so far");
    if (api_verb(change->verb)->method == HTTP_POST)
        return problem_set(problem, PROBLEM_UNKNOWN_OUTCOME,
                           "it was sent, and no answer came in time: its outcome is unknown (it "
                           "may have been carried out)");
    return problem_set(problem, PROBLEM_TIMEOUT,
                       "no answer came in time; it was sent, and may have been carried out");
}

/* With the lock held. */
static int say_left(const struct change *change, enum cancel_reason reason, struct problem *problem)
{
    if (reason == CANCEL_DEADLINE)
        return say_late(change, problem);
    if (reason == CANCEL_CROWDED)
        return problem_set(problem, PROBLEM_TRY_LATER,
                           "too many callers wait already; a change that was sent goes on by "
                           "itself");
    if (!change->begun && change->waiting == 1)
        return change_say_taken_back(problem);
    return problem_set(problem, PROBLEM_INTERRUPTED,
                       "interrupted; a change that was sent goes on by itself");
}

/* Waits until it is done or `deadline_ms` has come, whatever else comes. */
static enum cancel_reason wait_out(struct change *change, int64_t deadline_ms)
{
    enum cancel_reason reason = CANCEL_NONE;
    struct cancel cancel;

    cancel_init(&cancel, NULL, deadline_ms);
    while (!change->done && reason == CANCEL_NONE)
        reason = wait_queue_wait(&change->waiters, &change->lock, &cancel, CANCEL_NEVER);
    cancel_finish(&cancel);
    return reason;
}

/* The caller was interrupted: if nobody else waits for it, what was not sent yet is not sent any
 * more, and that is known in a moment; so is that it was sent. */
static void take_back(struct change *change)
{
    int64_t now_ms = clock_now_ms(&clock_system);
    int64_t end_ms = now_ms + TAKE_BACK_MS;

    if (change->waiting > 1)
        return;
    cancel_fire(&change->cancel, CANCEL_INTERRUPT);
    while (change->begun && !change->done && !cancel_goes_on(&change->cancel) && now_ms < end_ms) {
        wait_out(change, now_ms + TAKE_BACK_STEP_MS);
        now_ms = clock_now_ms(&clock_system);
    }
}

/* Why the caller is to leave; CANCEL_NONE: it is done, or to be looked at again. */
static enum cancel_reason wait_once(struct change *change, struct cancel *cancel)
{
    enum cancel_reason reason =
        wait_queue_wait(&change->waiters, &change->lock, cancel, CANCEL_NEVER);

    /* The mount ends, and lets what was sent come to its end: who waits for it learns how that
     * went. What was not sent yet ends at once. An interrupt does not count any more. */
    if (reason == CANCEL_SHUTDOWN)
        reason = wait_out(change, cancel->deadline_ms);
    else if (reason == CANCEL_INTERRUPT && !change->done)
        take_back(change);
    return change->done ? CANCEL_NONE : reason;
}

int change_wait(struct change *change, struct cancel *cancel, struct problem *problem)
{
    int rc = 0;

    pthread_mutex_lock(&change->lock);
    change->waiting++;
    while (!change->done && rc == 0) {
        enum cancel_reason reason = wait_once(change, cancel);

        if (reason != CANCEL_NONE)
            rc = say_left(change, reason, problem);
    }
    change->waiting--;
    if (rc == 0 && change->problem.kind != PROBLEM_NONE) {
        if (problem != NULL)
            *problem = change->problem;
        rc = -1;
    }
    pthread_mutex_unlock(&change->lock);
    return rc;
}

bool change_done(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    bool done = change->done;

    pthread_mutex_unlock(&change->lock);
    return done;
}

bool change_planned(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    bool planned = change->done && change->planned;

    pthread_mutex_unlock(&change->lock);
    return planned;
}

struct record *change_record(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    struct record *record =
        change->done && change->record != NULL ? record_ref(change->record) : NULL;

    pthread_mutex_unlock(&change->lock);
    return record;
}

struct record *change_created(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    struct record *known = change->record != NULL ? change->record : change->created;
    struct record *record = known == NULL ? NULL : record_ref(known);

    pthread_mutex_unlock(&change->lock);
    return record;
}
