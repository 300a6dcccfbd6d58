/* SPDX-License-Identifier: MIT */
/* One walk along the pages of a list, from its front or from its rear. Private to this room. */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/call.h"
#include "api/idset.h"
#include "api/items.h"

struct page_walk {
    struct exchange call;
    enum list_end end;
    struct list_items *items; /* what it brings goes there */
    enum dialect dialect;     /* as far as known before the first answer, then for certain */
    bool limited;             /* the first page was asked for with a limit */
    unsigned pages;           /* so far */
    unsigned barren_pages;    /* in a row */
    unsigned thin_pages;      /* ever */
    size_t seen;              /* items of the pages before this one */
    size_t skipped;           /* items that have no id */
    size_t first_skipped;     /* the place of the first of those, from 1 on; 0: none */
    struct idset cursors;
    struct buf text;     /* of the page at hand */
    struct buf last_id;  /* of its last item */
    struct buf first_id; /* of its first one */
    size_t count;        /* of its items */
    size_t brought;      /* of them, those that this end had not had */
    uint64_t content;    /* of them all, and of the query that it was asked for by */
    uint64_t query;
    struct memo memo;         /* of what it was before; without an etag: none */
    struct record_list known; /* what it was before; then, what is on its way to the list */
    char *after;              /* the next page's cursor; NULL: there is none */
};

/* A walk that has not begun; `items` and `cancel` outlive it. To be freed by page_walk_finish, and
 * not to be moved meanwhile. */
void page_walk_init(struct page_walk *walk, struct api *api, const struct kind *kind,
                    enum list_end end, struct list_items *items, struct cancel *cancel);
void page_walk_finish(struct page_walk *walk);

/* Ask for the first page (with a limit where the kind takes one; of the front without,
 * when that is refused),
 * and for the one after the last that was taken, which there has to be. Return 0; -1 with
 * `problem`. */
int page_fetch_first(struct page_walk *walk, struct problem *problem);
int page_fetch_next(struct page_walk *walk, struct problem *problem);
/* Takes what was fetched: its items, and walk->after. Returns 0; -1 with `problem`, which is the
 * answer's. */
int page_take(struct page_walk *walk, struct problem *problem);
/* Whether a page that could not be fetched is none: the only page before it was the whole. */
bool page_was_whole(const struct page_walk *walk, const struct problem *problem);

#endif
