/* SPDX-License-Identifier: MIT */
/*
 * Drafts: directories that exist in this mount only, until the document that completes them creates
 * the resource. Then the same directory object goes on as the resource's.
 *
 * A draft whose create is on its way is settled by whoever looks at it next, in case the caller
 * that completed it did not wait.
 */
#include "config.h"

#include "tree/tree_internal.h"

#include "tree/document.h"
#include "tree/names.h"
#include "tree/scratch.h"
#include "util/json.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct draft {
    struct dir *dir;       /* a reference */
    struct buf values;     /* what was accepted so far: a JSON object as text; guarded by lock */
    struct change *change; /* its create on its way; guarded by tree->lock */
    int64_t mtime_ms;
    LIST_ENTRY(draft) link; /* in tree->drafts, guarded by tree->lock */
};

static void draft_free(struct draft *draft)
{
    if (draft->values.data != NULL)
        explicit_bzero(draft->values.data, draft->values.capacity_bytes);
    buf_finish(&draft->values);
    change_unref(draft->change);
    free(draft);
}

/* Takes the draft off its directory; with tree->lock held. The list's reference of the directory
 * becomes the caller's. */
static struct draft *detach_draft(struct dir *dir)
{
    struct draft *draft = dir->draft;

    if (draft != NULL) {
        LIST_REMOVE(draft, link);
        dir->draft = NULL;
    }
    return draft;
}

static void drop(struct dir *dir)
{
    pthread_mutex_lock(&dir->tree->lock);
    struct draft *draft = detach_draft(dir);
    pthread_mutex_unlock(&dir->tree->lock);
    if (draft == NULL)
        return;
    draft_free(draft);
    dir_unref(dir);
}

/* What defaults= gives for the kind: a JSON object as text, or NULL. */
static const char *defaults_of(const struct tree *tree, const struct kind *kind)
{
    return tree->config.defaults[kind_index(kind)];
}

static enum dialect dialect_of(const struct dir *dir)
{
    return cache_dialect(dir->tree->config.cache);
}

/* --- from draft to resource ------------------------------------------------------------------ */

static void become_resource(struct dir *dir, const char *id)
{
    char *copy = strdup(id);

    if (copy == NULL)
        return;
    pthread_mutex_lock(&dir->tree->lock);
    bool first = dir_id(dir) == NULL;
    if (first) {
        atomic_store(&dir->id, copy);
        atomic_store(&dir->ops, &resource_ops);
    }
    pthread_mutex_unlock(&dir->tree->lock);
    if (!first)
        free(copy);
    overlay_clear_all(dir);
    fields_drop_shadowed(dir);
    drop(dir);
}

static struct change *change_of(struct dir *dir)
{
    pthread_mutex_lock(&dir->tree->lock);
    struct change *change = dir->draft == NULL ? NULL : dir->draft->change;
    if (change != NULL)
        change_ref(change);
    pthread_mutex_unlock(&dir->tree->lock);
    return change;
}

static void set_change(struct dir *dir, struct change *change)
{
    struct change *old = NULL;

    pthread_mutex_lock(&dir->tree->lock);
    if (dir->draft != NULL) {
        old = dir->draft->change;
        dir->draft->change = change == NULL ? NULL : change_ref(change);
    }
    pthread_mutex_unlock(&dir->tree->lock);
    change_unref(old);
}

/* Takes over the outcome of a create that has ended. */
static void settle(struct dir *dir)
{
    struct change *change = change_of(dir);

    if (change != NULL && change_done(change)) {
        struct record *record = change_record(change);
        if (record != NULL)
            become_resource(dir, record->id);
        else
            set_change(dir, NULL);
        record_unref(record);
    }
    change_unref(change);
}

/* --- making, finding, removing --------------------------------------------------------------- */

/* A reference of the n-th draft's directory among those of `parent`; NULL: there are no more. */
static struct dir *nth(struct dir *parent, size_t n)
{
    struct draft *draft;
    struct dir *dir = NULL;

    pthread_mutex_lock(&parent->tree->lock);
    LIST_FOREACH (draft, &parent->tree->drafts, link)
        if (draft->dir->parent == parent && n-- == 0)
            break;
    if (draft != NULL) {
        dir = draft->dir;
        dir->refs++;
    }
    pthread_mutex_unlock(&parent->tree->lock);
    return dir;
}

struct dir *draft_find(struct dir *parent, const char *name)
{
    struct draft *draft;
    struct dir *dir = NULL;

