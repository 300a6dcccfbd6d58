/* SPDX-License-Identifier: MIT */
/* A machine event: the asynchronous part of a change, as an answer or a GET described it. */
#ifndef API_EVENT_H
#define API_EVENT_H

#include <stdbool.h>

enum event_outcome { EVENT_UNFINISHED, EVENT_SUCCEEDED, EVENT_FAILED };

/* A plain value; strings longer than the arrays are cut. A zeroed one is "no event". */
struct event {
    char id[300];
    char name[48];  /* snapshot-create … */
    char state[24]; /* new, in progress, done, error, cancelled, or what the server says */
    char machine_id[300];
    char dt_created[40];
    char dt_started[40];
    char dt_finished[40];
    char error[256]; /* "" for null */
};

struct json_object;

/* Reads an event out of `object` (borrowed; NULL or no object: a zeroed event, false). */
bool event_from_json(struct json_object *object, struct event *event);
/* How it ended, read in this order because live servers were seen to answer `error` with no error
 * text and a date although the action succeeded: state `done` is success; an error text is
 * failure; dtFinished set is success; states `error` and `cancelled` are failure; else unfinished.
 * (`cancelled` with dtFinished set and no text: failure, since nothing was done.) */
enum event_outcome event_outcome(const struct event *event);

#endif
