/* SPDX-License-Identifier: MIT */
/*
 * Listings, resources and events on their way from the server, and how long one waits for them.
 * Private to this room.
 */
#ifndef CACHE_FETCH_H
#define CACHE_FETCH_H

#include "cache/state.h"

/* --- flights, and waiting for them (flight.c) ------------------------------------------------- */

/* Whether old data may stand in for what could not be fetched. */
bool fetch_is_outage(enum problem_kind kind);
/* Set `problem` for a fetch that can't be started; return -1. */
int fetch_refuse(struct problem *problem);
int fetch_say_suspended(struct problem *problem);
/* Whether it is a GET of a single item, or of a singleton. */
bool fetch_is_item(const struct flight *flight);
/* The one on its way, or NULL; for who reads, also one for who changes. */
struct flight *fetch_find_locked(struct collection *collection, enum fetch_what what,
                                 const char *id, enum change_verb verb);
/* A new flight that nobody runs yet: the job's reference. NULL: no memory. */
struct flight *fetch_prepare_locked(struct collection *collection, enum fetch_what what,
                                    const char *id, enum change_verb verb);
void flight_unref_locked(struct flight *flight);
/* Whether a list or GET of the kind is on its way and has been silent for the stale wait. */
bool fetch_is_stalled_locked(struct collection *collection);

enum fetch_end {
    FETCH_DONE,   /* it succeeded */
    FETCH_FAILED, /* flight->problem says why */
    FETCH_SILENT, /* no progress for the stale wait */
    FETCH_LEFT    /* the token fired; `problem` says why */
};
/* Waits for a flight. `patient`: until it ends or the token fires; else also at most the stale
 * wait without progress. */
enum fetch_end fetch_wait_locked(struct flight *flight, bool patient, struct cancel *cancel,
                                 struct problem *problem);

/* --- running and ending one (fetch_end.c) ----------------------------------------------------- */

/* Runs the job of a flight in this thread; no lock held. Takes over the job's reference. */
void fetch_run(struct flight *flight);
/* Ends a flight, run or not, and wakes who waits for it. Takes over the job's reference. */
void fetch_end_locked(struct flight *flight, const struct problem *problem);
/* The server answers, and not only reads if it had been silent. */
void fetch_note_answer_locked(struct collection *collection);

/* --- starting one (fetch.c) ------------------------------------------------------------------- */

/* The flight of that fetch, one already on its way or a new one; one reference. NULL: it can't be
 * started (no memory, the end). */
struct flight *fetch_start_locked(struct collection *collection, enum fetch_what what,
                                  const char *id, enum change_verb verb);
/* Lists until a listing begun after `since` is known, suspended or not. */
int fetch_list_since(struct collection *collection, tick_t since, struct cancel *cancel,
                     struct problem *problem);

/* --- what a worker does for it (fetch_job.c, event_fetch.c) ----------------------------------- */

/* By enum fetch_what; what starts a fetch knows it by cache->fetch_jobs alone. */
extern fetch_function *const fetch_jobs[];
fetch_function events_fetch;

/* --- patience (patience.c) -------------------------------------------------------------------- */

/* A change, or what it has to read first, got no answer in time. */
void patience_note_silence_locked(struct collection *collection);
/* The kind answers again. */
void patience_note_answer_locked(struct collection *collection);
/* What the end of a change says about that; no lock held. */
void patience_note_end(struct change *change);

#endif
