/* SPDX-License-Identifier: MIT */
/*
 * The guard: destruction takes a moment's thought. What destroys has a price in points (a row of
 * the kind's); destructive operations with less than GUARD_QUIET_MS between the answer of one and
 * the start of the next are one burst, however long it lasts, and a burst spends `limit` points at
 * most, and what was granted beyond that for a while. An attempt that the guard refuses is no quiet
 * either: what goes on trying stays in its burst.
 *
 * Counts only: it sends nothing and knows no resource. Any thread; its lock is a leaf.
 */
#ifndef CACHE_GUARD_H
#define CACHE_GUARD_H

#include "cache/cache.h"

struct guard;

#define GUARD_QUIET_MS   60000
#define GUARD_GRANT_MS   600000
#define GUARD_POINTS_MAX 1000000 /* of a limit, or of a grant */
#define GUARD_DEFAULT    20      /* the limit where nothing is said */

/* `limit` 0: none, everything is let through and counted all the same. `clock` is borrowed; its
 * monotonic time should go on while the machine sleeps (clock_boot). NULL: no memory. */
struct guard *guard_create(unsigned limit, const struct clock *clock);
void guard_destroy(struct guard *guard); /* NULL is fine */

/* What a change costs: 0 for those that destroy nothing. */
unsigned guard_points(const struct kind *kind, enum change_verb verb);

/* What a change in flight has spent. */
struct guard_ticket {
    bool open;
    const struct kind *kind;
    enum change_verb verb;
    unsigned points;  /* of the burst's limit */
    unsigned granted; /* of the grant */
    unsigned grant;   /* of which one */
};

/* Asks for leave to send a change now. 0 and a ticket, for guard_end once it was answered; or -1
 * and `problem` (err EPERM), whose words say what the burst has done, what was refused of it, and
 * how to go on. `guard` NULL: always 0. `id`: the resource's, to count one that is tried twice
 * once. */
int guard_begin(struct guard *guard, const struct kind *kind, enum change_verb verb, const char *id,
                struct guard_ticket *ticket, struct problem *problem);
/* It was answered, or was not sent after all. `done` false: certainly nothing was destroyed, and
 * its points come back. */
void guard_end(struct guard *guard, const struct guard_ticket *ticket, bool done);

/* Grants that many points (at most GUARD_POINTS_MAX) beyond the limit for GUARD_GRANT_MS, in place
 * of what was granted before; 0 takes that back. */
void guard_allow(struct guard *guard, unsigned points);

struct guard_state {
    unsigned limit;
    unsigned spent;   /* of it, in the present burst; 0: none is going on */
    unsigned allowed; /* what is left of the grant */
    int64_t until_ms; /* wall clock: when that ends; 0: nothing is granted */
};
struct guard_state guard_state(struct guard *guard);

#endif
