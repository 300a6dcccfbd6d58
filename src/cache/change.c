/* SPDX-License-Identifier: MIT */
/*
 * Changes: sent once, by a worker, and waited for by whoever wants to know. A change does not end
 * with who asked for it, nor with the mount: it has a deadline of its own.
 */
#include "config.h"

#include "cache/cache_internal.h"

#include <stdlib.h>
#include <string.h>

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
    wipe_list(change->secrets);
    wipe(change->body);
    free(change->id);
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
    if (change != NULL &&
        atomic_fetch_sub_explicit(&change->refs, 1, memory_order_acq_rel) == 1)
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
    if (copy_text(request->id, &change->id) && copy_text(request->body, &change->body) &&
        copy_list(request->secrets, &change->secrets))
        return change;
    destroy(change);
    return NULL;
}

/* --- what the verbs do ------------------------------------------------------------------------ */

static const char *const *secrets_of(const struct change *change)
{
    return (const char *const *)change->secrets;
}

static struct record *current_locked(struct collection *collection, const char *id)
{
    struct item *item = collection_find(collection, id);

    return item == NULL ? NULL : record_ref(item->record);
}

static void expire_item_locked(struct collection *collection, const char *id)
{
    struct item *item = collection_find(collection, id);

    if (item != NULL)
        item->expired = next_tick(collection->cache);
}

/* What the resource is now, when the server did not let us know for certain. */
static void doubt_update_locked(struct collection *collection, const char *id,
                                enum problem_kind failure, struct news *news)
{
    if (failure == PROBLEM_NOT_FOUND)
        merge_gone(collection, id, next_tick(collection->cache), news);
    else if (failure != PROBLEM_INVALID && failure != PROBLEM_QUOTA)
        expire_item_locked(collection, id);
}

/* The whole resource behind an update's answer; may be NULL. */
static struct record *complete_answer(const struct change *change, struct record *answer,
                                      struct cancel *cancel)
{
    struct collection *collection = change->collection;
    struct record *record = NULL;

    if (answer != NULL && answer->complete)
        return answer;
    record_unref(answer);
    api_get(collection->cache->config.api, collection->kind, change->id, cancel, &record, NULL);
    return record;
}

static int run_update(struct change *change, struct cancel *cancel, struct record **out,
                      struct problem *problem)
{
    struct collection *collection = change->collection;
    struct cache *cache = collection->cache;
    struct news news = {.any = false};
    struct record *answer = NULL;
    int rc = api_update(cache->config.api, collection->kind, change->id, change->body,
                        secrets_of(change), cancel, &answer, problem);

    if (rc == 0)
        answer = complete_answer(change, answer, cancel);
    pthread_mutex_lock(&cache->lock);
    if (rc != 0)
        doubt_update_locked(collection, change->id, problem->kind, &news);
    else if (answer == NULL || !merge_updated(collection, answer, &news))
        expire_item_locked(collection, change->id);
    if (rc == 0) {
        *out = current_locked(collection, change->id);
        cache_expire_singletons_locked(cache);
    }
    pthread_mutex_unlock(&cache->lock);
    record_unref(answer);
    news_tell(&news, collection);
    return rc;
}

/* Whether something may have been done although the call failed. */
static bool may_be_done(enum problem_kind failure)
{
    return fetch_is_outage(failure) || failure == PROBLEM_UNKNOWN_OUTCOME ||
           failure == PROBLEM_PROTOCOL;
}

static int run_delete(struct change *change, struct cancel *cancel, struct record **out,
                      struct problem *problem)
{
    struct collection *collection = change->collection;
    struct cache *cache = collection->cache;
    struct news news = {.any = false};
    struct event event;
    struct event failed;
    bool is_failed = false;
    int rc = api_delete(cache->config.api, collection->kind, change->id, cancel, &event, problem);

    (void)out;
    if (rc != 0 && problem->kind == PROBLEM_NOT_FOUND)
        rc = 0;
    pthread_mutex_lock(&cache->lock);
    if (rc == 0) {
        merge_deleted(collection, change->id, &news);
        cache_expire_singletons_locked(cache);
    } else if (may_be_done(problem->kind)) {
        collection->expired = next_tick(cache);
    }
    events_end_locked(collection, CHANGE_DELETE, change->id,
                      rc == 0 ? PROBLEM_NONE : problem->kind, &event);
    if (rc == 0)
        is_failed = events_undelete_locked(collection, change->id, &failed, &news);
    pthread_mutex_unlock(&cache->lock);
    if (is_failed)
        events_tell_undeleted(collection, change->id, &failed);
    news_tell(&news, collection);
    return rc;
}

