/* SPDX-License-Identifier: MIT */
/*
 * What is an update's, a deletion's and a restore's own: whether it was done, and what it leaves in
 * the cache. Done is what the server shows: in its answer, or, where that is another thing, in a
 * GET a moment later.
 */
#include "config.h"

#include "cache/change.h"

#include "cache/collection.h"
#include "cache/own_events.h"
#include "cache/sent.h"

#include <stdio.h>

/* --- words ------------------------------------------------------------------------------------ */

/* A problem that the server's answer leaves; -1. */
static int say(struct change *change, enum problem_kind kind, const char *words, const char *detail)
{
    const char *method = http_method_name(api_verb(change->verb)->method);
    long status = change->answer.status;
    char answered[64] = "got an answer that can't be read";

    if (status != 0)
        snprintf(answered, sizeof(answered), "was answered %ld", status);
    problem_set(&change->problem, kind, "%s %s/%s %s, but %s%s", method,
                change->collection->kind->path, change->id, answered, words, detail);
    change->problem.status = status;
    return -1;
}

static int say_kept(struct change *change, const char *key)
{
    say(change, PROBLEM_PROTOCOL, "the server goes on showing the former value: not done for ",
        key);
    snprintf(change->problem.details, sizeof(change->problem.details), "%s: not changed", key);
    return -1;
}

static int say_unknown(struct change *change, const char *why)
{
    return say(
        change, PROBLEM_UNKNOWN_OUTCOME,
        "not with the resource, and its outcome is unknown (it may have been carried out): ", why);
}

/* --- updates: whether one was done ------------------------------------------------------------ */

static enum sent judge(const struct change *change, char key[SENT_KEY_SIZE])
{
    struct collection *collection = change->collection;

    return sent_judge(cache_shape(collection->cache, collection->kind)->fields, change->body,
                      change->before, change->answer.record, key);
}

/* What is there now, in place of what was answered; NULL: it is gone. */
static void take_record(struct change *change, struct record *record)
{
    record_unref(change->answer.record);
    change->answer.record = record;
}

/* One GET; false: it did not tell, and `why` says so. */
static bool look(struct change *change, struct problem *why)
{
    struct collection *collection = change->collection;
    struct record *record = NULL;

    if (api_look(collection->cache->config.api, collection->kind, change->id, &change->cancel,
                 &record, why) != 0)
        return false;
    take_record(change, record);
    return true;
}

static int64_t show_wait_ms(const struct collection *collection)
{
    int64_t wait_ms = collection->cache->config.show_wait_ms;

    return wait_ms > 0 ? wait_ms : CACHE_SHOW_WAIT_MS;
}

/* Asks until the change shows, for a while: a server may take a moment. */
static int await_shown(struct change *change)
{
    int64_t wait_ms = show_wait_ms(change->collection);
    int64_t end_ms = clock_now_ms(&clock_system) + wait_ms;
    int64_t pause_ms = wait_ms / 20 + 1; /* doubles */
    struct problem why = {.kind = PROBLEM_NONE};
    char key[SENT_KEY_SIZE] = "";

    while (look(change, &why)) {
        if (change->answer.record == NULL)
            return say(change, PROBLEM_NOT_FOUND, "it does not exist any more: nothing was changed",
                       "");
        if (judge(change, key) != SENT_KEPT)
            return 0;
        int64_t next_ms = clock_now_ms(&clock_system) + pause_ms;
        if (next_ms > end_ms || cancel_sleep(&change->cancel, next_ms) != CANCEL_NONE)
            return say_kept(change, key);
        pause_ms *= 2;
    }
    /* What was seen a moment ago is as good as what was not seen now. */
    return key[0] != '\0' ? say_kept(change, key) : say_unknown(change, why.message);
}

static int settle_update(struct change *change, int rc)
{
    struct problem ignored;
    char key[SENT_KEY_SIZE];

    if (rc != 0)
        return rc;
    enum sent shown = judge(change, key);

    if (change->answer.told == API_ANSWERED && change->answer.record->complete)
        return shown == SENT_KEPT ? say_kept(change, key) : 0;
    take_record(change, NULL);
    if (shown != SENT_UNSEEN)
        return await_shown(change);
    if (change->answer.told == API_ANSWERED_BADLY)
        return say_unknown(change, "what was sent is not shown by the server");
    look(change, &ignored);
    return 0;
}

/* --- updates: what is left in the cache ------------------------------------------------------- */

