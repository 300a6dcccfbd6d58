/* SPDX-License-Identifier: MIT */
/*
 * The cache's structures, private to this room, and what they count.
 *
 * THE FLOORS, each of which calls only those above it in this list; a check of the objects' symbols
 * holds it:
 *
 *   shape, gone, guard, sent, changed, tombstone, by_name, read_keys, memories: single tables
 *   noticed, history, collection, order_dates: what is known of a kind
 *   take, merge: what comes, into what is known
 *   flight, patience, fetch_end, fetch: what is asked for, and who waits
 *   own_events, event_fetch, deleted, fetch_job: what a worker does for a fetch
 *   peek, past: what is known, for who works out what to change, and for the rooms above
 *   change, verbs, create, fresh_edit, operation: what is changed
 *   read, freshness, event_status: what the rooms above ask for
 *   lifecycle: all of it, made and ended
 *
 * One arrow points up: a fetch is started by floors that its job stands on, so the jobs are a table
 * (fetch_jobs) that the lifecycle hands in.
 *
 * TIME. Order is told by ticks of one logical clock (cache->tick), not by dates. A tick is taken by
 * every fetch when it begins, every answer to a change of ours, every expiry, and every content
 * that a record gets (its version). From that follows:
 *
 * - flight->begun < got_begun of an item (item->alone): the fetch was begun before an answer about
 * that item, and passes over it.
 * - flight->begun < tombstone->answered: likewise, before the deletion was answered; it says
 * nothing about it.
 * - listed_begun, or got_begun, <= expired: what is known is to be asked for again (after a touch,
 * or a change that may have done more than it said).
 * - record->version: another one is another content, and to history an older or newer one.
 *
 * How old something is, is told by the clock of the mount's configuration (now_ms: ttl, pins), or
 * by the system's, where a wait is measured (progress_ms, silent_ms, worn_ms). Dates that people
 * see are wall clock: a record's mtime, names_ms, machines_ms.
 *
 * GENERATIONS. names_changed is raised whenever a name of the kind comes, goes or passes to another
 * (collection.c): who keeps what names meant compares it, and an item keeps how it is shown
 * (item->form) while it stays as it was. names_ms and machines_ms are when that was, for the dates
 * of directories; the first listing raises none of them.
 *
 * PINS. A resource that this mount has created is shown until shown_until_ms (10 minutes), though
 * listings lack it; a listing that has it, and a deletion that was answered or is of unknown
 * outcome, end that. One that it has deleted leaves a tombstone: listings that have it are not
 * believed, for 10 minutes from the answer, or from the last news of the deletion's event; a
 * listing that lacks it ends that, an event that failed shows it again, and so does the time
 * (deleted.c). What was neither is as the newest listing, or GET, says.
 *
 * GONE. The last CACHE_GONE_REMEMBERED ids of a kind that went, so that they mean no other.
 *
 * VERSIONS. When an item gets another content (take_changed in take.c), digests of the values that
 * were replaced are kept (history.c), with two marks: somebody has read that value (item->shown),
 * and others than this mount have replaced it (the keys of the request tell). A text that carries
 * such a value is a conflict. 24 hours, 16 versions of a resource, 32 MiB in all.
 *
 * MEMORIES. What became of the last change of each verb to each resource (memories.h): whether it
 * is on its way, its event, its outcome. `state`, `wait` and `restore` show it; a restore that is
 * not over blocks another one of its machine.
 *
 * HEALTH of a kind. suspended: a request got no answer in time, reads are not sent until the probe
 * (fetch_end.c) is answered; silent: likewise of changes, which then may not hold a directory for
 * long (patience.c); failed, failed_ms, worn_ms: when old data will do, and when to ask again;
 * refused: what the key may not see is not shown from memory.
 *
 * MEMORY. There may be 250,000 items: 104 bytes each and some 31 in three tables (util/table.h)
 * that know them by their numbers (collection->places); what single requests have said of one is in
 * item->alone, which most do not have. The largest table moves its slots in a few milliseconds when
 * it grows, under the lock: it looks at no item for that.
 *
 * LOCKS. One mutex, cache->lock, guards all that is not marked otherwise; it is held for short
 * times and never across a wait for the network. Order: cache->lock, change->lock, cancel group,
 * token; the workers' own lock is taken inside cache->lock, too. Functions that end in _locked want
 * cache->lock held, and so do all of by_name, collection, gone, history, memories, merge, take,
 * order_dates, read_keys and tombstone.
 */
