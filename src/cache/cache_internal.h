/* SPDX-License-Identifier: MIT */
/*
 * The cache's structures, private to this room.
 *
 * One mutex, cache->lock, guards all that is not marked otherwise; it is held for short times and
 * never across a wait for the network. Lock order: cache->lock → change->lock → cancel group →
 * token; the workers' own lock is taken inside cache->lock too. Functions that end in _locked, and
 * all of names.c, collection.c, merge.c, history.c, and tombstone.c want cache->lock held.
 *
 * Order in time is told by ticks of one logical clock (cache->tick), not by dates. Every fetch,
 * every answer to a change of ours and every expiry takes one. A fetch whose `begun` is smaller
 * than the tick of an answer was begun before it and must not undo it.
 */
#ifndef CACHE_CACHE_INTERNAL_H
#define CACHE_CACHE_INTERNAL_H

#include "cache/cache.h"
#include "util/workers.h"

#include <pthread.h>
#include <sys/queue.h>

/* An allocation that fails leaves the element without a table; who adds it looks. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* gcc's analyzer loses sight of what tables and queues own, and takes it for leaked. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

typedef uint64_t tick_t;

struct collection;
struct item;

/* An item's place in one index of names. Items with equal keys form a group; its head is in the
 * hash table, the others hang on it, so that thousands of one name cost nothing to add. */
struct name_slot {
    UT_hash_handle hh; /* in use at the head only */
    struct item *item;
    struct name_slot *next;
    struct name_slot *prev; /* NULL at the head */
    size_t count;           /* of the group; right at the head only */
};

enum name_index { NAMES_ALL, NAMES_OF_MACHINE, NAME_INDEXES };

/* A machine that known resources belong to. */
struct machine {
    UT_hash_handle hh;
    size_t items;
    tick_t seen; /* a mark for one walk */
    char id[];
};

/* Which keys' present values somebody has read; freed by shown_clear. */
struct shown {
    bool all;       /* all but `keys`; else only `keys` */
    uint32_t count; /* of them */
    uint64_t *keys; /* digests, in no order */
};

/* A resource that is shown. */
struct item {
    UT_hash_handle hh; /* by the record's id */
    struct name_slot names[NAME_INDEXES];
    TAILQ_ENTRY(item) link;
    struct record *record;
    struct machine *machine; /* NULL: the kind has none */
    tick_t first_begun;      /* begun of the listing that brought it; 0: it is not new to us */
    tick_t merged;           /* begun of the last listing that had it; 0: none */
    tick_t got_begun;        /* of the last GET or answer to a change of ours; 0: none */
    int64_t got_ms;          /* when that was */
    tick_t expired;
    int64_t shown_until_ms; /* shown so long although listings lack it; 0: not pinned */
    bool listed;            /* the last listing had it */
    bool partial;           /* listings have it incomplete */
    bool refused;           /* its last GET was denied: old data must not be shown */
    bool served;            /* somebody may read the record that it has now */
    struct shown shown;
};

TAILQ_HEAD(item_list, item);

/* A resource that this mount has deleted, and that listings may still have. */
struct tombstone {
    UT_hash_handle hh; /* by id */
    tick_t answered;
    int64_t answered_ms;
    tick_t seen;           /* begun of the last listing, begun after the answer, that had it */
    struct record *record; /* to show again if the deletion fails; NULL: it was not known */
    char id[];
};

TAILQ_HEAD(version_list, version);

/* A value that a key had in an older version, by digests. */
struct replaced {
    uint64_t key;
    uint64_t value;
    bool shown;
    bool elsewhere;
};

/* A resource that shows again although this mount has deleted it: somebody is to be told. */
struct revived {
    STAILQ_ENTRY(revived) link;
    struct event event; /* of the deletion; zeroed: none */
    char id[];
};

STAILQ_HEAD(revived_list, revived);

/* What one version had otherwise than its successor. */
struct version {
    TAILQ_ENTRY(version) link; /* in history->versions */
    TAILQ_ENTRY(version) age;  /* in cache->old_versions */
    struct history *history;
    uint64_t number; /* of the last record that had it */
    int64_t replaced_ms;
    size_t count;
    struct replaced *values; /* by key */
};

