/* SPDX-License-Identifier: MIT */
/*
 * What is known of the server's resources: a collection per kind, filled by lists, kept for a
 * TTL, fetched once however many ask (single flight), readable while stale when the server can't
 * be reached, and right about this mount's own changes at once.
 *
 * Fetches and changes run in worker threads, so they outlive who asked for them. All functions may
 * be called from any thread and hold no lock while they wait. Those that can wait take a token and
 * return 0, or -1 with `problem` set; PROBLEM_TRY_LATER without a status: the token may not wait
 * (CANCEL_CROWDED), and nothing old will do.
 */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include "api/api.h"
#include "util/past.h"
#include "api/record.h"
#include "kinds/kind.h"
#include "util/cancel.h"
#include "util/clock.h"
#include "util/problem.h"

struct cache;
struct guard;
struct change_report;

/* What becomes of changes. */
enum cache_sending {
    CACHE_SENDS,   /* they are sent */
    CACHE_PLANS,   /* none is: on_plan is told, and they fail */
    CACHE_PRETENDS /* none is: on_plan is told, and they succeed without a resource */
};

struct cache_config {
    struct api *api;            /* borrowed, outlives the cache */
    const struct clock *clock;  /* ages and dates; waits and deadlines are on clock_system */
    struct cancel_group *group; /* fired at the mount's end; fetches and changes join it */
    int64_t ttl_ms;
    int64_t stale_ms;      /* 0: never serve stale data */
    int64_t timeout_ms;    /* of one request; also how long a change may take */
    int64_t stale_wait_ms; /* 0: CACHE_STALE_WAIT_MS */
    int64_t show_wait_ms;  /* 0: CACHE_SHOW_WAIT_MS */
    unsigned connections;  /* that requests share; 0: CACHE_ITEMS_AT_ONCE items of a kind at once */
    size_t kind_max_bytes; /* of a kind's documents; 0: CACHE_KIND_MAX_BYTES */
    size_t history_max_bytes; /* of all older versions; 0: CACHE_HISTORY_BYTES */
    int64_t probe_pause_ms;   /* before the first probe; doubles; 0: CACHE_PROBE_PAUSE_MS */
    struct guard *guard;      /* asked before a change is sent; borrowed; NULL: there is none */
    enum cache_sending sending;
    /* In place of sending: keeps the plan, and says in `problem` (PROBLEM_WITHHELD) why it failed.
     * Called by its worker, no lock held. NULL with CACHE_SENDS only. */
    void (*on_plan)(void *ctx, const struct change_report *report, struct problem *problem);
    /* A change has ended: called by its worker before waiters wake, no lock held; or NULL. */
    void (*on_change_end)(void *ctx, const struct change_report *report);
    /* A resource that this mount has deleted shows again: its event has failed, or it is still
     * there long after (`event` is zeroed, or not failed, then). Called from any thread with no
     * lock held, before those are woken who wait for what brought it about; or NULL. */
    void (*on_delete_failed)(void *ctx, const struct kind *kind, const char *id,
                             const struct event *event);
    /* A listing has items that are left out, since they have no id, and the one before had not as
     * many: how many, and which place the first has, from 1 on. Called by the fetch's worker, no
     * lock held; or NULL. */
    void (*on_skipped)(void *ctx, const struct kind *kind, size_t count, size_t first);
    /* A fetch has shown that somebody else made (`before` NULL), deleted (`after` NULL) or changed
     * a resource; called by a worker, no lock held, before those wake who wait for the fetch; or
     * NULL. */
    void (*on_seen)(void *ctx, const struct record *before, const struct record *after);
    /* What is known has changed, or has expired, since the last such call. `keys`: of which
     * resources, as digest_key((uintptr_t)kind, id); NULL: of more than can be named. Called by any
     * thread, one at a time, with cache->lock not held, before those wake who wait for what brought
     * it about; or NULL. */
    void (*on_changed)(void *ctx, const uint64_t *keys, size_t count);
    void *ctx;
};

#define CACHE_SMALL_COUNT        120  /* at most one page: listed again whenever past its TTL */
#define CACHE_STALE_WAIT_MS      2000 /* how long a reader waits when something old is known */
#define CACHE_SHOW_WAIT_MS       2000 /* how long a server may take to show an update */
#define CACHE_ITEMS_AT_ONCE      6
#define CACHE_PROBE_PAUSE_MS     1000
#define CACHE_PROBE_PAUSE_MAX_MS 15000
#define CACHE_HISTORY_MS         86400000   /* how long older versions are remembered: a day */
#define CACHE_HISTORY_DEPTH      16         /* how many of them, for one resource */
#define CACHE_HISTORY_BYTES      (32 << 20) /* in all */
#define CACHE_CHANGES_MS         600000     /* how long ended changes of what is gone are */
#define CACHE_GONE_REMEMBERED    1024       /* ids of a kind */
#define CACHE_KIND_MAX_BYTES     ((size_t)160 << 20) /* of a kind's documents */
#define CACHE_CREATED_PIN_MS     600000
#define CACHE_DELETED_PIN_MS     600000 /* how long what was deleted is hidden though listed */
#define CACHE_EVENT_SOUGHT_MS    600000 /* how long the event of a change is looked for */
#define CACHE_RESTORE_BLOCKS_MS  600000 /* how long a restore keeps others of its machine back */

