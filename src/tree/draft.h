/* SPDX-License-Identifier: MIT */
/*
 * Drafts of resources: draft.c (their life) and draft_files.c (what is in them, and the create that
 * completes them). Any thread; vfs->lock is taken inside.
 */
#ifndef TREE_DRAFT_H
#define TREE_DRAFT_H

#include "tree/tree_internal.h"

struct draft {
    struct dir *dir;       /* a reference */
    struct buf values;     /* what was accepted so far: a JSON object as text; guarded by lock */
    struct change *change; /* its create on its way; guarded by vfs->lock */
    bool planned;          /* a dry run has planned its create; guarded by vfs->lock */
    /* The last create that failed: its body ("": none), and why; guarded by vfs->lock. */
    struct buf refused_body;
    int refused_rc;
    struct problem refusal;
    bool gone; /* its document named a resource that is gone; guarded by vfs->lock */
    int64_t mtime_ms;
    LIST_ENTRY(draft) link; /* in tree->drafts, guarded by vfs->lock */
};

/* What a draft is made of at this moment: copies, wiped by draft_view_finish. */
struct draft_view {
    struct buf name; /* decoded */
    struct buf values;
};

/* False: it is no draft any more, or no memory; to be finished in any case. */
bool draft_view(struct dir *dir, struct draft_view *out);
void draft_view_finish(struct draft_view *view);
/* What a field's file gave is kept whether or not it completes the draft. False: no memory. */
bool draft_keep_values(struct dir *dir, const struct draft_view *now);
/* A dry run has planned its create, of these values: it stays a draft, and what is written to it
 * from now on depends on that create and is not planned. False: no memory. */
bool draft_keep_planned(struct dir *dir, const struct draft_view *now);
bool draft_is_planned(struct dir *dir);
/* What defaults= gives for the kind: a JSON object as text, or NULL. */
const char *draft_defaults(const struct tree *tree, const struct kind *kind);
enum dialect draft_dialect(const struct dir *dir);

/* Its create on its way: a reference, or NULL. */
struct change *draft_change(struct dir *dir);
/* Takes a reference of `change` (NULL: none is on its way). */
void draft_set_change(struct dir *dir, struct change *change);
/* Remembers that a create with this body has failed for `rc` and call->problem. */
void draft_note_refusal(struct call *call, struct dir *dir, const struct buf *body, int rc);
/* If the last create that failed had this body: its answer again (negative), else 0. */
int draft_repeat_refusal(struct call *call, struct dir *dir, const struct buf *body);

/* Takes over the outcome of its create: it becomes the resource's directory as soon as the cache
 * shows that one. */
void draft_settle(struct dir *dir);
/* While its create has no answer yet: the resource that a listing has brought meanwhile and that
 * is taken for what it makes; a reference, or NULL. */
struct record *draft_sighted(struct dir *dir);
/* Whether it still is a draft: not removed, and no resource. */
bool draft_is_there(struct dir *dir);
/* It ends: nothing of it is kept. */
void draft_drop(struct dir *dir);

/* --- draft_gone.c: a copy of what is gone brings nothing back -------------------------------- */

/* A document was written to the draft: whether it names a resource that was known and is gone is
 * remembered until the next one. */
void draft_note_document(struct dir *dir, struct json_object *edit);
/* Before it is created: 0, or -EPERM when its document, or its file `id`, names such a one. */
int draft_check_not_gone(struct call *call, struct dir *dir);

/* --- for the directories they are in -------------------------------------------------------- */

/* The draft called `name` in a kind's directory: a reference of its directory, or NULL. */
struct dir *draft_find(struct dir *parent, const char *name);
/* All drafts of a directory at one moment, newest first. */
struct drafts {
    struct dir **dirs; /* references */
    size_t count;
};

/* False: no memory. To be dropped in any case. */
bool drafts_take(struct dir *parent, struct drafts *out);
void drafts_drop(struct drafts *drafts);
int draft_mkdir(struct call *call, struct dir *parent, const char *name, struct dir **child);
/* Creates at once what defaults= completes: 0 or -errno; 1: something is missing, nothing was
 * done. */
int draft_mkdir_by_defaults(struct call *call, struct dir *parent, const char *name,
                            struct dir **child);
int draft_rmdir(struct call *call, struct dir *dir);
int draft_rename(struct call *call, struct dir *dir, const char *new_name);
/* The names of a kind's drafts: a new JSON array; NULL: no memory. */
struct json_object *draft_names(struct tree *tree, const struct kind *kind);
void drafts_finish(struct tree *tree);

#endif