/* Older versions of one resource, oldest first. */
struct history {
    UT_hash_handle hh; /* by id */
    struct collection *collection;
    struct version_list versions;
    size_t count;   /* at most CACHE_HISTORY_DEPTH */
    uint64_t since; /* what versions before this one had is not all known */
    char id[];
};

enum fetch_what { FETCH_LIST, FETCH_ITEM, FETCH_EVENT };

/* A fetch on its way, or its outcome: one for however many wait. References are counted under the
 * lock: one is the running job's, one each waiter's. */
struct flight {
    unsigned refs;
    enum fetch_what what;
    struct collection *collection;
    enum change_verb verb; /* of a FETCH_EVENT: which change's */
    tick_t begun;
    bool waits; /* it has no worker yet: FETCH_ITEM only */
    bool done;
    struct problem problem; /* PROBLEM_NONE after success */
    int64_t progress_ms;    /* on clock_system: the last page, or the start */
    struct wait_queue waiters;
    TAILQ_ENTRY(flight) link;
    char id[]; /* of a resource; "" for a list and a singleton */
};

/* All that is known of a kind. */
struct collection {
    struct cache *cache;
    const struct kind *kind;
    struct item *by_id;
    struct name_slot *names[NAME_INDEXES];
    struct machine *machines;
    size_t bytes;           /* of the records' documents */
    struct item_list order; /* the API's; own creations that listings lack come first */
    struct tombstone *tombstones;
    int64_t hidden_until_ms;     /* then one of them is to show again; 0: none is listed */
    struct revived_list revived; /* by a listing that was just merged */
    struct history *histories;
    char *gone[CACHE_GONE_REMEMBERED]; /* a ring of ids that were known; NULL: free */
    size_t gone_next;
    bool known;        /* a complete listing has been seen */
    int64_t listed_ms; /* when its last page came */
    tick_t listed_begun;
    tick_t expired;
    TAILQ_HEAD(, flight) flights;
    unsigned items_running; /* flights of FETCH_ITEM that have a worker */
    bool suspended;         /* a request timed out, and nothing was answered since */
    bool probing;
    bool silent;               /* a change got no answer in time, and none was answered since */
    int64_t silent_ms;         /* on clock_system: when that was */
    bool asked;                /* a fetch has ended */
    bool online;               /* the last one was answered */
    tick_t failed;             /* begun of the last fetch, if that was an outage; else 0 */
    int64_t failed_ms;         /* when that ended */
    int64_t worn_ms;           /* on clock_system: when one ended so after most of the timeout */
    enum problem_kind refused; /* how it was denied, and not allowed since: no old data is shown;
                                * else PROBLEM_NONE */
    struct problem problem;    /* the last one's */
};

/* What became of the last change of one verb to one resource. */
struct remembered {
    UT_hash_handle hh;
    struct collection *collection;
    enum change_verb verb;
    const char *id; /* inside key */
    char machine_id[132];
    unsigned in_flight;
    bool known;
    bool outcome_unknown; /* whether it was carried out */
    bool answered_whole;  /* there is no event to it */
    enum event_outcome outcome;
    struct event *event; /* NULL: none; or it is looked for among its machine's (event_fetch.c) */
    int64_t asked_ms;
    int64_t changed_ms;   /* when there was news of it */
    int64_t sent_ms;      /* when it was begun, or found to have been made */
    int64_t sent_wall_ms; /* likewise, by this machine's clock */
    char key[];           /* "VERB/KIND/ID" */
};

/* A create whose outcome is not known. */
struct doubt {
    TAILQ_ENTRY(doubt) link;
    struct collection *collection;
    tick_t sent;            /* listings begun later may have it */
    int64_t sent_wall_ms;   /* when that was, by this machine's clock */
    bool blind;             /* what was there before is not known: nothing can be told to be new */
    struct problem problem; /* what its caller was told */
    char wanted[];          /* the fields to know it by, JSON */
};

