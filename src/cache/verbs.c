/* SPDX-License-Identifier: MIT */
/* What an update, a deletion and a restore do, and what they leave in the cache. */
#include "config.h"

#include "cache/cache_internal.h"

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

/* Whether something may have been done although the call failed. */
static bool may_be_done(enum problem_kind failure)
{
    return fetch_is_outage(failure) || failure == PROBLEM_UNKNOWN_OUTCOME ||
           failure == PROBLEM_PROTOCOL;
}

/* What the resource is now, when the server did not let us know for certain. */
static void doubt_update_locked(struct collection *collection, const char *id,
                                enum problem_kind failure)
{
    if (failure == PROBLEM_NOT_FOUND)
        merge_gone(collection, id, next_tick(collection->cache));
    else if (may_be_done(failure) || failure == PROBLEM_CONFLICT) {
        collection->expired = next_tick(collection->cache); /* its name may be another, too */
        expire_item_locked(collection, id);
    }
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

int verb_update(struct change *change, struct cancel *cancel, struct record **out,
                struct problem *problem)
{
    struct collection *collection = change->collection;
    struct cache *cache = collection->cache;
    struct record *answer = NULL;
    int rc = api_update(cache->config.api, collection->kind, change->id, change->body,
                        secrets_of(change), cancel, &answer, problem);

    if (rc == 0)
        answer = complete_answer(change, answer, cancel);
    pthread_mutex_lock(&cache->lock);
    if (rc != 0)
        doubt_update_locked(collection, change->id, problem->kind);
    else if (answer == NULL || !merge_updated(collection, answer, change->body))
        expire_item_locked(collection, change->id);
    if (rc == 0) {
        *out = current_locked(collection, change->id);
        cache_expire_singletons_locked(cache);
    }
    pthread_mutex_unlock(&cache->lock);
    record_unref(answer);
    return rc;
}

int verb_delete(struct change *change, struct cancel *cancel, struct record **out,
                struct problem *problem)
{
    struct collection *collection = change->collection;
    struct cache *cache = collection->cache;
    struct event event;
    struct event failed;
    bool is_failed = false;
    int rc = api_delete(cache->config.api, collection->kind, change->id, cancel, &event, problem);

    (void)out;
    if (rc != 0 && problem->kind == PROBLEM_NOT_FOUND)
        rc = 0;
    pthread_mutex_lock(&cache->lock);
    if (rc == 0) {
        merge_deleted(collection, change->id);
        cache_expire_singletons_locked(cache);
    } else if (may_be_done(problem->kind)) {
        collection->expired = next_tick(cache);
    }
    events_end_locked(collection, CHANGE_DELETE, change->id, rc == 0 ? PROBLEM_NONE : problem->kind,
                      &event);
    if (rc == 0)
        is_failed = events_undelete_locked(collection, change->id, &failed);
    pthread_mutex_unlock(&cache->lock);
    if (is_failed)
        events_tell_undeleted(collection, change->id, &failed);
    return rc;
}

int verb_restore(struct change *change, struct cancel *cancel, struct record **out,
                 struct problem *problem)
{
    struct collection *collection = change->collection;
    struct cache *cache = collection->cache;
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
    }
    pthread_mutex_unlock(&cache->lock);
    return rc;
}
