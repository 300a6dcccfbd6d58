/* SPDX-License-Identifier: MIT */
/*
 * A little API in memory, behind a struct api_transport: stateful, speaks the `docs` dialect, and
 * fails or holds requests as told. All functions may be called from any thread.
 */
#ifndef TEST_CACHE_SERVER_H
#define TEST_CACHE_SERVER_H

#include "api/api.h"

#include <stdbool.h>
#include <stddef.h>

struct server;

struct server *server_create(void);
void server_destroy(struct server *server);
struct api_transport server_transport(struct server *server);

/* Adds a resource behind (server_add) or before (server_add_first) the others of `path`. */
void server_add(struct server *server, const char *path, const char *json);
void server_add_first(struct server *server, const char *path, const char *json);
/* Sets one string member. */
void server_edit(struct server *server, const char *path, const char *id, const char *key,
                 const char *value);
void server_remove(struct server *server, const char *path, const char *id);
size_t server_count(struct server *server, const char *path);

enum fault {
    FAULT_STATUS,      /* answers `status`, nothing is carried out */
    FAULT_TIMEOUT,     /* no answer in time, nothing is carried out */
    FAULT_REFUSED,     /* no connection */
    FAULT_LOST,        /* carried out, but the answer is lost */
    FAULT_DROPPED,     /* received, not carried out, no answer */
    FAULT_KEPT,        /* not carried out, but answered as server_answer says */
    FAULT_EMPTY,       /* carried out, answered with {} */
    FAULT_ANSWER,      /* carried out, answered as server_answer says */
    FAULT_CLOSED,      /* carried out, and the connection is lost before the answer */
    FAULT_CUT,         /* carried out, and the answer is cut short */
    FAULT_HOLD_BEFORE, /* waits for server_release, then is carried out */
    FAULT_HOLD_AFTER   /* is carried out, then waits for server_release */
};
/* The next `times` requests of that method whose path begins with `prefix`; -1: for ever. Several
 * rules are tried in the order in which they were made. */
void server_fail(struct server *server, enum http_method method, const char *prefix,
                 enum fault fault, long status, int times);
/* The same, with FAULT_KEPT or FAULT_ANSWER and this answer. */
void server_answer(struct server *server, enum http_method method, const char *prefix,
                   enum fault fault, long status, const char *body, int times);
void server_heal(struct server *server);    /* drops all rules; those held go on */
void server_release(struct server *server); /* lets those go on that are held now */
void server_wait_held(struct server *server, unsigned count); /* until so many are held */

/* Items of lists lack this key (NULL: none). */
void server_hide_in_lists(struct server *server, const char *key);
/* Lists have ETags; and how many pages were answered by 304 so far. */
void server_give_etags(struct server *server);
unsigned server_unchanged(struct server *server);
/* Deletions leave the resource there: they are done later, if at all. */
void server_delete_later(struct server *server, bool on);
/* The state of all events from now on, old ones too. */
void server_set_events(struct server *server, const char *state, const char *error);

/* The date of events from now on, and whether the next changes' answers lack theirs. */
void server_date_events(struct server *server, const char *iso);
/* DIALECT_DOCS unless told otherwise. */
void server_speak(struct server *server, enum dialect dialect);

/* Requests so far of that method whose path begins with `prefix`. */
unsigned server_requests(struct server *server, enum http_method method, const char *prefix);
unsigned server_all_requests(struct server *server);
void server_forget_requests(struct server *server);

#endif
