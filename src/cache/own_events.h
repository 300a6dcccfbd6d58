/* SPDX-License-Identifier: MIT */
/*
 * What became of changes (events.c), and the server's word on those that take their time
 * (event_fetch.c). Private to this room.
 */
#ifndef CACHE_OWN_EVENTS_H
#define CACHE_OWN_EVENTS_H

#include "cache/state.h"

/* A change of a resource is about to be sent. False: not, since a restore is pending on that
 * machine, or memory ran out; `problem` says which. */
bool events_begin_locked(struct collection *collection, enum change_verb verb, const char *id,
                         struct problem *problem);
/* How it ended: `failure` PROBLEM_NONE is success. `event` may be zeroed. Of a create there is no
 * beginning. */
void events_end_locked(struct collection *collection, enum change_verb verb, const char *id,
                       enum problem_kind failure, const struct event *event);
/* A creation that was found by looking: where there are events, its own is looked for. It was sent
 * at `sent_wall_ms`. */
void events_found_locked(struct collection *collection, const struct record *record,
                         int64_t sent_wall_ms);
/* What is remembered of a change; NULL: nothing. */
struct remembered *events_find(struct collection *collection, enum change_verb verb,
                               const char *id);
/* Whether it has an event that has not ended, as far as known. */
bool events_is_unfinished(const struct remembered *memory);
/* Whether its event is to be looked for. */
bool events_is_sought(const struct remembered *memory);
/* Keeps a copy of a newer state of its event; none when it is zeroed, or memory ran out. */
void events_keep(struct remembered *memory, const struct event *event);
/* When there was last news of the deletion; -1: it is not remembered, or has no event. */
int64_t events_heard_ms(struct collection *collection, const char *id);
/* Asks, unless that was done a moment ago, and waits for the answer for a while. */
void events_refresh_locked(struct collection *collection, enum change_verb verb, const char *id,
                           struct cancel *cancel);
/* Asks for the event of a change when it is unfinished: a flight with one reference, or NULL. */
struct flight *events_ask_locked(struct collection *collection, enum change_verb verb,
                                 const char *id);
/* Shows a deleted resource again when the event of the deletion has failed: true, and the event
 * for on_delete_failed. */
bool events_undelete_locked(struct collection *collection, const char *id, struct event *event);
void events_tell_undeleted(struct collection *collection, const char *id,
                           const struct event *event);
/* The job of a FETCH_EVENT. */
void events_fetch(struct flight *flight, struct cancel *cancel, struct problem *problem);
/* Forgets what is over, too old, and of resources that are not known. */
void events_prune_locked(struct collection *collection);
void events_clear(struct cache *cache);

#endif
