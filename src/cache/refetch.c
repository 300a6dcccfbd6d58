/* SPDX-License-Identifier: MIT */
/* One GET that must be answered now: what was known before will not do. */
#include "config.h"

#include "cache/state.h"

#include "cache/change.h"
#include "cache/collection.h"
#include "cache/fetch.h"

#include <string.h>

static int take_answer(struct flight *flight, enum fetch_end end, struct record **out,
                       struct problem *problem)
{
    if (end == FETCH_FAILED && problem != NULL)
        *problem = flight->problem;
    if (end != FETCH_DONE && problem != NULL && problem->kind == PROBLEM_TIMEOUT)
        patience_note_silence_locked(flight->collection);
    if (end != FETCH_DONE)
        return -1;
    struct item *item = collection_find(flight->collection, flight->id);
    if (item == NULL)
        return problem_set(problem, PROBLEM_NOT_FOUND, "the %s does not exist any more",
                           flight->collection->kind->noun);
    *out = record_ref(item->record);
    return 0;
}

/* Who asks is about to change it. */
static void say_not_sent(struct problem *problem)
{
    const struct problem was = *problem;

    problem_set(problem, was.kind, "nothing was sent: %s", was.message);
    problem->status = was.status;
    memcpy(problem->code, was.code, sizeof(problem->code));
    memcpy(problem->details, was.details, sizeof(problem->details));
}

int cache_refetch(struct cache *cache, const struct kind *kind, const char *id,
                  struct cancel *cancel, struct record **out, struct problem *problem)
{
    int rc = -1;

    *out = NULL;
    if (change_outlast(cache, kind, id, cancel, problem) != 0)
        return -1;
    pthread_mutex_lock(&cache->lock);
    struct flight *flight =
        fetch_start_locked(collection_of(cache, kind), FETCH_ITEM, id, CHANGE_CREATE);
    if (flight == NULL) {
        fetch_refuse(problem);
    } else {
        rc = take_answer(flight, fetch_wait_locked(flight, true, cancel, problem), out, problem);
        flight_unref_locked(flight);
    }
    pthread_mutex_unlock(&cache->lock);
    if (rc != 0 && problem != NULL)
        say_not_sent(problem);
    return rc;
}
