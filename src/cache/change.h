/* SPDX-License-Identifier: MIT */
/*
 * Changes on their way: their jobs (verbs.c, update.c, create.c), the gate before them (gate.c),
 * and who waits for them (change.c, change_wait.c). Private to this room.
 */
#ifndef CACHE_CHANGE_H
#define CACHE_CHANGE_H

#include "cache/state.h"

/* What a worker does for a change: 0, or -1 and `problem` (not NULL, and PROBLEM_NONE before). The
 * outcome is in the cache before they return; of a create and an update one reference to the
 * resource as it is now is in `*out`, where it is known. */
typedef int change_function(struct change *change, struct cancel *cancel, struct record **out,
                            struct problem *problem);
change_function verb_create;
change_function verb_update;
change_function verb_delete;
change_function verb_restore;
/* What an edit is to send in place of its body, as the server's answer to one GET, or what is
 * known, tells (fresh_edit.c). 0, and whether that is anything; -1: nothing is to be sent, for
 * `problem`. No lock held. */
int edit_work_out(struct change *change, struct cancel *cancel, bool *changes,
                  struct problem *problem);
void create_clear_doubts(struct cache *cache);
/* --- a change as an object (change.c) --------------------------------------------------------- */

/* A new one with one reference; NULL: no memory. */
struct change *change_create(struct cache *cache, const struct change_request *request);
/* Whether an event may be the answer; of a create it is known only with its id. */
bool change_has_event(enum change_verb verb);
/* Whether who asked for it has taken it back before it was sent. */
bool change_is_taken_back(struct change *change);
/* Forgets what was begun for a change that is not sent after all. */
void change_end_unsent(struct change *change);
/* Another body and other secrets in place of what it has: by its job, which owns them from now on.
 */
void change_set_body(struct change *change, char *body, char **secrets);
/* What is told of it; borrows all from the arguments. `record`: what was created, or NULL. */
struct change_report change_report_of(const struct change *change, const struct record *record,
                                      const struct problem *problem);

/* Sends the change by `send`, unless a dry run or the guard keeps it back: then `withheld` is set,
 * and -1 with PROBLEM_WITHHELD, or 0 with `planned` set (gate.c). No lock held. */
int gate_pass(struct change *change, change_function *send, struct record **out,
              struct problem *problem);
/* Whether the mount ends: what was not sent yet is not sent. */
bool change_is_at_end(const struct change *change);
/* From now on it may have been sent. Takes the change's lock. */
void change_mark_sent(struct change *change);
/* A create's resource is shown from now on: in one step with that, so with cache->lock held. */
void change_publish_locked(struct change *change, struct record *record);
int change_say_taken_back(struct problem *problem); /* sets it; -1 */
/* Whether something may have been done although the call failed. */
bool change_may_be_done(enum problem_kind failure);
/* "was answered 200"; `status` 0: by something that can't be read. */
void change_print_answer(long status, char *out, size_t size_bytes);

#endif
