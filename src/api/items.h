/* SPDX-License-Identifier: MIT */
/*
 * What a list has brought so far: each resource once, whichever end it came from. Private to this
 * room.
 *
 * A long list is fetched from both ends. They have met when one of them ends in resources that the
 * other has brought, in the opposite order: what comes after those there, the other had before. In
 * the same order they stand only where the server does not honour the order, or where more than a
 * page of resources are equal to it: then the ends do not agree, and one of them is not believed.
 *
 * Any thread; nothing else is locked under its lock.
 */
#ifndef API_ITEMS_H
#define API_ITEMS_H

#include "api/record.h"
#include "util/table.h"

#include <pthread.h>

enum list_end {
    LIST_FRONT, /* in the API's order */
    LIST_REAR,  /* in the opposite one */
    LIST_ENDS
};

/* What one end has, or both have, brought. */
struct list_item {
    struct record *record;     /* NULL: it was dropped */
    uint32_t place[LIST_ENDS]; /* from 1 on, in the order of each end; 0: it has not had it */
};

/* What one end has brought, in its order. */
struct list_side {
    uint32_t *items; /* their numbers */
    size_t count;
    size_t capacity;
    size_t page;     /* where its page at hand begins */
    size_t bytes;    /* of those records, whoever brought them, and of its cursors */
    size_t disorder; /* how often two that the other end had stood in the same order there */
};

struct list_items {
    pthread_mutex_t lock;    /* guards the rest */
    struct list_item *items; /* by number, from 1 on, in the order in which they came */
    size_t count;            /* of them, the dropped ones included */
    size_t capacity;
    struct table by_id;
    struct list_side sides[LIST_ENDS];
    size_t bytes;     /* of all records */
    size_t max_items; /* set once, as the next */
    size_t max_bytes;
    bool met;
};

enum items_result {
    ITEMS_NEW,       /* this end had not had it */
    ITEMS_KNOWN,     /* it had */
    ITEMS_TOO_MANY,  /* there are more than max_items with it */
    ITEMS_TOO_LARGE, /* they take more than max_bytes with it */
    ITEMS_NO_MEMORY
};

void items_init(struct list_items *items, size_t max_items, size_t max_bytes);
void items_finish(struct list_items *items);

/* An end has brought these; `*brought` is how many of them it had not had. The first that there is
 * no room for says what comes back, else it is one of the first two. The bounds are the front's:
 * what the rear has brought before takes no room from it, and the rear has what is left. */
enum items_result items_add(struct list_items *items, enum list_end end,
                            const struct record_list *records, size_t *brought);
/* Counts that much text more, of a cursor: ITEMS_NEW or ITEMS_TOO_LARGE. */
enum items_result items_count_text(struct list_items *items, enum list_end end, size_t bytes);
/* Whether all together are within the bounds. */
bool items_fit(struct list_items *items);

/* How many that end has brought, itself. */
size_t items_count(struct list_items *items, enum list_end end);
/* A page of that end is over: whether the ends have met by it. */
void items_end_page(struct list_items *items, enum list_end end);
bool items_met(struct list_items *items);
/* Whether the ends can't both be right. */
bool items_disagree(struct list_items *items);
/* How many the rear has brought that the front has not. */
size_t items_of_rear(struct list_items *items);

/* Forgets what came from the rear only; nothing may be added from there any more. */
void items_drop_rear(struct list_items *items);
/* All of them, into an empty list, in the order of the front; none are left. False: no memory. */
bool items_move(struct list_items *items, struct record_list *out);

#endif
