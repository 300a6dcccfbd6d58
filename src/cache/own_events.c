/* SPDX-License-Identifier: MIT */
/*
 * The machine events of this mount's own changes. An event does not name its snapshot: whoever
 * started it remembers.
 */
#include "config.h"

#include "cache/own_events.h"

#include "cache/collection.h"
#include "cache/fetch.h"

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

struct remembered *events_find(struct collection *collection, enum change_verb verb, const char *id)
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
    struct remembered *memory = events_find(collection, verb, id);

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

bool events_is_unfinished(const struct remembered *memory)
{
    return memory->known && memory->event != NULL && memory->outcome == EVENT_UNFINISHED;
}

static int64_t age_ms(const struct remembered *memory)
{
    return now_ms(memory->collection) - memory->sent_ms;
}

/* A creation without an event that should have one. */
static bool lacks_event(const struct remembered *memory)
{
    return memory->known && memory->event == NULL && !memory->answered_whole &&
           !memory->outcome_unknown;
}

/* Whether the server has events of such changes. */
static bool has_events(const struct collection *collection)
{
    const struct cache *cache = collection->cache;

    return dialect_rows[cache_dialect(cache)].events_path != NULL &&
           cache_shape(cache, collection->kind)->create_answers_event;
}

bool events_is_sought(const struct remembered *memory)
{
    return memory->in_flight == 0 && (lacks_event(memory) || memory->outcome_unknown) &&
           memory->machine_id[0] != '\0' && has_events(memory->collection) &&
           age_ms(memory) < CACHE_EVENT_SOUGHT_MS;
}

static bool is_pending(const struct remembered *memory)
{
    return memory->in_flight > 0 || ((memory->outcome_unknown || events_is_unfinished(memory)) &&
                                     age_ms(memory) < CACHE_RESTORE_BLOCKS_MS);
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
    memory->sent_ms = now_ms(collection);
    memory->sent_wall_ms = clock_wall_ms(collection->cache->config.clock);
    if (machine_id[0] != '\0')
        snprintf(memory->machine_id, sizeof(memory->machine_id), "%s", machine_id);
    return true;
}

void events_keep(struct remembered *memory, const struct event *event)
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
    bool expected = memory->verb == CHANGE_CREATE && has_events(memory->collection);

    memory->known = true;
    memory->outcome_unknown = false;
    events_keep(memory, event);
    memory->answered_whole = event->id[0] == '\0' && !expected;
    if (lacks_event(memory))
        memory->outcome = EVENT_UNFINISHED;
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
    if (verb == CHANGE_CREATE) {
        memory->sent_ms = now_ms(collection);
        memory->sent_wall_ms = clock_wall_ms(collection->cache->config.clock);
    }
    if (failure == PROBLEM_NONE)
        note_answer(memory, event);
    else if (failure == PROBLEM_UNKNOWN_OUTCOME)
        note_silence(memory);
    memory->changed_ms = memory->asked_ms = now_ms(collection);
    if (!memory->known && memory->in_flight == 0)
        forget(collection->cache, memory);
}

void events_found_locked(struct collection *collection, const struct record *record,
                         int64_t sent_wall_ms)
{
    const struct event none = {.id = ""};

    events_end_locked(collection, CHANGE_CREATE, record->id, PROBLEM_NONE, &none);
    struct remembered *memory = events_find(collection, CHANGE_CREATE, record->id);

    if (memory == NULL)
        return;
    memory->sent_wall_ms = sent_wall_ms;
    snprintf(memory->machine_id, sizeof(memory->machine_id), "%s", record->machine_id);
}

int64_t events_heard_ms(struct collection *collection, const char *id)
{
    const struct remembered *memory = events_find(collection, CHANGE_DELETE, id);

    return memory == NULL || memory->event == NULL ? -1 : memory->changed_ms;
}

/* --- a deletion that failed ------------------------------------------------------------------- */

bool events_undelete_locked(struct collection *collection, const char *id, struct event *event)
{
    const struct remembered *memory = events_find(collection, CHANGE_DELETE, id);

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

/* --- what is told ----------------------------------------------------------------------------- */

/* Of a deletion that was not heard of for long, the listing has told. */
static bool is_over(const struct remembered *memory)
{
    return memory->verb == CHANGE_DELETE && memory->outcome_unknown &&
           age_ms(memory) >= CACHE_EVENT_SOUGHT_MS;
}

static void describe(const struct remembered *memory, struct cache_event *out)
{
    out->known = (memory->known || memory->in_flight > 0) && !is_over(memory);
    out->sent_ms = memory->sent_ms;
    if (memory->in_flight > 0)
        return;
    out->outcome_unknown =
        memory->outcome_unknown || (lacks_event(memory) && age_ms(memory) >= CACHE_EVENT_SOUGHT_MS);
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
    events_refresh_locked(collection, verb, id, cancel);
    const struct remembered *memory = events_find(collection, verb, id);

    if (memory != NULL)
        describe(memory, out);
    out->asking = fetch_find_locked(collection, FETCH_EVENT, id, verb) != NULL;
    pthread_mutex_unlock(&cache->lock);
}

/* --- restores of a machine -------------------------------------------------------------------- */

/* A restore on that machine whose event was last asked for before `since_ms`; or NULL. */
static struct remembered *find_due(struct cache *cache, const char *machine_id, int64_t since_ms)
{
    struct remembered *memory = NULL;
    struct remembered *next = NULL;

    HASH_ITER (hh, cache->memories, memory, next) {
        if (is_restore_of(memory, machine_id, "") &&
            (events_is_unfinished(memory) || events_is_sought(memory)) &&
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
        events_refresh_locked(memory->collection, CHANGE_RESTORE, id, cancel);
    }
    bool pending = is_blocked(cache, machine_id, "");

    pthread_mutex_unlock(&cache->lock);
    return pending;
}