struct change {
    atomic_uint refs;
    struct collection *collection;
    enum change_verb verb;
    char *id;       /* NULL for a create */
    char *body;     /* or NULL */
    char **secrets; /* or NULL */
    char *origin;   /* or NULL */
    int64_t deadline_ms;
    struct cancel cancel;     /* of the job; an interrupt takes back what was not sent */
    bool withheld;            /* the gate did not let it through: the job's alone */
    bool planned;             /* likewise, in a dry run that pretends: read when done */
    TAILQ_ENTRY(change) link; /* guarded by cache->lock */
    pthread_mutex_t lock;     /* guards what follows; only tokens are locked inside */
    bool begun;               /* its job runs */
    bool sent;                /* it may have been: its request was begun */
    bool done;
    unsigned waiting; /* how many callers do */
    struct problem problem;
    struct record *record;
    struct wait_queue waiters;
};

/* Waits until no change of that resource is on its way, without a part in them: 0, or -1 with
 * PROBLEM_INTERRUPTED or PROBLEM_TIMEOUT when `cancel` fires first, PROBLEM_TRY_LATER when it may
 * not wait. No lock held. */
int change_outlast(struct cache *cache, const struct kind *kind, const char *id,
                   struct cancel *cancel, struct problem *problem);

/* The workers' lanes: one for each kind, one for the events. */
#define CACHE_LANE_EVENTS KINDS_COUNT
#define CACHE_LANES       (KINDS_COUNT + 1)

struct cache {
    struct cache_config config;
    pthread_mutex_t lock;
    tick_t tick;
    struct workers *fetchers;
    struct workers *changers;
    struct collection collections[KINDS_COUNT];
    struct remembered *memories;
    struct version_list old_versions; /* of all resources, those replaced longest ago first */
    size_t old_bytes;                 /* what they take */
    uint64_t old_since;               /* what versions before this one had is not all known */
    TAILQ_HEAD(, change) changes;     /* those not done */
    TAILQ_HEAD(, doubt) doubts;
};

static inline struct collection *collection_of(struct cache *cache, const struct kind *kind)
{
    return &cache->collections[kind_index(kind)];
}

static inline int64_t now_ms(const struct collection *collection)
{
    return clock_now_ms(collection->cache->config.clock);
}

static inline tick_t next_tick(struct cache *cache)
{
    return ++cache->tick;
}

/* --- expiry (cache.c) ------------------------------------------------------------------------- */

/* What depends on all other kinds is to be asked for again: utilization. */
void cache_expire_singletons_locked(struct cache *cache);

/* --- names (names.c): the indexes of an item by name and machine --------------------------------
 */

bool names_add(struct collection *collection, struct item *item); /* false: no memory */
void names_remove(struct collection *collection, struct item *item);
/* The head of the group, or NULL. `machine_id` NULL: of any machine. */
struct name_slot *names_find(struct collection *collection, const char *name, size_t name_bytes,
                             const char *machine_id);

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
/* How large a kind's documents may be together; whether they stay so with that record in the place
 * of the one of its id. */
size_t collection_max_bytes(const struct collection *collection);
bool collection_has_room(struct collection *collection, const struct record *record);
bool collection_is_small(const struct collection *collection);

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

/* --- deleted ones (tombstone.c) --------------------------------------------------------------- */

struct tombstone *tombstone_find(struct collection *collection, const char *id);
/* Takes over `record`, which may be NULL. False: no memory. */
bool tombstone_add(struct collection *collection, const char *id, struct record *record);
/* A listing begun at `begun` has it as `record`. */
void tombstone_seen(struct tombstone *tombstone, struct record *record, tick_t begun);
/* After a listing: forgets those that it lacks, asks for the events of the others, and puts those
 * that have been hidden long enough into `revived`, to be told of with no lock held. */
void tombstone_settle(struct collection *collection, tick_t begun);
/* Tells of those, and empties the list. No lock held. */
void tombstone_tell_revived(struct cache *cache, struct collection *collection);
void tombstone_remove(struct collection *collection, struct tombstone *tombstone);
/* The deletion has failed: shows the resource again. */
void tombstone_revive(struct collection *collection, const char *id);

