/* SPDX-License-Identifier: MIT */
/* A change as an object: made, counted, told of. */
#include "config.h"

#include "cache/change.h"

#include "cache/fetch.h"

#include <stdlib.h>
#include <string.h>

#define RESERVE_MS        200
#define CREATE_RESERVE_MS 5000

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
