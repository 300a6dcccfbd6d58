/* SPDX-License-Identifier: MIT */
/*
 * The machine events of this mount's own changes. An event does not name its snapshot: whoever
 * started it remembers.
 */
#include "config.h"

#include "cache/cache_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_AGAIN_MS 1000

/* --- what is remembered ----------------------------------------------------------------------- */

#define KEY_SIZE 160

static void print_key(char key[KEY_SIZE], const struct collection *collection,
                      enum change_verb verb, const char *id)
{
    snprintf(key, KEY_SIZE, "%u/%zu/%s", (unsigned)verb, kind_index(collection->kind), id);
}

static struct remembered *find(struct collection *collection, enum change_verb verb, const char *id)
{
    struct remembered *memory = NULL;
    char key[KEY_SIZE];

    print_key(key, collection, verb, id);
    HASH_FIND_STR(collection->cache->memories, key, memory);
    return memory;
}

static struct remembered *find_or_add(struct collection *collection, enum change_verb verb,
                                      const char *id)
{
    struct remembered *memory = find(collection, verb, id);

    if (memory != NULL)
        return memory;
    memory = calloc(1, sizeof(*memory) + KEY_SIZE);
    if (memory == NULL)
        return NULL;
    print_key(memory->key, collection, verb, id);
    memory->id = strrchr(memory->key, '/') + 1;
    memory->collection = collection;
    memory->verb = verb;
    HASH_ADD_STR(collection->cache->memories, key, memory);
    if (memory->hh.tbl != NULL)
        return memory;
    free(memory);
    return NULL;
}

static void forget(struct cache *cache, struct remembered *memory)
{
    HASH_DEL(cache->memories, memory);
    free(memory->event);
    free(memory);
}

void events_clear(struct cache *cache)
{
    struct remembered *memory = NULL;
    struct remembered *next = NULL;

    HASH_ITER (hh, cache->memories, memory, next) {
        forget(cache, memory);
    }
}

static bool is_unfinished(const struct remembered *memory)
{
    return memory->known && memory->event != NULL && memory->outcome == EVENT_UNFINISHED;
}

static bool is_pending(const struct remembered *memory)
{
    return memory->in_flight > 0 || memory->outcome_unknown || is_unfinished(memory);
}

void events_prune_locked(struct collection *collection)
{
    struct cache *cache = collection->cache;
    struct remembered *memory = NULL;
    struct remembered *next = NULL;

    HASH_ITER (hh, cache->memories, memory, next) {
        bool recent = now_ms(collection) - memory->changed_ms <= CACHE_CHANGES_MS;
        bool blocks = memory->verb == CHANGE_RESTORE && is_pending(memory);

        if (memory->collection != collection || memory->in_flight > 0 || recent || blocks)
            continue;
        if (collection_find(collection, memory->id) == NULL &&
            tombstone_find(collection, memory->id) == NULL)
            forget(cache, memory);
    }
}

/* --- a change begins and ends ----------------------------------------------------------------- */

static bool is_restore_of(const struct remembered *memory, const char *machine_id, const char *id)
{
    if (memory->verb != CHANGE_RESTORE)
        return false;
    return machine_id[0] == '\0' ? strcmp(memory->id, id) == 0
                                 : strcmp(memory->machine_id, machine_id) == 0;
}

static bool is_blocked(struct cache *cache, const char *machine_id, const char *id)
{
    struct remembered *memory = NULL;
    struct remembered *next = NULL;

    HASH_ITER (hh, cache->memories, memory, next) {
        if (is_restore_of(memory, machine_id, id) && is_pending(memory))
            return true;
    }
    return false;
}

static bool refuse_restore(const char *machine_id, struct problem *problem)
{
    problem_set(problem, PROBLEM_CONFLICT,
                "a restore that was started on machine %s is not finished, or its outcome is not "
                "known",
                machine_id);
    problem->err = EBUSY;
    return false;
}

bool events_begin_locked(struct collection *collection, enum change_verb verb, const char *id,
                         struct problem *problem)
{
    const struct item *item = collection_find(collection, id);
    const char *machine_id = item == NULL ? "" : item->record->machine_id;