/* --- those that are known no more (gone.c) ---------------------------------------------------- */

void gone_note(struct collection *collection, const char *id);
void gone_clear(struct collection *collection);

/* --- older versions (history.c) --------------------------------------------------------------- */

/* `now` is about to replace the item's record: remembers what of that is replaced, where somebody
 * may have read it. `body`: what this mount has sent to bring that about, JSON; NULL: nothing. What
 * it has set itself is no older value any more. */
void history_push(struct collection *collection, struct item *item, const struct record *now,
                  const char *body);
struct history *history_find(struct collection *collection, const char *id); /* NULL: none */
bool version_is_too_old(const struct version *version);
void history_prune(struct cache *cache); /* what is too old */
void history_clear(struct collection *collection);

/* --- what was read (shown.c) -------------------------------------------------------------------
 */

/* `key` 0: the whole document. Without memory more counts as shown than was. */
void shown_add(struct shown *shown, uint64_t key);
/* The key has another value now. */
void shown_remove(struct shown *shown, uint64_t key);
bool shown_has(const struct shown *shown, uint64_t key);
void shown_clear(struct shown *shown);

/* --- fetches (fetch.c) ------------------------------------------------------------------------ */

/* The flight of that fetch, one already on its way or a new one; one reference. NULL: it can't be
 * started (no memory, the end). */
struct flight *fetch_start_locked(struct collection *collection, enum fetch_what what,
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
/* Whether old data may stand in for what could not be fetched. */
bool fetch_is_outage(enum problem_kind kind);
/* Set `problem` for a fetch that can't be started; return -1. */
int fetch_refuse(struct problem *problem);
int fetch_say_suspended(struct problem *problem);
/* Lists until a listing begun after `since` is known, suspended or not. */
int fetch_list_since(struct collection *collection, tick_t since, struct cancel *cancel,
                     struct problem *problem);
/* Marks the kind as suspended and starts its probe (probe.c). */
void probe_start_locked(struct collection *collection);
/* Runs the job of a flight in this thread; no lock held. Takes over the job's reference. */
void fetch_run(struct flight *flight);
/* Ends a flight, run or not, and wakes who waits for it. Takes over the job's reference. */
void fetch_end_locked(struct flight *flight, const struct problem *problem);
/* A new flight that nobody runs yet: the job's reference. NULL: no memory. */
struct flight *fetch_prepare_locked(struct collection *collection, enum fetch_what what,
                                    const char *id, enum change_verb verb);
struct flight *fetch_find_locked(struct collection *collection, enum fetch_what what,
                                 const char *id, enum change_verb verb);

/* --- patience (patience.c) -------------------------------------------------------------------- */

/* A change, or what it has to read first, got no answer in time. */
void patience_note_silence_locked(struct collection *collection);
/* The kind answers again. */
void patience_note_answer_locked(struct collection *collection);
/* What the end of a change says about that; no lock held. */
void patience_note_end(struct change *change, const struct problem *problem);

/* --- events (events.c, event_fetch.c) --------------------------------------------------------- */

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

/* --- verbs (verbs.c, update.c, create.c)
 * ---------------------------------------------------------------- */

/* What a worker does for a change: 0, or -1 and `problem` (not NULL, and PROBLEM_NONE before). The
 * outcome is in the cache before they return; of a create and an update one reference to the
 * resource as it is now is in `*out`, where it is known. */
typedef int change_function(struct change *change, struct cancel *cancel, struct record **out,
                            struct problem *problem);
change_function verb_create;
change_function verb_update;
change_function verb_delete;
change_function verb_restore;
void create_clear_doubts(struct cache *cache);
/* Forgets what was begun for a change that is not sent after all (change.c). */
void change_end_unsent(struct change *change);
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
int change_say_taken_back(struct problem *problem); /* sets it; -1 */
/* Whether something may have been done although the call failed. */
bool change_may_be_done(enum problem_kind failure);
/* "was answered 200"; `status` 0: by something that can't be read. */
void change_print_answer(long status, char *out, size_t size_bytes);

#endif
