/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of the changes of this mount. An event does not name its snapshot: whoever
 * started it remembers. Private to this room; all of it wants cache->lock held.
 */
#ifndef CACHE_MEMORIES_H
#define CACHE_MEMORIES_H

#include "cache/state.h"

/* Of the last change of that verb to that resource; NULL: nothing. */
struct remembered *memory_find(struct collection *collection, enum change_verb verb,
                               const char *id);
struct remembered *memory_find_or_add(struct collection *collection, enum change_verb verb,
                                      const char *id); /* NULL: no memory */
void memory_forget(struct cache *cache, struct remembered *memory);
void memories_clear(struct cache *cache);

/* Whether it has an event that has not ended, as far as known. */
bool memory_is_unfinished(const struct remembered *memory);
/* Whether it is a creation without an event that should have one. */
bool memory_lacks_event(const struct remembered *memory);
/* Whether its event is to be looked for. */
bool memory_is_sought(const struct remembered *memory);
/* Whether it is on its way, or may be: so long it keeps another restore from its machine. */
bool memory_is_pending(const struct remembered *memory);
/* Whether it is a restore of that machine, or, where none is known (""), of that resource. */
bool memory_is_restore_of(const struct remembered *memory, const char *machine_id, const char *id);
/* Since it was begun. */
int64_t memory_age_ms(const struct remembered *memory);
/* Whether the server has events of such changes. */
bool memory_has_events(const struct collection *collection);

#endif