struct cache *cache_create(const struct cache_config *config); /* NULL: no memory */
/* Waits for running jobs (their tokens must have been fired through the group), after which nobody
 * is called back: before whoever is may go. Nothing may be asked of the API then. NULL is fine. */
void cache_stop(struct cache *cache);
/* Stopped first, if it was not. NULL is fine. */
void cache_destroy(struct cache *cache);
/* The dialect of the API and the kind's rows in it, as far as known. */
enum dialect cache_dialect(const struct cache *cache);
const struct kind_shape *cache_shape(const struct cache *cache, const struct kind *kind);
bool cache_has(const struct cache *cache, const struct kind *kind);

/* --- reading ------------------------------------------------------------------------------- */

enum cache_need {
    CACHE_ANY,    /* some complete listing, of any age: fetches only when none is known */
    CACHE_LOOKUP, /* as fresh as a lookup needs: past its TTL a small kind is listed again */
    CACHE_FRESH   /* as fresh as a listing needs: past its TTL it is fetched again */
};

/* Makes sure that a listing of `kind` (no singleton) is known as `need` says. With an old listing
 * known, waits at most CACHE_STALE_WAIT_MS without progress and then succeeds with the old one,
 * if the failure is a timeout, no connection or 5xx and the old one is no older than stale_ms;
 * 401, 403, 404 always fail. After one timeout further calls for that kind fail at once, or use
 * the stale listing, until a probe in the background has answered. */
int cache_ensure(struct cache *cache, const struct kind *kind, enum cache_need need,
                 struct cancel *cancel, struct problem *problem);

/* The following answer at once from what is known (nothing known: nothing found). */

/* All records in the API's order, deleted ones left out; false: no memory. */
bool cache_records(struct cache *cache, const struct kind *kind, struct record_list *out);
size_t cache_count(struct cache *cache, const struct kind *kind);
/* Another number after each change of which resources the kind has, or how one is called. */
uint64_t cache_names_generation(struct cache *cache, const struct kind *kind);
/* How a record that is known is shown, kept from who has judged it at that generation of names to
 * whoever asks before a name of its kind comes, goes, or passes to another. */
enum name_form { NAME_UNJUDGED, NAME_PLAIN, NAME_AND_ID };
enum name_form cache_name_form(struct cache *cache, const struct record *record);
void cache_keep_name_form(struct cache *cache, const struct record *record, uint64_t generation,
                          enum name_form form);
/* When that last was (wall clock, always later than the time before); -1: not since the kind is
 * known. `machine_id`: of one machine's resources; "": which machines have any; NULL: of all. */
int64_t cache_names_ms(struct cache *cache, const struct kind *kind, const char *machine_id);
/* `count` records of those, in that order or against it, from the one with that id on: references,
 * into an empty list. False: there are not so many, or no memory, and `out` is empty. */
bool cache_run(struct cache *cache, const struct kind *kind, const char *id, size_t count,
               bool backwards, struct record_list *out);
/* One reference, or NULL. */
struct record *cache_by_id(struct cache *cache, const struct kind *kind, const char *id);
/* Whether it was the id of a resource that was known once and is no more; of those that went the
 * last CACHE_GONE_REMEMBERED of a kind are remembered. */
bool cache_is_gone(struct cache *cache, const struct kind *kind, const char *id);
/* How many resources have exactly this name; references to the first `max` of them in `out`.
 * `machine_id` NULL: of any machine. */
size_t cache_by_name(struct cache *cache, const struct kind *kind, const char *name,
                     size_t name_bytes, const char *machine_id, struct record **out, size_t max);
/* The machines that the known resources of `kind` belong to, in order of first appearance; each
 * string and the array freed by the caller; false: no memory. */
bool cache_machines(struct cache *cache, const struct kind *kind, char ***out, size_t *count);
bool cache_has_machine(struct cache *cache, const struct kind *kind, const char *machine_id);
/* How long what is known may be shown without asking again: from 0 (past its TTL) to ttl_ms. */
int64_t cache_fresh_for_ms(struct cache *cache, const struct kind *kind);
/* Whether a complete listing is known, and past its TTL by its age alone, which is a
 * second at least. */
