/* SPDX-License-Identifier: MIT */
/* Drafts made, removed and renamed; what defaults= completes is created at once. */
#include "config.h"

#include "tree/draft.h"

#include "document/document.h"
#include "tree/changing.h"
#include "vfs/failure.h"
#include "vfs/scratch.h"
#include "util/file_name.h"
#include "vfs/moved.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <stdlib.h>

/* What a dry run answers a mkdir with that it did not send: nothing is in it, and the next look-up
 * does not find it. */
const struct dir_ops unsent_ops = {.type = "unsent"};

int draft_mkdir(struct call *call, struct dir *parent, const char *name, struct dir **child)
{
    struct tree *tree = tree_of(parent);
    struct dir *known = draft_find(parent, name);

    if (known != NULL) {
        dir_unref(known);
        return call_fail(call, EEXIST, "a draft has this name");
    }
    struct draft *draft = calloc(1, sizeof *draft);
    struct dir *dir = dir_intern(parent, name, &draft_ops, parent->kind, NULL, NULL);
    if (draft == NULL || dir == NULL) {
        free(draft);
        dir_unref(dir);
        return -ENOMEM;
    }
    birth_begin(call, dir);
    draft->dir = dir_ref(dir);
    draft->mtime_ms = clock_wall_ms(tree->config.clock);
    pthread_mutex_lock(&tree->vfs.lock);
    dir->draft = draft;
    LIST_INSERT_HEAD(&tree->drafts, draft, link);
    pthread_mutex_unlock(&tree->vfs.lock);
    dir_note_names(parent);
    *child = dir;
    return 0;
}

/* What a dry run shows for a create that mkdir would have sent: a draft where there are any. */
static int show_planned(struct call *call, struct dir *parent, const char *name, struct dir **child)
{
    const struct draft_view no_values = {BUF_EMPTY, BUF_EMPTY};

    if (parent->kind->create != CREATE_BY_DRAFT) {
        *child = dir_intern(parent, name, &unsent_ops, parent->kind, NULL, NULL);
        return *child == NULL ? -ENOMEM : 0;
    }
    int rc = draft_mkdir(call, parent, name, child);
    return rc == 0 && !draft_keep_planned(*child, &no_values) ? -ENOMEM : rc;
}

/* Sends a create that nothing is missing for, and makes the resource's directory. */
static int create_now(struct call *call, struct dir *parent, const char *name,
                      const struct document_change *body, struct dir **child)
{
    struct change_request request = {.verb = CHANGE_CREATE,
                                     .body = buf_text(&body->body),
                                     .secrets = (const char *const *)body->secrets};
    struct change *change = NULL;
    int rc = tree_change(call, parent, name, &request, &change);
    struct record *record = change == NULL ? NULL : change_record(change);

    if (rc == 0 && record != NULL) {
        *child = dir_intern(parent, name, &resource_ops, parent->kind, record->id, NULL);
        rc = *child == NULL ? -ENOMEM : 0;
    }
    if (rc == 0 && call->planned)
        rc = show_planned(call, parent, name, child);
    record_unref(record);
    change_unref(change);
    return rc;
}

int draft_mkdir_by_defaults(struct call *call, struct dir *parent, const char *name,
                            struct dir **child)
{
    struct document_change body = {0};
    struct buf decoded = BUF_EMPTY;
    struct buf missing = BUF_EMPTY;
    int rc = 1;

    if (draft_defaults(tree_of(parent), parent->kind) == NULL)
        return 1;
    if (!name_decode(name, &decoded))
        rc = -ENOMEM;
    else if (document_draft_body(parent->kind, draft_dialect(parent), buf_text(&decoded),
                                 decoded.size_bytes, "",
                                 draft_defaults(tree_of(parent), parent->kind), &body, &missing))
        rc = create_now(call, parent, name, &body, child);
    document_change_finish(&body);
    buf_finish(&decoded);
    buf_finish(&missing);
    return rc;
}

int draft_rmdir(struct call *call, struct dir *dir)
{
    struct change *change = draft_change(dir);
    char path[PATH_BYTES];

    if (change != NULL) {
        change_unref(change);
        return call_fail(call, EBUSY, "it is just being created");
    }
    dir_path(dir, NULL, path, sizeof path);
    if (!moved_is_empty(call, dir))
        return call_fail(call, ENOTEMPTY, "'rm -r %s' removes the draft", path);
    overlay_clear_all(dir);
    scratch_clear(dir);
    dir_detach(dir);
    draft_drop(dir);
    dir_note_names(dir->parent);
    atomic_fetch_add(&dir->vfs->own_changes, 1);
    return 0;
}

int draft_rename(struct call *call, struct dir *dir, const char *new_name)
{
    struct change *change = draft_change(dir);

    change_unref(change);
    if (change != NULL)
        return call_fail(call, EBUSY, "it is just being created");
    if (!dir_move(dir, new_name))
        return -ENOMEM;
    dir_note_names(dir->parent);
    atomic_fetch_add(&dir->vfs->own_changes, 1);
    return 0;
}
