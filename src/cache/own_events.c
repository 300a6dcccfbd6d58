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

void events_prune_locked(struct collection *collection)
{
    struct cache *cache = collection->cache;
    struct remembered *memory = NULL;
    struct remembered *next = NULL;

    HASH_ITER (hh, cache->memories, memory, next) {
        bool recent = now_ms(collection) - memory->changed_ms <= CACHE_CHANGES_MS;
        bool blocks = memory->verb == CHANGE_RESTORE && memory_is_pending(memory);

        if (memory->collection != collection || memory->in_flight > 0 || recent || blocks)
            continue;
        if (collection_find(collection, memory->id) == NULL &&
            tombstone_find(collection, memory->id) == NULL)
            memory_forget(cache, memory);
    }
}

bool events_block_restore(struct cache *cache, const char *machine_id, const char *id)
{
    struct remembered *memory = NULL;
    struct remembered *next = NULL;

    HASH_ITER (hh, cache->memories, memory, next) {
        if (memory_is_restore_of(memory, machine_id, id) && memory_is_pending(memory))
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

    if (verb == CHANGE_RESTORE && events_block_restore(collection->cache, machine_id, id))
        return refuse_restore(machine_id, problem);
    struct remembered *memory = memory_find_or_add(collection, verb, id);

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
    bool expected = memory->verb == CHANGE_CREATE && memory_has_events(memory->collection);

    memory->known = true;
    memory->outcome_unknown = false;
    events_keep(memory, event);
    memory->answered_whole = event->id[0] == '\0' && !expected;
    if (memory_lacks_event(memory))
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
    struct remembered *memory = memory_find_or_add(collection, verb, id);

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
        memory_forget(collection->cache, memory);
}

void events_found_locked(struct collection *collection, const struct record *record,
                         int64_t sent_wall_ms)
{
    const struct event none = {.id = ""};

    events_end_locked(collection, CHANGE_CREATE, record->id, PROBLEM_NONE, &none);
    struct remembered *memory = memory_find(collection, CHANGE_CREATE, record->id);

    if (memory == NULL)
        return;
    memory->sent_wall_ms = sent_wall_ms;
    snprintf(memory->machine_id, sizeof(memory->machine_id), "%s", record->machine_id);
}

int64_t events_heard_ms(struct collection *collection, const char *id)
{
    const struct remembered *memory = memory_find(collection, CHANGE_DELETE, id);

    return memory == NULL || memory->event == NULL ? -1 : memory->changed_ms;
}

bool events_undelete_locked(struct collection *collection, const char *id, struct event *event)
{
    const struct remembered *memory = memory_find(collection, CHANGE_DELETE, id);

    if (memory == NULL || memory->event == NULL || memory->outcome != EVENT_FAILED ||
        tombstone_find(collection, id) == NULL)
        return false;
    *event = *memory->event;
    merge_revived(collection, id);
    return true;
}

void events_tell_undeleted(struct collection *collection, const char *id, const struct event *event)
{
    const struct cache_config *config = &collection->cache->config;

    if (config->on_delete_failed != NULL)
        config->on_delete_failed(config->ctx, collection->kind, id, event);
}