static struct record *current(const struct change *change)
{
    struct item *item = collection_find(change->collection, change->id);

    return item == NULL ? NULL : record_ref(item->record);
}

static void note_before(struct change *change)
{
    change->before = current(change);
}

static void expire_item(const struct change *change)
{
    struct item *item = collection_find(change->collection, change->id);

    if (item != NULL)
        collection_expire_item(change->collection, item);
}

static void keep_updated(struct change *change)
{
    if (change->answer.record == NULL ||
        !merge_updated(change->collection, change->answer.record, change->body))
        expire_item(change);
    change->result = current(change);
}

/* What the resource is now, when the server did not let us know for certain. */
static void doubt_updated(struct change *change)
{
    struct collection *collection = change->collection;
    enum problem_kind failure = change->problem.kind;

    if (failure == PROBLEM_NOT_FOUND) {
        merge_gone(collection, change->id, next_tick(collection->cache));
    } else if (change_may_be_done(failure) || failure == PROBLEM_CONFLICT) {
        collection->expired = next_tick(collection->cache); /* its name may be another, too */
        expire_item(change);
    }
}

const struct operation_row operation_update = {
    .sent = note_before,
    .settle = settle_update,
    .success = keep_updated,
    .failure = doubt_updated,
};

const struct operation_row operation_edit = {
    .prepare = edit_work_out,
    .sent = note_before,
    .settle = settle_update,
    .success = keep_updated,
    .failure = doubt_updated,
};

/* --- deletions -------------------------------------------------------------------------------- */

/* Whether the answer is one about this resource: 404 and 410 are, but for a path that is none. */
static bool is_answered(const struct problem *problem)
{
    return problem->kind == PROBLEM_NONE ||
           (problem->kind == PROBLEM_NOT_FOUND && problem->status != 0);
}

/* An answer that does not say whether it is gone: the server does. */
static int settle_deletion(struct change *change, int rc)
{
    struct problem why = {.kind = PROBLEM_NONE};

    if (!is_answered(&change->problem) || (rc == 0 && change->answer.told == API_ANSWERED))
        return rc;
    if (!look(change, &why))
        return say(change, PROBLEM_UNKNOWN_OUTCOME,
                   "whether it is gone is unknown (it may have been carried out): ", why.message);
    if (change->answer.record != NULL)
        return say(change, PROBLEM_PROTOCOL, "it is still there: not deleted", "");
    change->problem = (struct problem){.status = change->answer.status};
    return 0;
}

static void keep_deleted(struct change *change)
{
    merge_deleted(change->collection, change->id);
}

/* A creation that the server's listings lack is not shown any longer once its deletion was answered
 * or may have been carried out. */
static void unpin(struct change *change)
{
    struct item *item = collection_find(change->collection, change->id);

    if (item != NULL && item->alone != NULL)
        item->alone->shown_until_ms = 0;
}

static void doubt_deleted(struct change *change)
{
    enum problem_kind failure = change->problem.kind;

    if (!change_may_be_done(failure))
        return;
    change->collection->expired = next_tick(change->collection->cache);
    if (failure != PROBLEM_UNREACHABLE && failure != PROBLEM_TRY_LATER)
        unpin(change);
}

/* Its event may have failed already. */
static void tell_undeleted(struct change *change)
{
    struct collection *collection = change->collection;
    struct event failed;

    pthread_mutex_lock(&collection->cache->lock);
    bool is_failed = change->sent && change->problem.kind == PROBLEM_NONE &&
                     events_undelete_locked(collection, change->id, &failed);

    pthread_mutex_unlock(&collection->cache->lock);
    if (is_failed)
        events_tell_undeleted(collection, change->id, &failed);
}

const struct operation_row operation_delete = {
    .has_event = true,
    .settle = settle_deletion,
    .success = keep_deleted,
    .failure = doubt_deleted,
    .end = tell_undeleted,
};

/* --- restores --------------------------------------------------------------------------------- */

/* A safety snapshot may have been taken. */
static void expire_all(struct change *change)
{
    change->collection->expired = next_tick(change->collection->cache);
    cache_expire_singletons_locked(change->collection->cache);
}

static void doubt_restored(struct change *change)
{
    if (change_may_be_done(change->problem.kind))
        expire_all(change);
}

const struct operation_row operation_restore = {
    .has_event = true,
    .success = expire_all,
    .failure = doubt_restored,
};
