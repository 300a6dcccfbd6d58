/* SPDX-License-Identifier: MIT */
/*
 * Calls of the storage API: paths, paging, dialects, retries; an answer becomes a record or a
 * problem. Knows resources only by the rows of kinds/.
 *
 * All functions may be called from any thread, block, and return 0, or -1 with `problem` set. After
 * success `problem` is none and holds the last answer's HTTP status.
 * Each HTTP request gets `timeout_ms` at most, and ends when `cancel` fires (PROBLEM_INTERRUPTED,
 * or PROBLEM_TIMEOUT for its deadline). Retries (GET, PUT, DELETE on 408, 425, 429, 502, 503, 504
 * and connection loss; POST only when it certainly was not sent or the answer was 429 or 503) stay
 * within that time: exponential backoff with jitter from 250 ms, Retry-After honoured when it fits.
 * Without a connection four attempts are made, so that an unreachable server is soon told from a
 * slow one. An answer that is no JSON is not asked for again.
 *
 * A problem that an answer brought has its status and code, and as message the API's own, where
 * it has one; any other message names method and path. What came with an answer holds no
 * part of a key, or of a secret that was sent or that the resource is known to have (hidden.h).
 */
#ifndef API_API_H
#define API_API_H

#include "api/event.h"
#include "api/record.h"
#include "http/http.h"
#include "kinds/kind.h"
#include "util/cancel.h"
#include "util/clock.h"
#include "util/problem.h"

struct api;

/* http_perform, or a fake of it in tests: same contract. */
struct api_transport {
    int (*perform)(void *ctx, const struct http_request *request, struct cancel *cancel,
                   struct http_response *response, struct problem *problem);
    void *ctx;
};

/* One HTTP exchange, for a journal of requests: never a header, never a body. */
struct api_exchange {
    const struct kind *kind; /* NULL: events and the session */
    enum http_method method;
    const char *url;
    long status;    /* 0: no answer */
    bool unchanged; /* a 304 that was asked for: as good as a 2xx */
    bool needs_key; /* a 2xx means that the key is accepted; the session's path has one for any */
    int64_t elapsed_ms;
    size_t answer_bytes;
};

struct api_config {
    const char *base_url; /* checked by http_check_url, no slash at its end; copied */
    struct api_transport transport;
    const struct clock *clock;
    int64_t timeout_ms;
    int64_t backoff_ms;    /* the first pause before a retry; 0: 250 ms */
    int forced_dialect;    /* an enum dialect, or -1: find out from the first list */
    size_t max_list_items; /* 0: 250,000 */
    size_t max_list_bytes; /* of the items' text and of the cursors; 0: 160 MiB */
    /* Called after every exchange, from the calling thread or one that works for it; or NULL. */
    void (*on_exchange)(void *ctx, const struct api_exchange *exchange);
    /* Called on a 401, at most once for each call of this API, with the key that was sent ("":
     * none): reads the key again. Returns true when the key is another one now (api_set_key was
     * called, for this request or before): the request is tried once more. Or NULL. */
    bool (*on_unauthorized)(void *ctx, const char *refused);
    /* Whether no change is sent now, whoever asks: PROBLEM_WITHHELD, err EROFS. Called before each
     * from the calling thread; must not wait. NULL: changes are sent. */
    bool (*reads_only)(void *ctx);
    /* The resource (a singleton's id is "") as it is known, a reference, or NULL: its secrets are
     * kept from the words of answers about it, and where an ETag says that it is unchanged, it is
     * the answer. Called from the calling thread; must not wait. NULL: nothing is known. */
    struct record *(*known)(void *ctx, const struct kind *kind, const char *id);
    /* What is known of a kind's list: `count` records in its order, or against it, from that id on;
     * references, into an empty list. False: it is not known so, and `out` is empty. Called from
     * the thread of a list; must not wait. Where an ETag says that a page is unchanged, they are
     * what the list brings. NULL: pages are always asked for anew. */
    bool (*known_run)(void *ctx, const struct kind *kind, const char *id, size_t count,
                      bool backwards, struct record_list *out);
    void *ctx;
};

#define API_PAGE_LIMIT 120

struct api *api_create(const struct api_config *config); /* NULL: no memory */
void api_destroy(struct api *api);                       /* NULL is fine */
/* Sets the key that is sent; copied; the old one is wiped, and no ETag that came with it is sent
 * any more. Any thread, any time. */
void api_set_key(struct api *api, const char *key);

/* The dialect as far as known: forced, found out, or DIALECT_DOCS until a list was seen. */
enum dialect api_dialect(const struct api *api);
bool api_dialect_known(const struct api *api);
/* Whether the dialect has such a kind, as far as is known. */
bool api_has(const struct api *api, const struct kind *kind);

/* Called after each page with the number of items so far, without the other end's; or NULL. False:
 * nobody wants the rest, and the list ends as interrupted. */
typedef bool api_progress(void *ctx, size_t items);

