/* SPDX-License-Identifier: MIT */
/*
 * Drafts: directories that exist in this mount only, until the document that completes them creates
 * the resource. Then the same directory object goes on as the resource's.
 *
 * A draft whose create is on its way is settled by whoever looks at it next, in case the caller
 * that completed it did not wait.
 */
#include "config.h"

#include "tree/draft.h"

#include "document/document.h"
#include "tree/changing.h"
#include "vfs/failure.h"
#include "vfs/leaf.h"
#include "util/file_name.h"
#include "vfs/scratch.h"
#include "util/json.h"
#include "util/log.h"
#include "vfs/lookup.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void wipe(struct buf *text)
{
    if (text->data != NULL)
        explicit_bzero(text->data, text->capacity_bytes);
    buf_finish(text);
}

static void draft_free(struct draft *draft)
{
    wipe(&draft->values);
    wipe(&draft->refused_body);
    change_unref(draft->change);
    free(draft);
}

/* Takes the draft off its directory; with tree->vfs.lock held. The list's reference of the
 * directory becomes the caller's. */
static struct draft *detach_draft(struct dir *dir)
{
    struct draft *draft = dir->draft;

    if (draft != NULL) {
        LIST_REMOVE(draft, link);
        dir->draft = NULL;
    }
    return draft;
}

void draft_drop(struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
    struct draft *draft = detach_draft(dir);
    pthread_mutex_unlock(&dir->vfs->lock);
    if (draft == NULL)
        return;
    draft_free(draft);
    dir_unref(dir);
}

static void become_resource(struct dir *dir, const char *id)
{
    char *copy = strdup(id);

    if (copy == NULL)
        return;
    pthread_mutex_lock(&dir->vfs->lock);
    bool first = dir_id(dir) == NULL;
    if (first) {
        atomic_store(&dir->id, copy);
        atomic_store(&dir->ops, dir_ops(dir)->becomes);
        scratch_take_over(dir);
    }
    pthread_mutex_unlock(&dir->vfs->lock);
    if (!first)
        free(copy);
    overlay_clear_all(dir);
    leaves_drop_shadowed(dir);
    draft_drop(dir);
    dir_note_names(dir);
    dir_note_names(dir->parent);
}

struct change *draft_change(struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
    struct change *change = dir->draft == NULL ? NULL : dir->draft->change;
    if (change != NULL)
        change_ref(change);
    pthread_mutex_unlock(&dir->vfs->lock);
    return change;
}

void draft_set_change(struct dir *dir, struct change *change)
{
    struct change *old = NULL;

    pthread_mutex_lock(&dir->vfs->lock);
    if (dir->draft != NULL) {
        old = dir->draft->change;
        dir->draft->change = change == NULL ? NULL : change_ref(change);
    }
    pthread_mutex_unlock(&dir->vfs->lock);
    change_unref(old);
}

/* Its create has ended without a resource; a later one stays. */
static void forget_change(struct dir *dir, struct change *change)
{
    bool same = false;

    pthread_mutex_lock(&dir->vfs->lock);
    if (dir->draft != NULL && dir->draft->change == change) {
        dir->draft->change = NULL;
        same = true;
    }
    pthread_mutex_unlock(&dir->vfs->lock);
    if (same)
        change_unref(change);
}

void draft_note_refusal(struct call *call, struct dir *dir, const struct buf *body, int rc)
{
    pthread_mutex_lock(&dir->vfs->lock);
    struct draft *draft = dir->draft;
    if (draft != NULL) {
        wipe(&draft->refused_body);
        draft->refused_rc = rc;
        draft->refusal = call->problem;
        if (!buf_append(&draft->refused_body, body->data, body->size_bytes))
            wipe(&draft->refused_body);
    }
    pthread_mutex_unlock(&dir->vfs->lock);
}

int draft_repeat_refusal(struct call *call, struct dir *dir, const struct buf *body)
{
    int rc = 0;

    pthread_mutex_lock(&dir->vfs->lock);
    const struct draft *draft = dir->draft;
    if (draft != NULL && draft->refused_body.size_bytes == body->size_bytes &&
        memcmp(buf_text(&draft->refused_body), buf_text(body), body->size_bytes) == 0) {
        call->problem = draft->refusal;
        rc = draft->refused_rc;
    }
    pthread_mutex_unlock(&dir->vfs->lock);
    return rc;
}

void draft_settle(struct dir *dir)
{
    struct change *change = draft_change(dir);

    if (change == NULL)
        return;
    bool done = change_done(change); /* asked first: then what it has made is known */
    struct record *record = change_created(change);
    if (record != NULL)
        become_resource(dir, record->id);
    else if (done)
        forget_change(dir, change);
    record_unref(record);
    change_unref(change);
}

struct record *draft_sighted(struct dir *dir)
{
    struct change *change = draft_change(dir);
    struct record *record = change == NULL ? NULL : change_sighted(change);

    change_unref(change);
    return record;
}

/* What defaults= gives for the kind: a JSON object as text, or NULL. */
const char *draft_defaults(const struct tree *tree, const struct kind *kind)
{
    return tree->config.defaults[kind_index(kind)];
}

enum dialect draft_dialect(const struct dir *dir)
{
    return cache_dialect(tree_of(dir)->config.cache);
}

bool draft_view(struct dir *dir, struct draft_view *out)
{
    *out = (struct draft_view){BUF_EMPTY, BUF_EMPTY};
    pthread_mutex_lock(&dir->vfs->lock);
    bool ok = dir->draft != NULL && buf_append(&out->values, buf_text(&dir->draft->values),
                                               dir->draft->values.size_bytes);
    pthread_mutex_unlock(&dir->vfs->lock);
    return ok && name_decode(dir_name(dir), &out->name);
}

void draft_view_finish(struct draft_view *view)
{
    wipe(&view->values);
    buf_finish(&view->name);
}

/* What a field's file gave is kept whether or not it completes the draft. */
bool draft_keep_values(struct dir *dir, const struct draft_view *now)
{
    bool ok = false;

    pthread_mutex_lock(&dir->vfs->lock);
    if (dir->draft != NULL && buf_resize(&dir->draft->values, 0))
        ok = buf_append(&dir->draft->values, buf_text(&now->values), now->values.size_bytes);
    pthread_mutex_unlock(&dir->vfs->lock);
    return ok;
}

bool draft_keep_planned(struct dir *dir, const struct draft_view *now)
{
    bool ok = draft_keep_values(dir, now);

    pthread_mutex_lock(&dir->vfs->lock);
    if (dir->draft != NULL)
        dir->draft->planned = true;
    pthread_mutex_unlock(&dir->vfs->lock);
    return ok;
}

bool draft_is_planned(struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
    bool planned = dir->draft != NULL && dir->draft->planned;
    pthread_mutex_unlock(&dir->vfs->lock);
    return planned;
}

bool draft_is_there(struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
    bool there = dir->draft != NULL;
    pthread_mutex_unlock(&dir->vfs->lock);
    return there;
}

void drafts_finish(struct tree *tree)
{
    while (!LIST_EMPTY(&tree->drafts)) {
        struct dir *dir = LIST_FIRST(&tree->drafts)->dir;
        draft_settle(dir);
        if (dir->draft == NULL)
            continue;
        if (!dir->draft->planned)
            log_warning("the draft %s/%s was never completed and is gone", dir->kind->plural,
                        dir_name(dir));
        draft_drop(dir);
    }
}
