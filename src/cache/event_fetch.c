/* SPDX-License-Identifier: MIT */
/*
 * Asking for the machine events of own changes. One whose answer brought no event is looked for
 * among those of its machine: of the right name, nobody else's, and the nearest in time.
 */
#include "config.h"

#include "cache/own_events.h"

#include "cache/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASK_AGAIN_MS 1000
#define EVENTS_MAX   40     /* of the newest of a machine */
#define CLOCKS_MS    120000 /* how much earlier than the change its event may be dated */

struct flight *events_ask_locked(struct collection *collection, enum change_verb verb,
                                 const char *id)
{
    struct remembered *memory = memory_find(collection, verb, id);

    if (memory == NULL || (!memory_is_unfinished(memory) && !memory_is_sought(memory)))
        return NULL;
    memory->asked_ms = now_ms(collection);
    return fetch_start_locked(collection, FETCH_EVENT, id, verb);
}

/* Takes in a newer state of the event; true when a deletion turned out to have failed. */
static bool take(struct flight *flight, struct remembered *memory, const struct event *event,
                 struct event *failed)
{
    struct collection *collection = flight->collection;

    events_keep(memory, event);
    memory->outcome_unknown = false;
    memory->changed_ms = now_ms(collection);
    if (flight->verb == CHANGE_RESTORE && memory->outcome != EVENT_UNFINISHED)
        collection->expired = next_tick(collection->cache); /* it may have taken a snapshot */
    return flight->verb == CHANGE_DELETE && events_undelete_locked(collection, flight->id, failed);
}

static bool update(struct flight *flight, const struct event *event, struct event *failed)
{
    struct remembered *memory = memory_find(flight->collection, flight->verb, flight->id);

    return memory != NULL && memory_is_unfinished(memory) &&
           strcmp(memory->event->id, event->id) == 0 && take(flight, memory, event, failed);
}

/* --- looking for one -------------------------------------------------------------------------- */

static bool is_taken(struct cache *cache, const char *event_id)
{
    struct remembered *memory = NULL;
    struct remembered *next = NULL;

    HASH_ITER (hh, cache->memories, memory, next) {
        if (memory->event != NULL && strcmp(memory->event->id, event_id) == 0)
            return true;
    }
    return false;
}

/* How far in time it is from the change; -1: it is not its event. */
static int64_t distance_ms(const struct remembered *memory, const struct event *event)
{
    static const char *const verbs[] = {
        [CHANGE_CREATE] = "create", [CHANGE_DELETE] = "delete", [CHANGE_RESTORE] = "restore"};
    int64_t dated_ms = clock_parse_iso(event->dt_created);
    char name[sizeof(event->name)];

    snprintf(name, sizeof(name), "%s-%s", memory->collection->kind->noun, verbs[memory->verb]);
    if (event->id[0] == '\0' || strcmp(event->name, name) != 0 ||
        strcmp(event->machine_id, memory->machine_id) != 0 || dated_ms == CLOCK_NO_DATE ||
        dated_ms < memory->sent_wall_ms - CLOCKS_MS)
        return -1;
    return llabs(dated_ms - memory->sent_wall_ms);
}

static const struct event *choose(const struct remembered *memory, const struct event *events,
                                  size_t count)
{
    const struct event *best = NULL;
    int64_t best_ms = INT64_MAX;

    for (size_t i = 0; i < count; i++) {
        int64_t ms = distance_ms(memory, &events[i]);
        if (ms >= 0 && ms < best_ms && !is_taken(memory->collection->cache, events[i].id)) {
            best = &events[i];
            best_ms = ms;
        }
    }
    return best;
}

static bool adopt(struct flight *flight, const struct event *events, size_t count,
                  struct event *failed)
{
    struct remembered *memory = memory_find(flight->collection, flight->verb, flight->id);
    const struct event *event =
        memory == NULL || !memory_is_sought(memory) ? NULL : choose(memory, events, count);

    return event != NULL && take(flight, memory, event, failed);
}

/* --- the job ---------------------------------------------------------------------------------- */

/* What is to be asked for: an event by its id, or those of a machine; both may be "". */
struct question {
    char event_id[sizeof(((struct event *)NULL)->id)];
    char machine_id[sizeof(((struct remembered *)NULL)->machine_id)];
};

static void ask(struct flight *flight, struct question *question)
{
    struct remembered *memory = memory_find(flight->collection, flight->verb, flight->id);

    if (memory != NULL && memory_is_unfinished(memory))
        memcpy(question->event_id, memory->event->id, sizeof(question->event_id));
    else if (memory != NULL && memory_is_sought(memory))
        memcpy(question->machine_id, memory->machine_id, sizeof(question->machine_id));
}

static bool fetch_one(struct flight *flight, const char *event_id, struct cancel *cancel,
                      struct event *failed, struct problem *problem)
{
    struct cache *cache = flight->collection->cache;
    struct event event;

    if (api_event(cache->config.api, event_id, cancel, &event, problem) != 0)
        return false;
    pthread_mutex_lock(&cache->lock);
    bool is_failed = update(flight, &event, failed);
    pthread_mutex_unlock(&cache->lock);
    return is_failed;
}

static bool fetch_machine(struct flight *flight, const char *machine_id, struct cancel *cancel,
                          struct event *failed, struct problem *problem)
{
    struct cache *cache = flight->collection->cache;
    struct event *events = calloc(EVENTS_MAX, sizeof(*events));
    bool is_failed = false;
    size_t count = 0;

    if (events != NULL && api_machine_events(cache->config.api, machine_id, cancel, events,
                                             EVENTS_MAX, &count, problem) == 0) {
        pthread_mutex_lock(&cache->lock);
        is_failed = adopt(flight, events, count, failed);
        pthread_mutex_unlock(&cache->lock);
    }
    free(events);
    return is_failed;
}

void events_fetch(struct flight *flight, struct cancel *cancel, struct problem *problem)
{
    struct cache *cache = flight->collection->cache;
    struct question question = {.event_id = ""};
    struct event failed = {.id = ""};
    bool is_failed = false;

    pthread_mutex_lock(&cache->lock);
    ask(flight, &question);
    pthread_mutex_unlock(&cache->lock);
    if (question.event_id[0] != '\0')
        is_failed = fetch_one(flight, question.event_id, cancel, &failed, problem);
    else if (question.machine_id[0] != '\0')
        is_failed = fetch_machine(flight, question.machine_id, cancel, &failed, problem);
    if (is_failed)
        events_tell_undeleted(flight->collection, flight->id, &failed);
}

void events_refresh_locked(struct collection *collection, enum change_verb verb, const char *id,
                           struct cancel *cancel)
{
    struct remembered *memory = memory_find(collection, verb, id);
    struct flight *flight = fetch_find_locked(collection, FETCH_EVENT, id, verb);

    if (cancel == NULL || memory == NULL)
        return;
    if (flight == NULL && now_ms(collection) - memory->asked_ms < ASK_AGAIN_MS)
        return;
    flight = events_ask_locked(collection, verb, id);
    if (flight == NULL)
        return;
    fetch_wait_locked(flight, false, cancel, NULL);
    flight_unref_locked(flight);
}