bool cache_is_aged(struct cache *cache, const struct kind *kind);
/* Whether a complete listing of the kind is known, of any age. */
bool cache_is_known(struct cache *cache, const struct kind *kind);

/* The record of one resource (id NULL: of a singleton), fresh and complete: fetched by one GET when
 * its kind is large and past its TTL, when the item came incomplete in the list, or when it was
 * expired by itself; a small kind past its TTL is listed again. Stale data as in cache_ensure.
 * PROBLEM_NOT_FOUND: it does not exist (any more). One reference in `*out`. */
int cache_read(struct cache *cache, const struct kind *kind, const char *id, struct cancel *cancel,
               struct record **out, struct problem *problem);

/* Copies what was replaced in the last CACHE_HISTORY_MS, of the last CACHE_HISTORY_DEPTH versions
 * that somebody may have read; past_finish frees it. Without memory there is none. */
void cache_get_past(struct cache *cache, const struct kind *kind, const char *id, struct past *out);
void past_finish(struct past *past);
/* Whether a value that somebody may have read was replaced by others, in that time. */
bool cache_was_changed_elsewhere(struct cache *cache, const struct record *record);
/* A reader was given the value of `key` (0: the whole document) in the version with that number. */
void cache_note_shown(struct cache *cache, const struct kind *kind, const char *id,
                      uint64_t version, uint64_t key);

/* The next read asks the server, and waits for a fetch begun from now on; nothing is dropped.
 * kind NULL: all; id NULL: the whole kind. After cache_expire(kind, id) a cache_read of it costs
 * one GET of that resource, in a small kind too. */
void cache_expire(struct cache *cache, const struct kind *kind, const char *id);
/* Tells of what changed by itself (config.on_changed); costs nothing when nothing has. No lock
 * held. */
void cache_tell_changed(struct cache *cache);

/* --- changing ------------------------------------------------------------------------------ */

/* A change on its way, or its recorded outcome: sent once, by a worker; may be waited for by
 * several, one after another or together. Reference-counted. */
struct change;

struct change_request {
    enum change_verb verb;
    const struct kind *kind;
    const char *id;             /* of what is changed; NULL for a create; copied */
    const char *body;           /* JSON text or NULL; copied, wiped when freed */
    const char *const *secrets; /* values to scrub from problems, ends with NULL; or NULL; copied */
    /* Of an edit: what the process that wrote it has read of the resource; copied. NULL: no value
     * in it counts as an older one. */
    const struct seen_list *seen;
    int64_t deadline_ms; /* absolute, monotonic: when the change gives up */
    const char *origin;  /* who asked for it, for on_change_end; or NULL; copied */
};

/* A change that has ended, sent or not; all borrowed for the call. */
struct change_report {
    enum change_verb verb;
    const struct kind *kind;
    const char *id;                /* of the resource; NULL: none was created */
    const char *body;              /* JSON text with its secrets, or NULL */
    const char *origin;            /* as the request had it, or NULL */
    const struct problem *problem; /* PROBLEM_NONE: it succeeded; status: the answer's */
};

/* Starts a change. One reference in `*out`. -1: no memory, or the cache is being destroyed.
 * Changes of one resource are sent one after another. A change that was sent is not cancelled by
 * the mount's end, but by its deadline; one that was not yet is not sent (PROBLEM_INTERRUPTED).
 *
 * What a worker does beside the request (api_change): create: with PROBLEM_UNKNOWN_OUTCOME the kind
 * is listed again, and a resource whose id was not known before and whose required fields (by the
 * shape's rows) equal the body's means success; else the problem stays, is remembered with the ids
 * known before, and a later create with equal required fields first looks in a new listing whether
 * the earlier one has succeeded, before it sends anything (found: success without sending). Where
 * no listing was known before, the kind is listed before sending. While a create is in flight a
 * further one with the same body waits for its outcome and shares it. Any change passes the gate
 * first: config.sending and config.guard, which may keep it back (PROBLEM_WITHHELD); of what is
 * kept back on_change_end hears nothing. update: it has succeeded when what was sent is shown
 * (PROBLEM_PROTOCOL: a key still has its former value), in the answer, or where that is not the
 * resource, in a GET up to 2 s later (PROBLEM_UNKNOWN_OUTCOME: that was not answered either); of
 * what is never shown, a secret, any JSON is success. edit: what its `body`, an edit
 * (document_edit) that json_print has made, means for the resource, is sent as an update. It is
 * worked out by the worker when its time has come: of what one GET answers now where the API takes
 * whole objects, or what is known is incomplete, else of what is known. Nothing differs: success,
 * and nothing is sent. It is refused, or the GET fails: a problem, with the errno or kind and words
 * of that; nothing was sent, and on_change_end hears nothing. delete: after another answer than the
 * documented one, 404 and 410, a GET tells: gone is success, PROBLEM_PROTOCOL: still there,
 * PROBLEM_UNKNOWN_OUTCOME: it was not answered. restore: while another one is pending on that
 * machine, as far as known, PROBLEM_CONFLICT with err EBUSY, and nothing is sent. Success is in the
 * cache before waiters wake: a created resource is shown (first in order) until a listing begun
 * after the answer has had it, at most CACHE_CREATED_PIN_MS; an updated one keeps the answer over
 * any fetch that overlapped; a deleted one stays hidden until a listing begun after the answer
 * lacks it, or its event has failed, or CACHE_DELETED_PIN_MS have passed since the answer or the
 * last news of its event (then it shows again). A deletion that was answered, or may have been
 * carried out, ends a creation's being shown. Utilization is expired. */
