/* SPDX-License-Identifier: MIT */
/*
 * An update, which has succeeded when the server shows it: in its answer, or, where that is not the
 * resource, in a GET a moment later.
 */
#include "config.h"

#include "cache/change.h"

#include "cache/collection.h"
#include "cache/sent.h"

#include <stdio.h>

/* One update on its way: what was there, what was answered. */
struct update {
    const struct change *change;
    struct cancel *cancel;
    struct record *before; /* NULL: not known */
    struct record *after;  /* as answered, or as a GET shows it; NULL: not known */
    enum api_answer told;
    long status;             /* of the answer; 0: it was broken */
    struct problem *problem; /* how it failed */
};

/* --- words ------------------------------------------------------------------------------------ */

static int say(const struct update *update, enum problem_kind kind, const char *words,
               const char *detail)
{
    const struct change *change = update->change;
    char answered[64];

    change_print_answer(update->status, answered, sizeof(answered));
    problem_set(update->problem, kind, "PUT %s/%s %s, but %s%s", change->collection->kind->path,
                change->id, answered, words, detail);
    update->problem->status = update->status;
    return -1;
}

static int say_kept(const struct update *update, const char *key)
{
    say(update, PROBLEM_PROTOCOL, "the server goes on showing the former value: not done for ",
        key);
    snprintf(update->problem->details, sizeof(update->problem->details), "%s: not changed", key);
    return -1;
}

static int say_unknown(const struct update *update, const char *why)
{
    return say(
        update, PROBLEM_UNKNOWN_OUTCOME,
        "not with the resource, and its outcome is unknown (it may have been carried out): ", why);
}

/* --- whether it was done ---------------------------------------------------------------------- */

static enum sent judge(const struct update *update, char key[SENT_KEY_SIZE])
{
    struct collection *collection = update->change->collection;

    return sent_judge(cache_shape(collection->cache, collection->kind)->fields,
                      update->change->body, update->before, update->after, key);
}

/* One GET; false: it did not tell, and `why` says so. */
static bool look(struct update *update, struct problem *why)
{
    struct collection *collection = update->change->collection;
    struct record *record = NULL;

    if (api_look(collection->cache->config.api, collection->kind, update->change->id,
                 update->cancel, &record, why) != 0)
        return false;
    record_unref(update->after);
    update->after = record;
    return true;
}

static int64_t show_wait_ms(const struct collection *collection)
{
    int64_t wait_ms = collection->cache->config.show_wait_ms;

    return wait_ms > 0 ? wait_ms : CACHE_SHOW_WAIT_MS;
}

/* Asks until the change shows, for a while: a server may take a moment. */
static int await_shown(struct update *update)
{
    int64_t wait_ms = show_wait_ms(update->change->collection);
    int64_t end_ms = clock_now_ms(&clock_system) + wait_ms;
    int64_t pause_ms = wait_ms / 20 + 1; /* doubles */
    struct problem why = {.kind = PROBLEM_NONE};
    char key[SENT_KEY_SIZE] = "";

    while (look(update, &why)) {
        if (update->after == NULL)
            return say(update, PROBLEM_NOT_FOUND, "it does not exist any more: nothing was changed",
                       "");
        if (judge(update, key) != SENT_KEPT)
            return 0;
        int64_t next_ms = clock_now_ms(&clock_system) + pause_ms;
        if (next_ms > end_ms || cancel_sleep(update->cancel, next_ms) != CANCEL_NONE)
            return say_kept(update, key);
        pause_ms *= 2;
    }
    /* What was seen a moment ago is as good as what was not seen now. */
    return key[0] != '\0' ? say_kept(update, key) : say_unknown(update, why.message);
}

/* After a 2xx. */
static int settle(struct update *update)
{
    struct problem ignored;
    char key[SENT_KEY_SIZE];
    enum sent shown = judge(update, key);

    if (update->told == API_ANSWERED && update->after->complete)
        return shown == SENT_KEPT ? say_kept(update, key) : 0;
    record_unref(update->after);
    update->after = NULL;
    if (shown != SENT_UNSEEN)
        return await_shown(update);
    if (update->told == API_ANSWERED_BADLY)
        return say_unknown(update, "what was sent is not shown by the server");
    look(update, &ignored);
    return 0;
}

/* --- what is left in the cache ---------------------------------------------------------------- */

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
static void doubt_locked(struct collection *collection, const char *id, enum problem_kind failure)
{
    if (failure == PROBLEM_NOT_FOUND)
        merge_gone(collection, id, next_tick(collection->cache));
    else if (change_may_be_done(failure) || failure == PROBLEM_CONFLICT) {
        collection->expired = next_tick(collection->cache); /* its name may be another, too */
        expire_item_locked(collection, id);
    }
}

static void keep_locked(struct update *update, int rc, struct record **out)
{
    struct collection *collection = update->change->collection;
    const char *id = update->change->id;

    if (rc != 0)
        doubt_locked(collection, id, update->problem->kind);
    else if (update->after == NULL ||
             !merge_updated(collection, update->after, update->change->body))
        expire_item_locked(collection, id);
    if (rc == 0) {
        *out = current_locked(collection, id);
        cache_expire_singletons_locked(collection->cache);
    }
}

int verb_update(struct change *change, struct cancel *cancel, struct record **out,
                struct problem *problem)
{
    struct collection *collection = change->collection;
    struct cache *cache = collection->cache;
    struct update update = {.change = change, .cancel = cancel, .problem = problem};

    pthread_mutex_lock(&cache->lock);
    update.before = current_locked(collection, change->id);
    pthread_mutex_unlock(&cache->lock);
    change_mark_sent(change);
    int rc = api_update(cache->config.api, collection->kind, change->id, change->body,
                        (const char *const *)change->secrets, cancel, &update.after, &update.told,
                        problem);
    update.status = problem->status;
    if (rc == 0)
        rc = settle(&update);
    pthread_mutex_lock(&cache->lock);
    keep_locked(&update, rc, out);
    pthread_mutex_unlock(&cache->lock);
    record_unref(update.before);
    record_unref(update.after);
    return rc;
}