#ifndef CACHE_STATE_H
#define CACHE_STATE_H

#include "cache/cache.h"
#include "util/notices.h"
#include "util/table.h"
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

/* An item's neighbours in one index of names (by_name.c), by their numbers; TABLE_NONE: none. */
struct name_link {
    uint32_t next;
    uint32_t before; /* TABLE_NONE: it is the first of those with that name, in the table */
    uint32_t count;  /* of them all; right at the first only, 0 elsewhere */
};

enum name_index { NAMES_ALL, NAMES_OF_MACHINE, NAME_INDEXES };

/* A machine that known resources belong to. */
struct machine {
    UT_hash_handle hh;
    size_t items;
    tick_t seen; /* a mark for one walk */
    int64_t
        names_ms; /* wall clock: when a name of its items last changed; 0: not since it is known */
    char id[];
};

/* Which keys' present values somebody has read; freed by shown_clear. */
struct shown {
    uint64_t *keys; /* digests, in no order */
    uint32_t count; /* of them */
    bool all;       /* all but `keys`; else only `keys` */
};

/* What is known of one resource by itself, beside the listings that had it; zeros: nothing is. */
struct item_alone {
    tick_t got_begun; /* of the last GET or answer to a change of ours; 0: none */
    int64_t got_ms;   /* when that was */
    tick_t expired;
    int64_t shown_until_ms; /* shown so long although listings lack it; 0: not pinned */
    int64_t before_ms;      /* its date before the change that was just merged; 0: none was */
};

/* A resource that is shown. There may be 250,000: what few have is elsewhere. */
struct item {
    uint32_t number; /* in collection->places */
    struct name_link names[NAME_INDEXES];
    bool listed : 1;      /* the last listing had it */
    bool partial : 1;     /* listings have it incomplete */
    bool refused : 1;     /* its last GET was denied: old data must not be shown */
    bool served : 1;      /* somebody may read the record that it has now */
    unsigned form : 2;    /* enum name_form, of the record that it has now */
    unsigned judged : 26; /* collection->names_changed when that was judged */
    TAILQ_ENTRY(item) link;
    struct record *record;
    struct machine *machine;  /* NULL: the kind has none */
    struct item_alone *alone; /* NULL: nothing is known so; item_alone, item_make_alone */
    tick_t first_begun;       /* begun of the listing that brought it; 0: it is not new to us */
    tick_t merged;            /* begun of the last listing that had it; 0: none */
    struct shown shown;
};