static int run_restore(struct change *change, struct cancel *cancel, struct record **out,
                       struct problem *problem)
{
    struct collection *collection = change->collection;
    struct cache *cache = collection->cache;
    struct news news = {.any = false};
    struct event event;
    int rc = api_restore(cache->config.api, collection->kind, change->id, change->body, cancel,
                         &event, problem);

    (void)out;
    pthread_mutex_lock(&cache->lock);
    events_end_locked(collection, CHANGE_RESTORE, change->id,
                      rc == 0 ? PROBLEM_NONE : problem->kind, &event);
    if (rc == 0 || may_be_done(problem->kind)) {
        collection->expired = next_tick(cache); /* a safety snapshot may have been taken */
        cache_expire_singletons_locked(cache);
        news.any = true;
    }
    pthread_mutex_unlock(&cache->lock);
    news_tell(&news, collection);
    return rc;
}

typedef int change_function(struct change *change, struct cancel *cancel, struct record **out,
                            struct problem *problem);

static change_function *const change_functions[] = {
    [CHANGE_CREATE] = create_run,
    [CHANGE_UPDATE] = run_update,
    [CHANGE_DELETE] = run_delete,
    [CHANGE_RESTORE] = run_restore,
};

/* --- the job ---------------------------------------------------------------------------------- */

static bool is_same_resource(const struct change *a, const struct change *b)
{
    return a->collection == b->collection && a->id != NULL && b->id != NULL &&
           strcmp(a->id, b->id) == 0;
}

static struct change *find_same_resource(struct cache *cache, const struct change *change)
{
    struct change *other;

    TAILQ_FOREACH(other, &cache->changes, link)
        if (is_same_resource(other, change))
            return other;
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

static void perform(struct change *change)
{
    struct problem problem = {.kind = PROBLEM_NONE};
    struct record *record = NULL;
    struct cancel cancel;

    cancel_init(&cancel, NULL, change->deadline_ms);
    int rc = change_functions[change->verb](change, &cancel, &record, &problem);

    cancel_finish(&cancel);
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
    TAILQ_FOREACH(change, &cache->changes, link)
        if (change->verb == CHANGE_CREATE && change->collection == collection &&
            change->body != NULL && strcmp(change->body, request->body) == 0)
            return change;
    return NULL;
}

/* Queues it, behind others of its resource; the list has a reference of its own. */
static int submit_locked(struct cache *cache, struct change *change)
{
    bool waits = find_same_resource(cache, change) != NULL;

    TAILQ_INSERT_TAIL(&cache->changes, change, link);
    if (!waits && !workers_submit(cache->changers, run_job, change)) {
        TAILQ_REMOVE(&cache->changes, change, link);
        return -1;
    }
    change_ref(change);
    return 0;
}

static bool has_event(enum change_verb verb)
{
    return verb == CHANGE_DELETE || verb == CHANGE_RESTORE;
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

/* --- waiting ---------------------------------------------------------------------------------- */

static int say_left(enum cancel_reason reason, struct problem *problem)
{
    if (reason == CANCEL_DEADLINE)
        return problem_set(problem, PROBLEM_TIMEOUT,
                           "no answer came in time; the change goes on by itself");
    return problem_set(problem, PROBLEM_INTERRUPTED,
                       "interrupted; a change that was sent goes on by itself");
}

int change_wait(struct change *change, struct cancel *cancel, struct problem *problem)
{
    int rc = 0;

    pthread_mutex_lock(&change->lock);
    while (!change->done && rc == 0) {
        enum cancel_reason reason =
            wait_queue_wait(&change->waiters, &change->lock, cancel, CANCEL_NEVER);

        if (reason != CANCEL_NONE && !change->done)
            rc = say_left(reason, problem);
    }
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

struct record *change_record(struct change *change)
{
    pthread_mutex_lock(&change->lock);
    struct record *record =
        change->done && change->record != NULL ? record_ref(change->record) : NULL;

    pthread_mutex_unlock(&change->lock);
    return record;
}
