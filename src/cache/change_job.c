/* SPDX-License-Identifier: MIT */
/*
 * Changes: sent once, by a worker, and waited for by whoever wants to know. A change does not end
 * with who asked for it, nor with the mount: it has a deadline of its own.
 */
#include "config.h"

#include "cache/change.h"

#include "cache/own_events.h"
#include "cache/fetch.h"

#include <string.h>

static change_function *const change_functions[] = {
    [CHANGE_CREATE] = verb_create, [CHANGE_UPDATE] = verb_update,   [CHANGE_EDIT] = verb_update,
    [CHANGE_DELETE] = verb_delete, [CHANGE_RESTORE] = verb_restore,
};

static bool is_same_resource(const struct change *a, const struct change *b)
{
    return a->collection == b->collection && a->id != NULL && b->id != NULL &&
           strcmp(a->id, b->id) == 0;
}

static struct change *find_same_resource(struct cache *cache, const struct change *change)
{
    struct change *other;

    TAILQ_FOREACH (other, &cache->changes, link) {
        if (is_same_resource(other, change))
            return other;
    }
    return NULL;
}

/* Takes a change that has ended off the list; returns the next one for its resource, or NULL. */
static struct change *leave(struct change *change)
{
    struct cache *cache = change->collection->cache;

    pthread_mutex_lock(&cache->lock);
    TAILQ_REMOVE(&cache->changes, change, link);
    struct change *next = find_same_resource(cache, change);

    pthread_mutex_unlock(&cache->lock);
    return next;
}

/* Ends a change that was not sent. */
static int forgo(struct change *change, struct problem *problem)
{
    change_end_unsent(change);
    if (change_is_taken_back(change))
        return change_say_taken_back(problem);
    return problem_set(problem, PROBLEM_INTERRUPTED, "not sent: the mount ends");
}

/* Tells of what was sent, and of what the end of the mount kept from it. */
static void report(const struct change *change, const struct record *record,
                   const struct problem *problem)
{
    const struct cache_config *config = &change->collection->cache->config;
    const struct change_report ended = change_report_of(change, record, problem);

    if (config->on_change_end != NULL)
        config->on_change_end(config->ctx, &ended);
}

/* Whether it is still to be sent. */
static bool goes_on(struct change *change)
{
    return !change_is_taken_back(change) && !change_is_at_end(change);
}

static bool begin(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    change->begun = true;
    pthread_mutex_unlock(&change->lock);
    return goes_on(change);
}

/* What is sent of an edit is known now. 0: nothing is; 1: what is in its body. */
static int prepare(struct change *change, struct problem *problem)
{
    bool changes = true;
    int rc =
        change->verb == CHANGE_EDIT ? edit_work_out(change, &change->cancel, &changes, problem) : 0;

    change->withheld = rc != 0 || !changes;
    return rc != 0 ? -1 : changes;
}

static int pursue(struct change *change, struct record **record, struct problem *problem)
{
    int rc = begin(change) ? prepare(change, problem) : 1;

    if (rc <= 0)
        return rc;
    return goes_on(change) ? gate_pass(change, change_functions[change->verb], record, problem)
                           : forgo(change, problem);
}

static void perform(struct change *change)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct record *record = NULL;
    int rc = pursue(change, &record, &problem);

    if (problem.kind == PROBLEM_INTERRUPTED && change_is_taken_back(change))
        change_say_taken_back(&problem);
    else if (!change->withheld)
        report(change, record, &problem);
    patience_note_end(change, &problem);
    pthread_mutex_lock(&change->lock);
    change->record = record;
    if (rc != 0)
        change->problem = problem;
    pthread_mutex_unlock(&change->lock);
}

static void wake(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    change->done = true;
    wait_queue_wake(&change->waiters);
    pthread_mutex_unlock(&change->lock);
    change_unref(change);
}

static void run_job(void *arg)
{
    struct change *change = arg;

    while (change != NULL) {
        perform(change);
        struct change *next = leave(change);

        wake(change);
        change = next;
    }
}

/* A create on its way that would send the very same. */
static struct change *find_same_create(struct cache *cache, const struct change_request *request)
{
    struct collection *collection = collection_of(cache, request->kind);
    struct change *change;

    if (request->verb != CHANGE_CREATE || request->body == NULL)
        return NULL;
    TAILQ_FOREACH (change, &cache->changes, link) {
        if (change->verb == CHANGE_CREATE && change->collection == collection &&
            change->body != NULL && strcmp(change->body, request->body) == 0)
            return change;
    }
    return NULL;
}

/* Queues it, behind others of its resource; the list has a reference of its own. */
static int submit_locked(struct cache *cache, struct change *change)
{
    bool waits = find_same_resource(cache, change) != NULL;

    TAILQ_INSERT_TAIL(&cache->changes, change, link);
    if (!waits &&
        !workers_submit(cache->changers, kind_index(change->collection->kind), run_job, change)) {
        TAILQ_REMOVE(&cache->changes, change, link);
        return -1;
    }
    change_ref(change);
    return 0;
}

static int start_locked(struct cache *cache, struct change *change)
{
    struct collection *collection = change->collection;
    const struct event none = {.id = ""};

    if (change_has_event(change->verb) &&
        !events_begin_locked(collection, change->verb, change->id, &change->problem)) {
        change->done = true;
        return 0;
    }
    int rc = submit_locked(cache, change);

    if (rc != 0 && change_has_event(change->verb))
        events_end_locked(collection, change->verb, change->id, PROBLEM_INTERRUPTED, &none);
    return rc;
}

int change_start(struct cache *cache, const struct change_request *request, struct change **out)
{
    struct change *change = change_create(cache, request);

    *out = NULL;
    if (change == NULL)
        return -1;
    pthread_mutex_lock(&cache->lock);
    struct change *same = find_same_create(cache, request);
    int rc = 0;

    if (same != NULL)
        change_ref(same);
    else
        rc = start_locked(cache, change);
    pthread_mutex_unlock(&cache->lock);
    if (same != NULL || rc != 0)
        change_unref(change);
    if (rc == 0)
        *out = same != NULL ? same : change;
    return rc;
}