int change_start(struct cache *cache, const struct change_request *request, struct change **out);
/* Whether a create with these required fields was sent, and what became of it is not known: then
 * the next one looks before it sends. */
bool cache_create_in_doubt(struct cache *cache, const struct kind *kind, const char *body);
/* Waits for the outcome: 0, or -1 and the problem. When `cancel` fires first: -1 with
 * PROBLEM_INTERRUPTED or PROBLEM_TIMEOUT, and the change goes on; it may be waited for again. An
 * interrupt of its only caller takes back what was not sent yet (PROBLEM_INTERRUPTED, in words),
 * and ends further attempts: then the outcome is that of the last one. */
int change_wait(struct change *change, struct cancel *cancel, struct problem *problem);
bool change_done(struct change *change);
/* How long who holds a directory in the kernel should wait for a change of `kind`: as long as the
 * timeout; where one got no answer in time a sixth of that, at most 5 s, until one is answered, or
 * the kind after it was silent. */
int64_t cache_patience_ms(struct cache *cache, const struct kind *kind);
/* Whether it is done and was not sent: a dry run that pretends (CACHE_PRETENDS). */
bool change_planned(struct change *change);
/* After success: the resource as it is now, or as it was last known when an update was answered
 * without it and it could not be read (one reference; NULL for delete and restore). */
struct record *change_record(struct change *change);
/* What a create has made, as soon as cache_records and its like can show it, which is before the
 * change is done; one reference, or NULL: nothing, or not yet. */
struct record *change_created(struct change *change);
/* While a create has no answer yet: what a listing has brought meanwhile and is taken for what it
 * makes (a new id with the same required fields); one reference, or NULL. */
struct record *change_sighted(struct change *change);
struct change *change_ref(struct change *change);
void change_unref(struct change *change); /* NULL is fine */

/* --- machine events -------------------------------------------------------------------------- */

/* What is remembered of the last change of `verb` (CREATE, DELETE or RESTORE) that this mount sent
 * for the resource `id`. */
struct cache_event {
    bool known;           /* false: none was sent */
    bool outcome_unknown; /* it was sent, and nothing has told yet what became of it */
    bool answered_whole;  /* the dialect has no events: done with the 2xx */
    bool asking;          /* news of it is on its way */
    int64_t sent_ms;      /* monotonic, on the cache's clock: to tell which was the last */
    struct event event;   /* zeroed where there is none, or it has not been found yet */
    enum event_outcome outcome;
};

/* Brings the state up to date (one GET of the event when it is unfinished and was not asked for
 * in the last second; `cancel` NULL: does not ask; one that has fired: asks, and waits for no
 * answer) and reports it. A failed GET leaves what is known and is no error. Where the answer
 * brought no event (a creation that was found by looking, a change of unknown outcome), it is
 * looked for among those of its machine, for CACHE_EVENT_SOUGHT_MS; until then such a creation is
 * unfinished, from then on its outcome is unknown. */
void cache_event(struct cache *cache, const struct kind *kind, const char *id,
                 enum change_verb verb, struct cancel *cancel, struct cache_event *out);
/* Whether anything is remembered of changes that this mount has sent for that resource. */
bool cache_remembers(struct cache *cache, const struct kind *kind, const char *id);
/* Whether a restore that this mount sent on that machine in the last CACHE_RESTORE_BLOCKS_MS is
 * unfinished, or of unknown outcome, or one is in flight; brings its event up to date as
 * cache_event does. */
bool cache_restore_pending(struct cache *cache, const char *machine_id, struct cancel *cancel);

/* --- status ---------------------------------------------------------------------------------- */

struct cache_status {
    bool known;     /* a complete listing (or the singleton) is known */
    bool online;    /* the last fetch was answered */
    bool stale;     /* past its TTL */
    int64_t age_ms; /* since it was known to be right; -1: not known */
    size_t count;
    size_t skipped;         /* items of the listing that are not shown, since they have no id */
    struct problem problem; /* of the last fetch, if it failed */
};
void cache_get_status(struct cache *cache, const struct kind *kind, struct cache_status *out);

#endif