    pthread_mutex_lock(&parent->tree->lock);
    LIST_FOREACH (draft, &parent->tree->drafts, link)
        if (draft->dir->parent == parent && strcmp(dir_name(draft->dir), name) == 0)
            break;
    if (draft != NULL) {
        dir = draft->dir;
        dir->refs++;
    }
    pthread_mutex_unlock(&parent->tree->lock);
    if (dir == NULL)
        return NULL;
    settle(dir);
    if (dir_ops(dir) == &draft_ops)
        return dir;
    dir_unref(dir);
    return NULL;
}

int draft_list(struct dir *parent, struct listing *listing)
{
    bool ok = true;
    struct dir *dir;

    for (size_t n = 0; ok && (dir = nth(parent, n)) != NULL; n++) {
        ok = listing_add_dir(listing, dir_name(dir), &draft_ops, parent->kind, NULL, NULL);
        dir_unref(dir);
    }
    return ok ? 0 : -ENOMEM;
}

/* Sends a create that nothing is missing for, and makes the resource's directory. */
static int create_now(struct call *call, struct dir *parent, const char *name,
                      const struct document_change *body, struct dir **child)
{
    struct change_request request = {.verb = CHANGE_CREATE,
                                     .kind = parent->kind,
                                     .body = buf_text(&body->body),
                                     .secrets = (const char *const *)body->secrets};
    struct record *record = NULL;
    int rc = resource_change(call, parent, name, &request, &record);

    if (rc == 0 && record != NULL) {
        *child = dir_intern(parent, name, &resource_ops, parent->kind, record->id, NULL);
        rc = *child == NULL ? -ENOMEM : 0;
    }
    record_unref(record);
    return rc;
}

int draft_mkdir_by_defaults(struct call *call, struct dir *parent, const char *name,
                            struct dir **child)
{
    struct document_change body = {0};
    struct buf decoded = BUF_EMPTY;
    struct buf missing = BUF_EMPTY;
    int rc = 1;

    if (defaults_of(parent->tree, parent->kind) == NULL)
        return 1;
    if (!name_decode(name, &decoded))
        rc = -ENOMEM;
    else if (document_draft_body(parent->kind, dialect_of(parent), buf_text(&decoded),
                                 decoded.size_bytes, "", defaults_of(parent->tree, parent->kind),
                                 &body, &missing))
        rc = create_now(call, parent, name, &body, child);
    document_change_finish(&body);
    buf_finish(&decoded);
    buf_finish(&missing);
    return rc;
}

