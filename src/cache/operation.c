/* SPDX-License-Identifier: MIT */
/*
 * Changes: sent once, by a worker, and waited for by whoever wants to know. A change does not end
 * with who asked for it, nor with the mount: it has a deadline of its own.
 *
 * All of them are made by one function, by the rows of their verbs (change.h): prepared, let
 * through the gate, sent, settled, kept, ended.
 */
#include "config.h"

#include "cache/change.h"

#include "cache/fetch.h"
#include "cache/guard.h"
#include "cache/own_events.h"

#include <string.h>

static const struct operation_row *const rows[CHANGE_VERBS] = {
    [CHANGE_CREATE] = &operation_create,   [CHANGE_UPDATE] = &operation_update,
    [CHANGE_EDIT] = &operation_edit,       [CHANGE_DELETE] = &operation_delete,
    [CHANGE_RESTORE] = &operation_restore,
};

/* How a change may have failed so that certainly nothing was destroyed. Unreachable is what was
 * never sent: lost after that it is of unknown outcome. An answer that breaks the protocol is not
 * among them, though a look has shown the resource: the server may still be about to delete it. */
static const bool changed_nothing[PROBLEM_KINDS] = {
    [PROBLEM_QUOTA] = true,     [PROBLEM_INVALID] = true,     [PROBLEM_UNAUTHORIZED] = true,
    [PROBLEM_FORBIDDEN] = true, [PROBLEM_NOT_FOUND] = true,   [PROBLEM_CONFLICT] = true,
    [PROBLEM_TRY_LATER] = true, [PROBLEM_UNREACHABLE] = true, [PROBLEM_INTERRUPTED] = true,
    [PROBLEM_NO_MEMORY] = true,
};

/* --- one change ------------------------------------------------------------------------------- */

static struct change_report report_of(const struct change *change)
{
    const struct record *made = change->result;

    return (struct change_report){
        .verb = change->verb,
        .kind = change->collection->kind,
        .id = change->id != NULL ? change->id : (made == NULL ? NULL : made->id),
        .body = change->body,
        .origin = change->origin,
        .problem = &change->problem,
    };
}

/* From now on it may have been sent. */
static void mark_sent(struct change *change)
{
    struct cache *cache = change->collection->cache;

    pthread_mutex_lock(&cache->lock);
    if (rows[change->verb]->sent != NULL)
        rows[change->verb]->sent(change);
    pthread_mutex_lock(&change->lock);
    change->sent = true;
    pthread_mutex_unlock(&change->lock);
    pthread_mutex_unlock(&cache->lock);
}

/* What came of it, or that nothing was sent after all, into what is known. */
static void keep(struct change *change, int rc)
{
    const struct operation_row *row = rows[change->verb];
    void (*keep_locked)(struct change *) = rc == 0 ? row->success : row->failure;
    struct cache *cache = change->collection->cache;

    pthread_mutex_lock(&cache->lock);
    if (change->sent && keep_locked != NULL)
        keep_locked(change);
    if (change->sent && rc == 0)
        cache_expire_singletons_locked(cache);
    if (row->has_event)
        events_end_locked(change->collection, change->verb, change->id,
                          change->sent ? change->problem.kind : PROBLEM_INTERRUPTED,
                          &change->answer.event);
    pthread_mutex_unlock(&cache->lock);
}

static int send(struct change *change)
{
    const struct operation_row *row = rows[change->verb];
    struct collection *collection = change->collection;
    const struct api_change request = {.verb = change->verb,
                                       .kind = collection->kind,
                                       .id = change->id,
                                       .body = change->body,
                                       .secrets = (const char *const *)change->secrets};

    mark_sent(change);
    int rc = api_change(collection->cache->config.api, &request, &change->cancel, &change->answer,
                        &change->problem);

    change->answered = rc == 0 || change->answer.status != 0;
    return row->settle == NULL ? rc : row->settle(change, rc);
}

/* --- the gate: all changes pass it, and there is no other way to there -------------------------
 */

/* The guard keeps back those that destroy too much at once. */
static int send_guarded(struct change *change)
{
    struct guard *guard = change->collection->cache->config.guard;
    struct guard_ticket ticket;

    change->withheld = guard_begin(guard, change->collection->kind, change->verb, change->id,
                                   &ticket, &change->problem) != 0;
    if (change->withheld)
        return -1;
    int rc = send(change);

    guard_end(guard, &ticket, rc == 0 || !changed_nothing[change->problem.kind]);
    return rc;
}

/* A dry run keeps back all of them. */
static int plan(struct change *change)
{
    const struct cache_config *config = &change->collection->cache->config;
    const struct change_report report = report_of(change);
    struct problem words = {.kind = PROBLEM_NONE};

    config->on_plan(config->ctx, &report, &words);
    change->withheld = true;
    change->planned = config->sending == CACHE_PRETENDS;
    if (change->planned)
        return 0;
    change->problem = words;
    return -1;
}

/* --- its job ---------------------------------------------------------------------------------- */

static int forgo(struct change *change)
{
    return problem_set(&change->problem, PROBLEM_INTERRUPTED, "not sent: the mount ends");
}

/* From what was asked for to what came of it; 0: that. */
static int pursue(struct change *change)
{
    const struct operation_row *row = rows[change->verb];

    if (!change_goes_on(change))
        return forgo(change);
    int rc = row->prepare == NULL ? 1 : row->prepare(change);

    if (rc <= 0)
        return rc;
    if (!change_goes_on(change))
        return forgo(change);
    return change->collection->cache->config.sending == CACHE_SENDS ? send_guarded(change)
                                                                    : plan(change);
}

/* Tells of what was sent, and of what the end of the mount kept from it. */
static void report(struct change *change)
{
    const struct cache_config *config = &change->collection->cache->config;

    if (change->problem.kind == PROBLEM_INTERRUPTED && change_is_taken_back(change)) {
        change_say_taken_back(&change->problem);
    } else if (!change->withheld && config->on_change_end != NULL) {
        const struct change_report ended = report_of(change);

        config->on_change_end(config->ctx, &ended);
    }
}

static void perform(struct change *change)
{
    const struct operation_row *row = rows[change->verb];

    pthread_mutex_lock(&change->lock);
    change->begun = true;
    pthread_mutex_unlock(&change->lock);
    keep(change, pursue(change));
    if (row->end != NULL)
        row->end(change);
    report(change);
    patience_note_end(change);
}

static void finish(struct change *change)
{
    cache_tell_changed(change->collection->cache);
    pthread_mutex_lock(&change->lock);
    change->record = change->result;
    change->done = true;
    wait_queue_wake(&change->waiters);
    pthread_mutex_unlock(&change->lock);
    change_unref(change);
}

/* --- one after another, of one resource ---------------------------------------------------------
 */

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

static void run_job(void *arg)
{
    struct change *change = arg;

    while (change != NULL) {
        perform(change);
        struct change *next = leave(change);

        finish(change);
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

    if (rows[change->verb]->has_event &&
        !events_begin_locked(collection, change->verb, change->id, &change->problem)) {
        change->done = true;
        return 0;
    }
    int rc = submit_locked(cache, change);

    if (rc != 0 && rows[change->verb]->has_event)
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
    cache_tell_changed(cache); /* what is remembered of it now */
    if (same != NULL || rc != 0)
        change_unref(change);
    if (rc == 0)
        *out = same != NULL ? same : change;
    return rc;
}