    if (verb == CHANGE_RESTORE && is_blocked(collection->cache, machine_id, id))
        return refuse_restore(machine_id, problem);
    struct remembered *memory = find_or_add(collection, verb, id);

    if (memory == NULL) {
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
        return false;
    }
    memory->in_flight++;
    if (machine_id[0] != '\0')
        snprintf(memory->machine_id, sizeof(memory->machine_id), "%s", machine_id);
    return true;
}

/* Keeps a copy of the event; none when it is zeroed, or memory ran out. */
static void keep_event(struct remembered *memory, const struct event *event)
{
    free(memory->event);
    memory->event = event->id[0] == '\0' ? NULL : malloc(sizeof(*event));
    if (memory->event != NULL)
        *memory->event = *event;
    memory->outcome = event->id[0] == '\0' ? EVENT_SUCCEEDED : event_outcome(event);
    if (event->machine_id[0] != '\0')
        snprintf(memory->machine_id, sizeof(memory->machine_id), "%s", event->machine_id);
}

static void note_answer(struct remembered *memory, const struct event *event)
{
    memory->known = true;
    memory->outcome_unknown = false;
    keep_event(memory, event);
    memory->answered_whole = event->id[0] == '\0';
}

static void note_silence(struct remembered *memory)
{
    memory->known = true;
    memory->outcome_unknown = true;
    memory->answered_whole = false;
    free(memory->event);
    memory->event = NULL;
    memory->outcome = EVENT_UNFINISHED;
}

void events_end_locked(struct collection *collection, enum change_verb verb, const char *id,
                       enum problem_kind failure, const struct event *event)
{
    struct remembered *memory = find_or_add(collection, verb, id);

    if (memory == NULL)
        return;
    if (memory->in_flight > 0)
        memory->in_flight--;
    if (failure == PROBLEM_NONE)
        note_answer(memory, event);
    else if (failure == PROBLEM_UNKNOWN_OUTCOME)
        note_silence(memory);
    memory->changed_ms = memory->asked_ms = now_ms(collection);
    if (!memory->known && memory->in_flight == 0)
        forget(collection->cache, memory);
}

/* --- a deletion that failed ------------------------------------------------------------------- */

bool events_undelete_locked(struct collection *collection, const char *id, struct event *event)
{
    const struct remembered *memory = find(collection, CHANGE_DELETE, id);

    if (memory == NULL || memory->event == NULL || memory->outcome != EVENT_FAILED ||
        tombstone_find(collection, id) == NULL)
        return false;
    *event = *memory->event;
    tombstone_revive(collection, id);
    return true;
}

void events_tell_undeleted(struct collection *collection, const char *id, const struct event *event)
{
    const struct cache_config *config = &collection->cache->config;

    if (config->on_delete_failed != NULL)
        config->on_delete_failed(config->ctx, collection->kind, id, event);
}

/* --- asking ----------------------------------------------------------------------------------- */

struct flight *events_ask_locked(struct collection *collection, enum change_verb verb,
                                 const char *id)
{
    struct remembered *memory = find(collection, verb, id);

    if (memory == NULL || !is_unfinished(memory))
        return NULL;
    memory->asked_ms = now_ms(collection);
    return fetch_start_locked(collection, FETCH_EVENT, id, verb);
}

/* Takes in a newer state of the event; true when a deletion turned out to have failed. */
static bool update(struct flight *flight, const struct event *event, struct event *failed)
{
    struct collection *collection = flight->collection;
    struct remembered *memory = find(collection, flight->verb, flight->id);

    if (memory == NULL || !is_unfinished(memory) || strcmp(memory->event->id, event->id) != 0)
        return false;
    keep_event(memory, event);
    memory->changed_ms = now_ms(collection);
    if (flight->verb == CHANGE_RESTORE && memory->outcome != EVENT_UNFINISHED)
        collection->expired = next_tick(collection->cache); /* it may have taken a snapshot */
    return flight->verb == CHANGE_DELETE && events_undelete_locked(collection, flight->id, failed);
}

