/* SPDX-License-Identifier: MIT */
/*
 * Changes: sent once, by a worker, and waited for by whoever wants to know. A change does not end
 * with who asked for it, nor with the mount: it has a deadline of its own.
 */
#include "config.h"

#include "cache/change.h"

#include "cache/own_events.h"
#include "cache/fetch.h"

#include <stdlib.h>
#include <string.h>

#define RESERVE_MS        200
#define CREATE_RESERVE_MS 5000

/* --- life ------------------------------------------------------------------------------------- */

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
    wipe_list(change->secrets);
    wipe(change->body);
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

/* How long before its deadline a change gives up, so that who waits still learns how it ended: of a
 * create without an answer it is looked up first. */
static int64_t reserve_ms(const struct change *change)
{
    int64_t timeout_ms = change->collection->cache->config.timeout_ms;
    int64_t most_ms = change->verb == CHANGE_CREATE ? CREATE_RESERVE_MS : RESERVE_MS;

    return timeout_ms / 4 < most_ms ? timeout_ms / 4 : most_ms;
}

static struct change *create(struct cache *cache, const struct change_request *request)
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
        copy_list(request->secrets, &change->secrets))
        return change;
    destroy(change);
    return NULL;
}

/* --- verbs --------------------------------------------------------------------------------------
 */

static change_function *const change_functions[] = {
    [CHANGE_CREATE] = verb_create,
    [CHANGE_UPDATE] = verb_update,
    [CHANGE_DELETE] = verb_delete,
    [CHANGE_RESTORE] = verb_restore,
};

/* Whether an event may be the answer; of a create it is known only with its id. */
static bool has_event(enum change_verb verb)
{
    return verb == CHANGE_DELETE || verb == CHANGE_RESTORE;
}

/* --- the job ---------------------------------------------------------------------------------- */

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

bool change_is_at_end(const struct change *change)
{
    struct cancel cancel;

    cancel_init(&cancel, change->collection->cache->config.group, CANCEL_NEVER);
    enum cancel_reason reason = cancel_reason(&cancel);

    cancel_finish(&cancel);
    return reason != CANCEL_NONE;
}

static bool is_taken_back(struct change *change)
{
    return cancel_reason(&change->cancel) == CANCEL_INTERRUPT;
}

int change_say_taken_back(struct problem *problem)
{
    return problem_set(problem, PROBLEM_INTERRUPTED, "interrupted before it was sent: nothing was");
}

void change_end_unsent(struct change *change)
{
    struct cache *cache = change->collection->cache;
    const struct event none = {.id = ""};

    pthread_mutex_lock(&cache->lock);
    if (has_event(change->verb))
        events_end_locked(change->collection, change->verb, change->id, PROBLEM_INTERRUPTED, &none);
    pthread_mutex_unlock(&cache->lock);
}

/* Ends a change that was not sent. */
static int forgo(struct change *change, struct problem *problem)
{
    change_end_unsent(change);
    if (is_taken_back(change))
        return change_say_taken_back(problem);
    return problem_set(problem, PROBLEM_INTERRUPTED, "not sent: the mount ends");
}

void change_mark_sent(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    change->sent = true;
    pthread_mutex_unlock(&change->lock);
}

void change_publish_locked(struct change *change, struct record *record)
{
    pthread_mutex_lock(&change->lock);
    if (change->created == NULL)
        change->created = record_ref(record);
    pthread_mutex_unlock(&change->lock);
}

struct change_report change_report_of(const struct change *change, const struct record *record,
                                      const struct problem *problem)
{
    return (struct change_report){
        .verb = change->verb,
        .kind = change->collection->kind,
        .id = change->id != NULL ? change->id : (record == NULL ? NULL : record->id),
        .body = change->body,
        .origin = change->origin,
        .problem = problem,
    };
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

/* Whether its job has anything to do. */
static bool begin(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    change->begun = true;
    pthread_mutex_unlock(&change->lock);
    return !is_taken_back(change) && !change_is_at_end(change);
}

static void perform(struct change *change)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct record *record = NULL;
    int rc = begin(change) ? gate_pass(change, change_functions[change->verb], &record, &problem)
                           : forgo(change, &problem);

    if (problem.kind == PROBLEM_INTERRUPTED && is_taken_back(change))
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

/* --- starting --------------------------------------------------------------------------------- */

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

    if (has_event(change->verb) &&
        !events_begin_locked(collection, change->verb, change->id, &change->problem)) {
        change->done = true;
        return 0;
    }
    int rc = submit_locked(cache, change);

    if (rc != 0 && has_event(change->verb))
        events_end_locked(collection, change->verb, change->id, PROBLEM_INTERRUPTED, &none);
    return rc;
}

int change_start(struct cache *cache, const struct change_request *request, struct change **out)
{
    struct change *change = create(cache, request);

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