/* Where an item of a number is, or that the number is free. */
union item_place {
    struct item *item;
    uint32_t next_free; /* TABLE_NONE: that was the last */
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

/* What somebody else has done to a resource; references, one of them may be NULL. */
struct noticed {
    STAILQ_ENTRY(noticed) link;
    struct record *before;
    struct record *after;
};

STAILQ_HEAD(noticed_list, noticed);

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

enum fetch_what {
    FETCH_LIST,
    FETCH_ITEM,      /* for who reads: what is known may be the answer, if the server says so */
    FETCH_ITEM_ANEW, /* for who changes it: the server has to send it */
    FETCH_EVENT
};

struct flight;

/* What a worker does for a flight; no lock held. `problem` is PROBLEM_NONE before. */
typedef void fetch_function(struct flight *flight, struct cancel *cancel, struct problem *problem);

/* A fetch on its way, or its outcome: one for however many wait. References are counted under the
 * lock: one is the running job's, one each waiter's. */
struct flight {
    unsigned refs;
    enum fetch_what what;
    struct collection *collection;
    enum change_verb verb; /* of a FETCH_EVENT: which change's */
    tick_t begun;
    bool waits; /* it has no worker yet: of single items only */
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
    union item_place *places; /* by number, from 1 on */
    uint32_t places_size;     /* how many there is room for, 0 included */
    uint32_t places_used;     /* from that on no number was given yet */
    uint32_t first_free;      /* of those that were given back; TABLE_NONE: none */
    struct table by_id;
    struct table names[NAME_INDEXES];
    struct machine *machines;
    uint64_t names_changed; /* how often a name has come, gone, or been replaced by another */
    int64_t names_ms;    /* wall clock: when that last was, the first listing left out; 0: never */
    int64_t machines_ms; /* likewise, when a machine last came or went */
    size_t bytes;        /* of the records' documents */
    struct item_list order; /* the API's; own creations that listings lack come first */
    struct tombstone *tombstones;
    int64_t hidden_until_ms;     /* then one of them is to show again; 0: none is listed */
    struct revived_list revived; /* by a listing that was just merged */
    struct noticed_list noticed; /* by fetches, and not told yet */
    size_t noticed_count;
    size_t noticed_bytes;
    struct history *histories;
    char *gone[CACHE_GONE_REMEMBERED]; /* a ring of ids that were known; NULL: free */
    size_t gone_next;
    size_t skipped;    /* items of the last listing that have no id */
    bool known;        /* a complete listing has been seen */
    int64_t listed_ms; /* when its last page came */
    tick_t listed_begun;
    tick_t expired;
    TAILQ_HEAD(, flight) flights;
    unsigned items_running; /* flights of single items that have a worker */
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
    char machine_id[300];
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

/* A change: what was asked for, how far it is, how it ended. */
struct change {
    atomic_uint refs;
    struct collection *collection;
    enum change_verb verb;
    char *id;       /* NULL for a create */
    char *body;     /* or NULL; of an edit from when it was worked out on what is sent */
    char **secrets; /* or NULL */
    char *origin;   /* or NULL */
    int64_t deadline_ms;
    bool has_seen;            /* of an edit: older values in it count, but for those */
    struct seen_list seen;    /* that who wrote it means, having read this */
    struct cancel cancel;     /* of the job; an interrupt takes back what was not sent */
    TAILQ_ENTRY(change) link; /* guarded by cache->lock */

    /* The job's alone. */
    bool withheld; /* nothing was to be sent, or the gate did not let it through */
    bool answered;
    struct api_outcome answer;
    struct record *before; /* the resource, when it was sent; NULL: it was not known */
    struct record *result; /* what is there after success; NULL: not known, or nothing is */

    struct doubt *doubt; /* of a create that is sent: what it is known by; guarded by cache->lock */

    pthread_mutex_t lock; /* guards what follows; only tokens are locked inside */
    bool begun;           /* its job runs */
    bool sent;            /* it may have been: its request was begun */
    bool done;
    unsigned waiting; /* how many callers do */
    struct wait_queue waiters;
    struct record *record;
    struct record *created; /* of a create: what is shown already, maybe before it is done */
    /* The job's until it is done. */
    struct problem problem; /* how it failed: a kind; else only the answer's status */
    bool planned;           /* by a dry run that pretends */
};

/* The workers' lanes: one for each kind, one for the events. */
#define CACHE_LANE_EVENTS KINDS_COUNT
#define CACHE_LANES       (KINDS_COUNT + 1)

struct cache {
    struct cache_config config;
    pthread_mutex_t lock;
    tick_t tick;
    struct workers *fetchers;
    fetch_function *const *fetch_jobs; /* by enum fetch_what */
    struct workers *changers;
    struct collection collections[KINDS_COUNT];
    struct remembered *memories;
    struct version_list old_versions; /* of all resources, those replaced longest ago first */
    size_t old_bytes;                 /* what they take */
    uint64_t old_since;               /* what versions before this one had is not all known */
    TAILQ_HEAD(, change) changes;     /* those not done */
    TAILQ_HEAD(, doubt) doubts;
    struct notices changed; /* what is to be told of it: changed.c */
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

/* What depends on all other kinds is to be asked for again: utilization (shape.c). */
void cache_expire_singletons_locked(struct cache *cache);

#endif
