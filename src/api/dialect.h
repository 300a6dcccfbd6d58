/* SPDX-License-Identifier: MIT */
/* Which dialect a server speaks, and where its answers keep things. Private to this room. */
#ifndef API_DIALECT_H
#define API_DIALECT_H

#include "api/call.h"

/* What an answer to a list has, as it is written. */
struct list_answer {
    enum list_style style;
    struct json_slice items;    /* an array */
    struct json_slice has_more; /* of a page; this and the next: no text where there is none */
    struct json_slice next_page;
};

/* Settles the dialect by a list's answer, if it is not settled yet. Returns 0, the dialect in
 * `*out` and the answer's parts in `*parts`; -1 with PROBLEM_PROTOCOL when the answer is no list,
 * or one of another style than the dialect's, whether that was forced or found out. */
int dialect_settle(const struct exchange *call, struct json_slice answer, enum dialect *out,
                   struct list_answer *parts, struct problem *problem);

/* The resource in the answer to a change or a GET: the answer itself, or its member `data` where
 * the dialect wraps. `wrapped`: whether the kind's row says so; either form is understood. */
struct json_object *dialect_resource(enum dialect dialect, bool wrapped,
                                     struct json_object *answer);
/* Reads the event beside the resource; zeroed when there is none. */
void dialect_event(enum dialect dialect, struct json_object *answer, struct event *event);

#endif