void events_fetch(struct flight *flight, struct cancel *cancel, struct problem *problem)
{
    struct cache *cache = flight->collection->cache;
    struct event event = {.id = ""};
    struct event failed = {.id = ""};
    char event_id[sizeof(event.id)] = "";
    bool is_failed = false;

    pthread_mutex_lock(&cache->lock);
    struct remembered *memory = find(flight->collection, flight->verb, flight->id);

    if (memory != NULL && is_unfinished(memory))
        memcpy(event_id, memory->event->id, sizeof(event_id));
    pthread_mutex_unlock(&cache->lock);
    if (event_id[0] == '\0' || api_event(cache->config.api, event_id, cancel, &event, problem) != 0)
        return;
    pthread_mutex_lock(&cache->lock);
    is_failed = update(flight, &event, &failed);
    pthread_mutex_unlock(&cache->lock);
    if (is_failed)
        events_tell_undeleted(flight->collection, flight->id, &failed);
}

/* Asks, unless that was done a moment ago, and waits for the answer for a while. */
static void refresh_locked(struct collection *collection, enum change_verb verb, const char *id,
                           struct cancel *cancel)
{
    struct remembered *memory = find(collection, verb, id);
    struct flight *flight = fetch_find_locked(collection, FETCH_EVENT, id, verb);

    if (cancel == NULL || memory == NULL || !is_unfinished(memory))
        return;
    if (flight == NULL && now_ms(collection) - memory->asked_ms < ASK_AGAIN_MS)
        return;
    flight = events_ask_locked(collection, verb, id);
    if (flight == NULL)
        return;
    fetch_wait_locked(flight, false, cancel, NULL);
    flight_unref_locked(flight);
}

static void describe(const struct remembered *memory, struct cache_event *out)
{
    out->known = memory->known || memory->in_flight > 0;
    if (memory->in_flight > 0)
        return;
    out->outcome_unknown = memory->outcome_unknown;
    out->answered_whole = memory->answered_whole;
    out->outcome = memory->outcome;
    if (memory->event != NULL)
        out->event = *memory->event;
}

void cache_event(struct cache *cache, const struct kind *kind, const char *id,
                 enum change_verb verb, struct cancel *cancel, struct cache_event *out)
{
    struct collection *collection = collection_of(cache, kind);

    *out = (struct cache_event){.known = false};
    pthread_mutex_lock(&cache->lock);
    refresh_locked(collection, verb, id, cancel);
    const struct remembered *memory = find(collection, verb, id);

    if (memory != NULL)
        describe(memory, out);
    pthread_mutex_unlock(&cache->lock);
}

/* --- restores of a machine -------------------------------------------------------------------- */

/* A restore on that machine whose event was last asked for before `since_ms`; or NULL. */
static struct remembered *find_due(struct cache *cache, const char *machine_id, int64_t since_ms)
{
    struct remembered *memory = NULL;
    struct remembered *next = NULL;

    HASH_ITER (hh, cache->memories, memory, next) {
        if (is_restore_of(memory, machine_id, "") && is_unfinished(memory) &&
            memory->asked_ms + ASK_AGAIN_MS <= since_ms)
            return memory;
    }
    return NULL;
}

bool cache_restore_pending(struct cache *cache, const char *machine_id, struct cancel *cancel)
{
    int64_t since_ms = clock_now_ms(cache->config.clock);
    struct remembered *memory = NULL;

    if (machine_id[0] == '\0')
        return false;
    pthread_mutex_lock(&cache->lock);
    while (cancel != NULL && (memory = find_due(cache, machine_id, since_ms)) != NULL) {
        char id[sizeof(memory->machine_id)];

        snprintf(id, sizeof(id), "%s", memory->id);
        refresh_locked(memory->collection, CHANGE_RESTORE, id, cancel);
    }
    bool pending = is_blocked(cache, machine_id, "");

    pthread_mutex_unlock(&cache->lock);
    return pending;
}
