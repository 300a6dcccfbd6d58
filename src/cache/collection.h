/* SPDX-License-Identifier: MIT */
/*
 * All that is known of a kind: its items, their names, what was deleted, and what they were before.
 * Private to this room. All of it wants cache->lock held, but where it says otherwise.
 */
#ifndef CACHE_COLLECTION_H
#define CACHE_COLLECTION_H

#include "cache/state.h"

/* --- names (by_name.c): the indexes of an item by name and machine ------------------------------
 */

bool names_add(struct collection *collection, struct item *item); /* false: no memory */
void names_remove(struct collection *collection, struct item *item);

/* Those of one name, one after the other. */
struct name_group {
    const struct collection *collection;
    enum name_index index;
    struct item *item; /* NULL: none, or none any more */
    size_t count;      /* of them all */
};

/* `machine_id` NULL: of any machine. */
struct name_group names_find(const struct collection *collection, const char *name,
                             size_t name_bytes, const char *machine_id);
void names_next(struct name_group *group);

/* --- collections (collection.c) --------------------------------------------------------------- */

void collection_init(struct collection *collection, struct cache *cache, const struct kind *kind);
void collection_finish(struct collection *collection);
struct item *collection_find(struct collection *collection, const char *id);
/* A new item for `record` (takes a reference), in all indexes and not in the order; NULL: no
 * memory. */
struct item *collection_add(struct collection *collection, struct record *record);
/* Removes it from everything, the order included, and frees it. */
void collection_remove(struct collection *collection, struct item *item);
/* Gives `item` another record of the same id (takes a reference); false: no memory, the item is
 * gone then. */
bool collection_replace(struct collection *collection, struct item *item, struct record *record);
/* What is known of the item by itself, to be read. */
const struct item_alone *item_alone(const struct item *item);
/* The same, to be written; NULL: no memory. */
struct item_alone *item_make_alone(struct item *item);
/* Lets go of it where nothing is known any more. */
void item_trim_alone(struct item *item);
/* It is to be asked for again; without memory, all of the kind is. */
void collection_expire_item(struct collection *collection, struct item *item);
/* How large a kind's documents may be together; whether they stay so with that record in the place
 * of the one of its id. */
size_t collection_max_bytes(const struct collection *collection);
bool collection_has_room(struct collection *collection, const struct record *record);
bool collection_is_small(const struct collection *collection);

/* --- dates that follow the API's order (order_dates.c) ---------------------------------------- */

/* Whether they do: resources without dates of their own, and what is deleted by age. */
bool dates_follow_order(const struct collection *collection);
/* After something was merged: makes them so. */
void dates_settle(struct collection *collection);
/* Whether something with that date would be the newest. */
bool dates_is_newest(const struct collection *collection, int64_t ms);

/* --- what fetches and changes bring (merge.c) ------------------------------------------------- */

/* Makes the listing that began at `begun` what is known. False: no memory; the kind is not known
 * any more then. A long one gives the lock up now and then, so that other kinds are not held up:
 * what is known of this one is right at any time, but in the order of the listing only at the
 * end. */
bool merge_list(struct collection *collection, const struct record_list *list, tick_t begun);
/* The answer to a GET begun at `begun`; never shows what is not shown (but a singleton). */
bool merge_item(struct collection *collection, struct record *record, tick_t begun);
/* A GET said that it does not exist. True when it is gone, false when it is a creation of ours
 * that the server does not show everywhere yet. */
bool merge_gone(struct collection *collection, const char *id, tick_t begun);
/* The answer to a create or an update of ours. `mtime_ms` of a created one; -1: now. `body`: what
 * was sent, JSON or NULL: what else has changed was changed elsewhere. */
bool merge_created(struct collection *collection, struct record *record, int64_t mtime_ms);
bool merge_updated(struct collection *collection, struct record *record, const char *body);
/* A deletion of ours was answered: hides the id. */
bool merge_deleted(struct collection *collection, const char *id);
/* It has failed: shows the resource again. */
void merge_revived(struct collection *collection, const char *id);

/* --- deleted ones (tombstone.c) --------------------------------------------------------------- */

struct tombstone *tombstone_find(struct collection *collection, const char *id);
/* Takes over `record`, which may be NULL. False: no memory. */
bool tombstone_add(struct collection *collection, const char *id, struct record *record);
/* A listing begun at `begun` has it as `record`. */
void tombstone_seen(struct tombstone *tombstone, struct record *record, tick_t begun);
void tombstone_remove(struct collection *collection, struct tombstone *tombstone);

/* --- what is to be told (changed.c) ----------------------------------------------------------- */

/* That resource came, went, or is another now. */
void changed_note(struct collection *collection, const char *id);
/* What is known is to be asked for again. Any lock, or none. */
void changed_note_expired(struct cache *cache);

/* --- those that are known no more (gone.c) ---------------------------------------------------- */

void gone_note(struct collection *collection, const char *id);
bool gone_has(const struct collection *collection, const char *id);
void gone_clear(struct collection *collection);

/* --- older versions (history.c) --------------------------------------------------------------- */

/* `now` is about to replace the item's record: remembers what of that is replaced, where somebody
 * may have read it. `body`: what this mount has sent to bring that about, JSON; NULL: nothing. What
 * it has set itself is no older value any more. */
void history_push(struct collection *collection, struct item *item, struct record *now,
                  const char *body);
struct history *history_find(struct collection *collection, const char *id); /* NULL: none */
bool version_is_too_old(const struct version *version);
void history_prune(struct cache *cache); /* what is too old */
void history_clear(struct collection *collection);

/* --- what was read (read_keys.c) ---------------------------------------------------------------
 */

/* `key` 0: the whole document. Without memory more counts as shown than was. */
void shown_add(struct shown *shown, uint64_t key);
/* The key has another value now. */
void shown_remove(struct shown *shown, uint64_t key);
bool shown_has(const struct shown *shown, uint64_t key);
void shown_clear(struct shown *shown);

/* --- what others have done (noticed.c) -------------------------------------------------------- */

/* A resource that came (`before` NULL), went (`after` NULL), or is another now, unless it may be
 * this mount's doing, or what was known is too old to tell. */
void noticed_add(struct collection *collection, struct record *before, struct record *after);
/* Tells of it. cache->lock must not be held. */
void noticed_tell(struct cache *cache, struct collection *collection);
void noticed_clear(struct collection *collection);

#endif
