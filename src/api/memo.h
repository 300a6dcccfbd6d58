/* SPDX-License-Identifier: MIT */
/*
 * What the server said of a list's pages, so that it need not say it again: an ETag for each, and
 * what the page brought, as a digest. Of the records nothing is kept here: who keeps what is known
 * is asked for them, and only if they are still those of the page is the server asked whether it
 * is as it was (If-None-Match). So a 304 means what that page brought, for certain.
 *
 * A memo is of one place in one walk, from the front or the rear, and of one URL. Beside them, of
 * single resources, are tags, likewise. All are forgotten when the key changes. Private to this
 * room; any thread; nothing else is locked under its lock.
 */
#ifndef API_MEMO_H
#define API_MEMO_H

#include "api/items.h"
#include "api/tags.h"

#include <pthread.h>

/* One page. 48 bytes, and its texts. */
struct memo {
    uint64_t query;   /* digest of what is behind the list's path */
    uint64_t content; /* memo_add of its items, in their order */
    size_t count;     /* of its items */
    char *etag;       /* one allocation with the next two */
    const char *first_id;
    const char *next; /* the next page's cursor, "": there is none */
};

#define MEMO_NONE ((struct memo){.etag = NULL})

#define MEMO_CONTENT_EMPTY UINT64_C(0xcbf29ce484222325)

struct memo_list {
    struct memo *pages;
    size_t count;
};

struct memos {
    pthread_mutex_t lock;                               /* guards the rest */
    struct memo_list lists[KINDS_COUNT + 1][LIST_ENDS]; /* the last: of kinds not among kinds_all */
    struct tags tags;
    unsigned era; /* how often all was forgotten */
};

/* Where a memo belongs. */
struct memo_place {
    const struct kind *kind;
    enum list_end end;
    size_t page; /* from 0 on */
};

void memos_init(struct memos *memos);
void memos_finish(struct memos *memos);
/* Forgets all; what is begun before, and kept after, is not kept. */
void memos_forget(struct memos *memos);
unsigned memos_era(struct memos *memos);

/* The content with one item more. */
uint64_t memo_add(uint64_t content, const struct record *record);
uint64_t memo_query(const char *query);

/* A copy of the memo of that place and query, to be freed by memo_finish; without an etag: none. */
struct memo memo_find(struct memos *memos, struct memo_place place, uint64_t query);
/* Keeps a copy of it in place of the one before; without an etag, that one is forgotten. `era`: of
 * when it was asked for. No memory, or a place beyond 4,096 pages: it is forgotten. */
void memo_keep(struct memos *memos, struct memo_place place, unsigned era, const struct memo *memo);
void memo_finish(struct memo *memo);

/* --- single resources ----------------------------------------------------------------------- */

/* A copy of the tag of that resource; false: there is none. */
bool memo_find_tag(struct memos *memos, uint64_t resource, struct tag *out);
/* Keeps a copy of it in place of the one before; without an etag, that one is forgotten. `era`: of
 * when it was asked for. */
void memo_keep_tag(struct memos *memos, unsigned era, const struct tag *tag);
/* The resource is about to be changed. */
void memo_forget_tag(struct memos *memos, uint64_t resource);

#endif
