/* SPDX-License-Identifier: MIT */
/* What a deletion and a restore do, and what they leave in the cache. */
#include "config.h"

#include "cache/change.h"

#include "cache/collection.h"
#include "cache/own_events.h"
#include "cache/fetch.h"

/* --- deletions -------------------------------------------------------------------------------- */

static int say(const struct change *change, struct problem *problem, enum problem_kind kind,
               const char *words, const char *why)
{
    const long status = problem->status;
    char answered[64];

    change_print_answer(status, answered, sizeof(answered));
    problem_set(problem, kind, "DELETE %s/%s %s, but %s%s", change->collection->kind->path,
                change->id, answered, words, why);
    problem->status = status;
    return -1;
}

/* The answer did not say whether it is gone: the server does. 0: it is. */
static int look(const struct change *change, struct cancel *cancel, struct problem *problem)
{
    struct collection *collection = change->collection;
    struct record *record = NULL;
    struct problem why = {.kind = PROBLEM_NONE};
    int rc = api_look(collection->cache->config.api, collection->kind, change->id, cancel, &record,
                      &why);
    bool there = record != NULL;

    record_unref(record);
    if (rc != 0)
        return say(change, problem, PROBLEM_UNKNOWN_OUTCOME,
                   "whether it is gone is unknown (it may have been carried out): ", why.message);
    if (there)
        return say(change, problem, PROBLEM_PROTOCOL, "it is still there: not deleted", "");
    *problem = (struct problem){.status = problem->status};
    return 0;
}

/* 404 and 410 are answers, too; a path that is none was never asked for. */
static bool says_gone(int rc, const struct problem *problem)
{
    return rc != 0 && problem->kind == PROBLEM_NOT_FOUND && problem->status != 0;
}

/* A creation that the server's listings lack is not shown any longer once its deletion was answered
 * or may have been carried out. */
static void unpin_locked(struct collection *collection, const char *id)
{
    struct item *item = collection_find(collection, id);

    if (item != NULL)
        item->shown_until_ms = 0;
}

static void doubt_locked(struct change *change, bool answered, enum problem_kind failure)
{
    struct collection *collection = change->collection;
    bool sent = failure != PROBLEM_UNREACHABLE && failure != PROBLEM_TRY_LATER;

    if (!answered && !change_may_be_done(failure))
        return;
    collection->expired = next_tick(collection->cache);
    if (answered || sent)
        unpin_locked(collection, change->id);
}

int verb_delete(struct change *change, struct cancel *cancel, struct record **out,
                struct problem *problem)
{
    struct collection *collection = change->collection;
    struct cache *cache = collection->cache;
    enum api_answer told;
    struct event event;
    struct event failed;
    bool is_failed = false;

    (void)out;
    change_mark_sent(change);
    int rc =
        api_delete(cache->config.api, collection->kind, change->id, cancel, &event, &told, problem);
    bool answered = rc == 0 || says_gone(rc, problem);

    if (answered && (rc != 0 || told != API_ANSWERED))
        rc = look(change, cancel, problem);
    pthread_mutex_lock(&cache->lock);
    if (rc == 0) {
        merge_deleted(collection, change->id);
        cache_expire_singletons_locked(cache);
    } else {
        doubt_locked(change, answered, problem->kind);
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

/* --- restores --------------------------------------------------------------------------------- */

int verb_restore(struct change *change, struct cancel *cancel, struct record **out,
                 struct problem *problem)
{
    struct collection *collection = change->collection;
    struct cache *cache = collection->cache;
    struct event event;

    (void)out;
    change_mark_sent(change);
    int rc = api_restore(cache->config.api, collection->kind, change->id, change->body, cancel,
                         &event, problem);

    pthread_mutex_lock(&cache->lock);
    events_end_locked(collection, CHANGE_RESTORE, change->id,
                      rc == 0 ? PROBLEM_NONE : problem->kind, &event);
    if (rc == 0 || change_may_be_done(problem->kind)) {
        collection->expired = next_tick(cache); /* a safety snapshot may have been taken */
        cache_expire_singletons_locked(cache);
    }
    pthread_mutex_unlock(&cache->lock);
    return rc;
}
