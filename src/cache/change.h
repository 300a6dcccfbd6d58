/* SPDX-License-Identifier: MIT */
/*
 * Changes on their way: as objects that are waited for (change.c), what is theirs of each verb
 * (verbs.c, create.c, fresh_edit.c), and the one function that makes them (operation.c). Private to
 * this room.
 */
#ifndef CACHE_CHANGE_H
#define CACHE_CHANGE_H

#include "cache/state.h"

/*
 * What differs from verb to verb: the steps of operation.c, in their order. Each may be NULL, and
 * is called by the change's worker, which is the only one that looks at what is the job's alone.
 * How it fails is in change->problem.
 */
struct operation_row {
    bool has_event; /* an event may be the answer, and is remembered by the id that is known before
                     */
    /* Before it is sent. 1: what is in the change is to be; 0: nothing is, and it has succeeded;
     * -1: nothing is. No lock held; may wait. */
    int (*prepare)(struct change *change);
    /* It is sent in a moment. cache->lock is held. */
    void (*sent)(struct change *change);
    /* There is change->answer, or (`rc` -1) none: what that leaves open is asked of the server.
     * Returns 0: it is done; -1: it is not, or may be. No lock held; may wait. */
    int (*settle)(struct change *change, int rc);
    /* How that went, into what is known; of a success change->result is set where the verb has
     * one. cache->lock is held. */
    void (*success)(struct change *change);
    void (*failure)(struct change *change);
    /* Whatever came of it, once `prepare` was called. No lock held. */
    void (*end)(struct change *change);
};
extern const struct operation_row operation_create, operation_update, operation_edit,
    operation_delete, operation_restore;

/* The first step of an edit (fresh_edit.c): what it is to send in place of its body. */
int edit_work_out(struct change *change);
void create_clear_doubts(struct cache *cache);

/* --- a change as an object (change.c) --------------------------------------------------------- */

/* A new one with one reference; NULL: no memory. */
struct change *change_create(struct cache *cache, const struct change_request *request);
/* Whether it is still to be sent: nobody has taken it back, and the mount does not end. */
bool change_goes_on(struct change *change);
/* Whether who asked for it has taken it back before it was sent. */
bool change_is_taken_back(struct change *change);
/* Another body and other secrets in place of what it has: by its job, which owns them from now on.
 */
void change_set_body(struct change *change, char *body, char **secrets);
/* A create's resource is shown from now on: in one step with that, so with cache->lock held. */
void change_publish_locked(struct change *change, struct record *record);
int change_say_taken_back(struct problem *problem); /* sets it; -1 */
/* Whether something may have been done although the call failed. */
bool change_may_be_done(enum problem_kind failure);

#endif
