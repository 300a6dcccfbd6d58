/* SPDX-License-Identifier: MIT */
/* One record that came, and the item that it is of. Private to this room; with cache->lock held. */
#ifndef CACHE_TAKE_H
#define CACHE_TAKE_H

#include "cache/collection.h"

enum origin { FROM_SERVER, FROM_OWN_CHANGE };

/* Makes `record` (borrowed) what the item shows, unless it says the same as before, or less.
 * `body`: what this mount has sent for it, JSON or NULL. False: no memory. */
bool item_take(struct collection *collection, struct item *item, struct record *record,
               enum origin origin, const char *body);
/* The item of a resource that is seen for the first time, at `seen_ms` (wall clock); in no order
 * yet. NULL: no memory. */
struct item *item_add(struct collection *collection, struct record *record, int64_t seen_ms);
/* It was asked for alone, by what began at `begun`. False: no memory. */
bool item_mark_got(struct collection *collection, struct item *item, tick_t begun);

#endif
