/* SPDX-License-Identifier: MIT */
/*
 * What becomes of changes of this mount (own_events.c), the server's word on those that take their
 * time (event_fetch.c), and what follows from it (deleted.c). Private to this room.
 */
#ifndef CACHE_OWN_EVENTS_H
#define CACHE_OWN_EVENTS_H

#include "cache/memories.h"

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
/* Forgets what is over, too old, and of resources that are not known. */
void events_prune_locked(struct collection *collection);
/* Whether a restore of that machine, or, where none is known (""), of that resource is on its way,
 * or may be. */
bool events_block_restore(struct cache *cache, const char *machine_id, const char *id);

/* --- after a listing (deleted.c) -------------------------------------------------------------- */

/* Forgets deletions that the listing lacks, asks for the events of the others, and puts those that
 * have been hidden for long enough into `revived`, to be told of with no lock held. */
void deleted_settle_locked(struct collection *collection, tick_t begun);
/* Tells of those, and empties the list. No lock held. */
void deleted_tell_revived(struct collection *collection);

#endif