int draft_mkdir(struct call *call, struct dir *parent, const char *name, struct dir **child)
{
    struct tree *tree = parent->tree;
    struct dir *known = draft_find(parent, name);

    if (known != NULL) {
        dir_unref(known);
        return tree_fail(call, EEXIST, "a draft has this name");
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
    pthread_mutex_lock(&tree->lock);
    dir->draft = draft;
    LIST_INSERT_HEAD(&tree->drafts, draft, link);
    pthread_mutex_unlock(&tree->lock);
    *child = dir;
    return 0;
}

int draft_rmdir(struct call *call, struct dir *dir)
{
    struct change *change = change_of(dir);
    char path[PATH_BYTES];

    if (change != NULL) {
        change_unref(change);
        return tree_fail(call, EBUSY, "it is just being created");
    }
    dir_path(dir, NULL, path, sizeof path);
    if (!overlay_hides_all(call, dir))
        return tree_fail(call, ENOTEMPTY, "'rm -r %s' removes the draft", path);
    overlay_clear_all(dir);
    scratch_clear(dir);
    dir_detach(dir);
    drop(dir);
    return 0;
}

int draft_rename(struct call *call, struct dir *dir, const char *new_name)
{
    struct change *change = change_of(dir);

    change_unref(change);
    if (change != NULL)
        return tree_fail(call, EBUSY, "it is just being created");
    return dir_move(dir, new_name) ? 0 : -ENOMEM;
}

struct json_object *draft_names(struct tree *tree, const struct kind *kind)
{
    struct json_object *names = json_object_new_array();
    struct draft *draft;

    pthread_mutex_lock(&tree->lock);
    LIST_FOREACH (draft, &tree->drafts, link)
        if (names != NULL && draft->dir->kind == kind)
            json_object_array_add(names, json_object_new_string(dir_name(draft->dir)));
    pthread_mutex_unlock(&tree->lock);
    return names;
}

void drafts_finish(struct tree *tree)
{
    while (!LIST_EMPTY(&tree->drafts)) {
        struct dir *dir = LIST_FIRST(&tree->drafts)->dir;
        settle(dir);
        if (dir->draft == NULL)
            continue;
        log_warning("the draft %s/%s was never completed and is gone", dir->kind->plural,
                    dir_name(dir));
        drop(dir);
    }
}

/* --- its files ------------------------------------------------------------------------------- */

/* What the draft is made of at this moment; false: it is no draft any more, or no memory. */
struct draft_view {
    struct buf name; /* decoded */
    struct buf values;
};

static bool view(struct dir *dir, struct draft_view *out)
{
    *out = (struct draft_view){BUF_EMPTY, BUF_EMPTY};
    pthread_mutex_lock(&dir->tree->lock);
    bool ok = dir->draft != NULL && buf_append(&out->values, buf_text(&dir->draft->values),
                                               dir->draft->values.size_bytes);
    pthread_mutex_unlock(&dir->tree->lock);
    return ok && name_decode(dir_name(dir), &out->name);
}

static void view_finish(struct draft_view *view)
{
    if (view->values.data != NULL)
        explicit_bzero(view->values.data, view->values.capacity_bytes);
    buf_finish(&view->values);
    buf_finish(&view->name);
}

static bool render(struct dir *dir, const struct draft_view *now, struct buf *out)
{
    return document_render_draft(dir->kind, dialect_of(dir), buf_text(&now->name),
                                 now->name.size_bytes, buf_text(&now->values),
                                 defaults_of(dir->tree, dir->kind), out);
}

static int document_render_file(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct dir *dir = node.dir;
    struct draft_view now;
    bool ok = view(dir, &now);

    (void)call, (void)wait;
    ok = ok && render(dir, &now, out);
    view_finish(&now);
    return ok ? 0 : -ENOENT;
}

static int missing_render_file(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct dir *dir = node.dir;
    struct record_list peers = RECORD_LIST_EMPTY;
    struct draft_view now;
    bool ok = view(dir, &now);

    (void)call, (void)wait;
    ok = ok && cache_records(dir->tree->config.cache, dir->kind, &peers) &&
         document_render_missing(dir->kind, dialect_of(dir), buf_text(&now.name),
                                 now.name.size_bytes, buf_text(&now.values),
                                 defaults_of(dir->tree, dir->kind), &peers, out);
    record_list_finish(&peers);
    view_finish(&now);
    return ok ? 0 : -ENOENT;
}

/* --- completing it --------------------------------------------------------------------------- */

/* The body that creates it, of the values so far and `text`. 1: complete; 0: something is still
 * missing and named in `missing`; or why it can't be. */
static int add_values(struct call *call, struct dir *dir, const struct buf *text,
                      struct draft_view *now, struct document_change *body, struct buf *missing)
{
    struct record_list peers = RECORD_LIST_EMPTY;
    int rc = cache_records(dir->tree->config.cache, dir->kind, &peers) ? 0 : -ENOMEM;

    if (rc == 0 && document_draft_apply(dir->kind, dialect_of(dir), &peers, buf_text(text),
                                        text->size_bytes, &now->values, &call->problem) < 0)
        rc = tree_problem_errno(call, false);
    record_list_finish(&peers);
    if (rc < 0)
        return rc;
    return document_draft_body(dir->kind, dialect_of(dir), buf_text(&now->name),
                               now->name.size_bytes, buf_text(&now->values),
                               defaults_of(dir->tree, dir->kind), body, missing)
               ? 1
               : 0;
}

/* What a field's file gave is kept whether or not it completes the draft. */
static bool keep_values(struct dir *dir, const struct draft_view *now)
{
    bool ok = false;

    pthread_mutex_lock(&dir->tree->lock);
    if (dir->draft != NULL && buf_resize(&dir->draft->values, 0))
        ok = buf_append(&dir->draft->values, buf_text(&now->values), now->values.size_bytes);
    pthread_mutex_unlock(&dir->tree->lock);
    return ok;
}

static int check_name_free(struct call *call, struct dir *dir, const struct buf *name)
{
    struct record *taken = NULL;
    int rc = ensure_listing(call, dir->parent, CACHE_LOOKUP);

    if (rc < 0)
        return rc;
    size_t count = cache_by_name(dir->tree->config.cache, dir->kind, buf_text(name),
                                 name->size_bytes, NULL, &taken, 1);
    record_unref(taken);
    if (count > 0)
        return tree_fail(call, EEXIST, "a %s of this name exists by now", dir->kind->noun);
    return 0;
}

static int send_create(struct call *call, struct file *file, const struct document_change *body)
{
    struct change_request request = {.verb = CHANGE_CREATE,
                                     .kind = file->node.dir->kind,
                                     .body = buf_text(&body->body),
                                     .secrets = (const char *const *)body->secrets};

    char name[LEAF_NAME_BYTES];

    leaf_name(file->node.dir, file->node.leaf, name);
    if (tree_change_start(call, file->node.dir, name, &request, &file->change) < 0)
        return -ENOMEM;
    struct dir *dir = dir_resource(file->node.dir);
    set_change(dir, file->change);
    int rc = file_await(call, file, true);
    settle(dir);
    if (rc == 0)
        birth_hand_on(call, dir);
    return rc;
}

/* A document must complete the draft; a field need not. */
static int create(struct call *call, struct file *file, const struct buf *text, bool field)
{
    struct dir *dir = dir_resource(file->node.dir);
    struct draft_view now;
    struct document_change body = {0};
    struct buf missing = BUF_EMPTY;
    int rc = view(dir, &now) ? 0 : -ENOMEM;

    if (rc == 0)
        rc = add_values(call, dir, text, &now, &body, &missing);
    bool complete = rc > 0;
    if (rc >= 0 && field && !keep_values(dir, &now))
        rc = -ENOMEM;
    if (rc == 0 && !field)
        rc = tree_fail(call, EINVAL, "still missing to create the %s: %s", dir->kind->noun,
                       buf_text(&missing));
    if (rc > 0)
        rc = check_name_free(call, dir, &now.name);
    if (rc == 0 && complete)
        rc = send_create(call, file, &body);
    document_change_finish(&body);
    buf_finish(&missing);
    view_finish(&now);
    return rc;
}

/* Another handle's create of this draft is on its way: its outcome decides what is left to do. */
static int await_other(struct call *call, struct file *file)
{
    struct dir *dir = dir_resource(file->node.dir);
    struct change *change = change_of(dir);

    if (change == NULL)
        return 0;
    int rc = change_wait(change, call->cancel, &call->problem);
    bool gave_up = rc < 0 && !change_done(change);
    change_unref(change);
    if (gave_up)
        return tree_problem_errno(call, true);
    call->problem = (struct problem){0};
    settle(dir);
    return 0;
}

static int commit(struct call *call, struct file *file, const struct buf *text, bool field)
{
    struct dir *dir = dir_resource(file->node.dir);
    int rc;

    if (file->change != NULL) {
        rc = file_await(call, file, true);
        settle(dir);
        return rc;
    }
    rc = await_other(call, file);
    if (rc < 0)
        return rc;
    return dir_ops(dir) == &draft_ops ? create(call, file, text, field)
                                      : document_commit_edit(call, file, text);
}

static int draft_commit(struct call *call, struct file *file)
{
    return commit(call, file, &file->text, false);
}

static int draft_commit_edit(struct call *call, struct file *file, const struct buf *edit)
{
    return commit(call, file, edit, true);
}

/* --- the directory --------------------------------------------------------------------------- */

static int draft_mtime(struct dir *dir, int64_t *mtime_ms)
{
    pthread_mutex_lock(&dir->tree->lock);
    struct draft *draft = dir->draft;
    if (draft != NULL)
        *mtime_ms = draft->mtime_ms;
    pthread_mutex_unlock(&dir->tree->lock);
    return draft == NULL ? -ENOENT : 0;
}

/* The fields that can be given, as the document has them. */
static struct json_object *draft_fields(struct call *call, struct dir *dir, enum fields_need need)
{
    struct json_object *object = NULL;
    struct buf text = BUF_EMPTY;

    (void)call, (void)need;
    struct draft_view now;
    if (view(dir, &now) && render(dir, &now, &text))
        json_read(buf_text(&text), text.size_bytes, &object, NULL);
    view_finish(&now);
    buf_finish(&text);
    return object;
}

static int64_t draft_valid_ms(struct dir *dir)
{
    (void)dir;
    return 0;
}

/* A nested object is there anyway; a copy that makes it first is let. */
static int draft_dir_mkdir(struct call *call, struct dir *dir, const char *name, struct dir **child)
{
    bool nested = false;

    uint32_t leaf = field_find_name(call, dir, name, &nested);
    if (!birth_is_own(call, dir) || leaf == 0 || !nested)
        return tree_fail(call, EPERM, "no directory can be made here");
    *child = field_dir(dir, name);
    birth_made(call, dir, leaf);
    return *child == NULL ? -ENOMEM : 0;
}

/* The document has the number that it has in the resource's directory. */
static const struct leaf_row draft_leaves[] = {
    {.name = "document",
     .mode = 0644,
     .flags = LEAF_DOCUMENT,
     .render = document_render_file,
     .judge = document_file_judge,
     .commit = draft_commit},
    {.name = ".draft", .mode = 0444, .render = missing_render_file},
    {.name = NULL},
};

const struct dir_ops draft_ops = {
    .type = "draft",
    .mtime = draft_mtime,
    .mkdir = draft_dir_mkdir,
    .unlink = resource_file_unlink,
    .rename = resource_file_rename,
    .rmdir = resource_nested_rmdir,
    .valid_ms = draft_valid_ms,
    .leaves = draft_leaves,
    .fields = draft_fields,
    .commit_edit = draft_commit_edit,
    .scratch = true,
};