/* Lists all resources of a kind, every page, in the API's order, duplicates (by id) dropped; items
 * without an id are left out and counted (nothing but such: PROBLEM_PROTOCOL); a PROBLEM_PROTOCOL
 * is a cursor that comes back; a list that goes on beyond max_list_items or max_list_bytes, or has
 * a cursor of more than 4 KiB, is PROBLEM_TOO_LARGE; one that brings next to nothing with each page
 * is not asked for faster than 20 pages a second, and after 11 that bring nothing it is
 * PROBLEM_PROTOCOL. Where lists have an order, from the ninth page on it is fetched ascending from
 * the other end as well, by a thread that ends before this returns and that calls the transport and
 * on_exchange, too; at most two pages more. The first list of any kind that answers decides the
 * dialect (a bare array or an object with `items`); a 400 to the query is tried once without a
 * query. A page whose answer had an ETag, and whose records are still what known_run has, is asked
 * for with If-None-Match; a 304 brings these records again. Empty `out` on entry; filled on success
 * only. */
int api_list(struct api *api, const struct kind *kind, struct cancel *cancel,
             api_progress *progress, void *progress_ctx, struct record_list *out,
             struct problem *problem);
/* Asks for the first page only, and keeps nothing of it but the dialect: whether there is such a
 * kind at all. */
int api_first_page(struct api *api, const struct kind *kind, struct cancel *cancel,
                   struct problem *problem);
/* `id` is NULL for a singleton. One reference in `*out`, to what the server has sent just now. */
int api_get(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
            struct record **out, struct problem *problem);
/* The same, for who has what is known: where the last answer to a GET of it had an ETag, and what
 * that brought is what is known, the server is asked with If-None-Match, and a 304 brings what is
 * known; if that is another by then, the server is asked once more, without. ETags are kept of the
 * 256 resources that were asked for last, until one is changed by this API. */
int api_refresh(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
                struct record **out, struct problem *problem);

/* Whether the resource is there, as one GET tells: `*out` is one reference, or NULL when it is gone
 * (404, 410, or null in its place). -1: it did not tell. `problem` is not NULL. */
int api_look(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
             struct record **out, struct problem *problem);

/* --- changes -------------------------------------------------------------------------------- */

/* An edit is an update whose body is worked out when its time has come: above, since here it has
 * one. */
enum change_verb {
    CHANGE_CREATE,
    CHANGE_UPDATE,
    CHANGE_EDIT,
    CHANGE_DELETE,
    CHANGE_RESTORE,
    CHANGE_VERBS /* how many there are */
};
#define CHANGE_VERBS (CHANGE_RESTORE + 1)

/* How a verb is asked for. */
struct api_verb {
    enum http_method method;
    bool of_one;      /* of a resource: its id is behind the kind's path */
    const char *tail; /* and this behind that */
};
const struct api_verb *api_verb(enum change_verb verb);

struct api_change {
    enum change_verb verb;
    const struct kind *kind;
    const char *id;   /* of what is changed; of a create it is not looked at */
    const char *body; /* JSON text; NULL sends none */
    /* Values that are kept from the problem beside those in the body; ends with NULL; or NULL. */
    const char *const *secrets;
};

/* What a 2xx brought. Only the first says that it was done. */
enum api_answer {
    API_ANSWERED,       /* what the dialect's documents say */
    API_ANSWERED_OTHER, /* JSON of another shape */
    API_ANSWERED_BADLY  /* no JSON, or an answer that was broken */
};

struct api_outcome {
    enum api_answer told;  /* of a create and a restore only the first is success */
    struct record *record; /* created or updated, with API_ANSWERED: one reference, the caller's */
    struct event event;    /* zeroed, or filled when the answer brought one */
    long status;           /* of the answer; 0: there was none, or it was broken */
};

/* Makes a change. `problem` is not NULL. `cancel` should fire on shutdown and deadline only: a sent
 * change is let finish. PROBLEM_UNKNOWN_OUTCOME: it was sent, and it is not known whether it was
 * done (a POST without a clear answer, or with a 2xx of another shape than the dialect's; a PUT or
 * DELETE whose answers were all lost). PROBLEM_TIMEOUT of a PUT or DELETE: its words say whether it
 * was sent. A 404 or 410 is PROBLEM_NOT_FOUND, of a deletion too. */
int api_change(struct api *api, const struct api_change *change, struct cancel *cancel,
               struct api_outcome *out, struct problem *problem);

/* --- events, the account -------------------------------------------------------------------- */

int api_event(struct api *api, const char *event_id, struct cancel *cancel, struct event *event,
              struct problem *problem);
/* The newest events of a machine, at most `max` (1 to API_PAGE_LIMIT), into `events`, newest first;
 * PROBLEM_NOT_FOUND where the dialect has none. */
int api_machine_events(struct api *api, const char *machine_id, struct cancel *cancel,
                       struct event *events, size_t max, size_t *count, struct problem *problem);

/* Who the key belongs to. `docs` only: elsewhere, and on 404, known stays false and it is no
 * error. valid is false when the server answered `null`: the key isn't accepted. */
struct api_session {
    bool known;
    bool valid;
    char user[128];
    char team[128];
};
int api_session(struct api *api, struct cancel *cancel, struct api_session *session,
                struct problem *problem);

#endif
