/* SPDX-License-Identifier: MIT */
/* The files of a draft, and the create that the last required value completes. */
#include "config.h"

#include "document/document.h"
#include "tree/document_file.h"
#include "tree/draft.h"
#include "tree/changing.h"
#include "vfs/failure.h"
#include "tree/fields.h"
#include "vfs/file.h"
#include "tree/ensure.h"
#include "util/file_name.h"
#include "tree/resource.h"
#include "util/json.h"
#include "tree/nested.h"
#include "vfs/scratch.h"
#include "tree/members.h"
#include "tree/tree_internal.h"
#include "vfs/saving.h"

#include <errno.h>
#include <string.h>

static bool render(struct dir *dir, const struct draft_view *now, bool show_secrets,
                   struct buf *out)
{
    return document_render_draft(dir->kind, draft_dialect(dir), buf_text(&now->name),
                                 now->name.size_bytes, buf_text(&now->values),
                                 draft_defaults(tree_of(dir), dir->kind), show_secrets, out);
}

static int document_render_file(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct dir *dir = node.dir;
    struct draft_view now;
    bool ok = draft_view(dir, &now);

    (void)call, (void)wait;
    ok = ok && render(dir, &now, tree_of(dir)->config.secrets == SECRETS_SHOW, out);
    draft_view_finish(&now);
    return ok ? 0 : -ENOENT;
}

static int missing_render_file(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct dir *dir = node.dir;
    struct record_list peers = RECORD_LIST_EMPTY;
    struct draft_view now;
    bool ok = draft_view(dir, &now);

    (void)call, (void)wait;
    ok = ok && cache_records(tree_of(dir)->config.cache, dir->kind, &peers) &&
         document_render_missing(dir->kind, draft_dialect(dir), buf_text(&now.name),
                                 now.name.size_bytes, buf_text(&now.values),
                                 draft_defaults(tree_of(dir), dir->kind), &peers, out);
    record_list_finish(&peers);
    draft_view_finish(&now);
    return ok ? 0 : -ENOENT;
}

/* The body that creates it, of the values so far and `given`. 1: complete; 0: something is still
 * missing and named in `missing`; or why it can't be. */
static int add_values(struct call *call, struct dir *dir, struct json_object *given,
                      struct draft_view *now, struct document_change *body, struct buf *missing)
{
    struct record_list peers = RECORD_LIST_EMPTY;
    int rc = cache_records(tree_of(dir)->config.cache, dir->kind, &peers) ? 0 : -ENOMEM;

    if (rc == 0 && document_draft_take(dir->kind, draft_dialect(dir), &peers, given, &now->values,
                                       &call->problem) < 0)
        rc = call_problem_errno(call, false);
    record_list_finish(&peers);
    if (rc < 0)
        return rc;
    return document_draft_body(dir->kind, draft_dialect(dir), buf_text(&now->name),
                               now->name.size_bytes, buf_text(&now->values),
                               draft_defaults(tree_of(dir), dir->kind), body, missing)
               ? 1
               : 0;
}

static int check_name_free(struct call *call, struct dir *dir, const struct buf *name,
                           const struct buf *body)
{
    struct record *taken = NULL;

    /* What has the name may be what an earlier attempt has made: the create looks first. */
    if (cache_create_in_doubt(tree_of(dir)->config.cache, dir->kind, buf_text(body)))
        return 0;
    int rc = ensure_listing(call, dir->parent, CACHE_LOOKUP);

    if (rc < 0)
        return rc;
    size_t count = cache_by_name(tree_of(dir)->config.cache, dir->kind, buf_text(name),
                                 name->size_bytes, NULL, &taken, 1);
    record_unref(taken);
    if (count > 0)
        return call_fail(call, EEXIST, "a %s of this name exists by now", dir->kind->noun);
    return 0;
}

static int send_create(struct call *call, struct file *file, const struct document_change *body)
{
    struct change_request request = {.verb = CHANGE_CREATE,
                                     .body = buf_text(&body->body),
                                     .secrets = (const char *const *)body->secrets};
    int rc = tree_commit_start(call, file, &request);

    if (rc < 0)
        return rc;
    struct dir *dir = dir_resource(file->node.dir);
    draft_set_change(dir, file->staged->change);
    rc = file_await(call, file, true);
    draft_settle(dir);
    if (rc == 0 && !call->planned)
        birth_complete(call, dir, &body->body);
    else if (rc < 0 && file->staged->change == NULL)
        draft_note_refusal(call, dir, &body->body, rc);
    return rc;
}

/* A copy makes one file after the other; that each of them completes the draft anew does not mean
 * that the create is wanted again. Who writes a file once more means that. */
static int repeat_for_copy(struct call *call, struct file *file, const struct document_change *body)
{
    struct dir *dir = dir_resource(file->node.dir);

    if (!file->created || !birth_is_own(call, dir))
        return 0;
    return draft_repeat_refusal(call, dir, &body->body);
}

/* Whether an edit gives nothing that a draft takes: only what is accepted and ignored. */
static bool gives_nothing(struct dir *dir, struct json_object *given)
{
    struct draft_view now = {BUF_EMPTY, BUF_EMPTY};
    struct problem ignored;
    bool nothing = document_draft_take(dir->kind, draft_dialect(dir), NULL, given, &now.values,
                                       &ignored) == 0 &&
                   strcmp(buf_text(&now.values), "{}") == 0;

    draft_view_finish(&now);
    return nothing;
}

/* Takes an edit into the draft's values. 1: they are complete, and the body that creates it is in
 * `body`; 0: something is still missing; or why it is refused: a document must complete it.
 */
static int take_edit(struct call *call, struct dir *dir, struct json_object *given, bool field,
                     struct draft_view *now, struct document_change *body)
{
    struct buf missing = BUF_EMPTY;
    int rc = add_values(call, dir, given, now, body, &missing);

    if (rc >= 0 && field && !draft_keep_values(dir, now))
        rc = -ENOMEM;
    if (rc == 0 && !field)
        rc = call_fail(call, EINVAL, "still missing to create the %s: %s", dir->kind->noun,
                       buf_text(&missing));
    buf_finish(&missing);
    return rc > 0 && field && gives_nothing(dir, given) ? 0 : rc;
}

/* Sends the create, unless it would be in vain. */
static int create_whole(struct call *call, struct file *file, const struct draft_view *now,
                        const struct document_change *body)
{
    struct dir *dir = dir_resource(file->node.dir);
    int rc = draft_check_not_gone(call, dir);

    if (rc == 0)
        rc = check_name_free(call, dir, &now->name, &body->body);
    if (rc == 0)
        rc = repeat_for_copy(call, file, body);
    return rc < 0 ? rc : send_create(call, file, body);
}

static int create(struct call *call, struct file *file, struct json_object *given, bool field)
{
    struct dir *dir = dir_resource(file->node.dir);
    struct document_change body = {0};
    struct draft_view now;

    if (!field && file_is_put_back(call, file))
        return 0;
    document_note_copied_name(dir, given);
    if (!field)
        draft_note_document(dir, given);
    int rc = field ? 0 : draft_check_not_gone(call, dir);
    if (rc < 0)
        return rc;
    rc = draft_view(dir, &now) ? take_edit(call, dir, given, field, &now, &body) : -ENOMEM;
    if (rc > 0)
        rc = draft_is_planned(dir) ? 0 : create_whole(call, file, &now, &body);
    if (rc == 0 && (call->planned || draft_is_planned(dir)) && !draft_keep_planned(dir, &now))
        rc = -ENOMEM;
    document_change_finish(&body);
    draft_view_finish(&now);
    return rc;
}

/* Another handle's create of this draft is on its way: its outcome decides what is left to do. */
static int await_other(struct call *call, struct file *file)
{
    struct dir *dir = dir_resource(file->node.dir);
    struct change *change = draft_change(dir);

    if (change == NULL)
        return 0;
    int rc = tree_change_wait(call, dir->vfs, change);
    bool gave_up = rc < 0 && !change_done(change);
    change_unref(change);
    if (gave_up)
        return call_problem_errno(call, true);
    call->problem = (struct problem){0};
    draft_settle(dir);
    return 0;
}

static int commit(struct call *call, struct file *file, struct json_object *given, bool field)
{
    struct dir *dir = dir_resource(file->node.dir);
    int rc;

    if (file->staged->change != NULL) {
        rc = file_await(call, file, true);
        draft_settle(dir);
        return rc;
    }
    rc = await_other(call, file);
    if (rc < 0)
        return rc;
    return dir_ops(dir)->draft ? create(call, file, given, field)
                               : document_commit_edit(call, file, given);
}

static int draft_commit(struct call *call, struct file *file)
{
    struct json_object *given = document_file_read(call, file);
    int rc = given == NULL ? call_problem_errno(call, false) : commit(call, file, given, false);

    json_object_put(given);
    return rc;
}

static int draft_commit_edit(struct call *call, struct file *file, struct json_object *edit)
{
    return commit(call, file, edit, true);
}

static int draft_mtime(struct dir *dir, struct date *date)
{
    pthread_mutex_lock(&dir->vfs->lock);
    struct draft *draft = dir->draft;
    if (draft != NULL)
        *date = (struct date){.ms = draft->mtime_ms};
    pthread_mutex_unlock(&dir->vfs->lock);
    return draft == NULL ? -ENOENT : 0;
}

/* The fields that can be given, as the document has them, but for secrets: those of their files. */
static bool draft_fields(struct call *call, struct dir *dir, enum fields_need need,
                         struct members *out)
{
    struct buf text = BUF_EMPTY;
    struct draft_view now;

    (void)call, (void)need;
    bool ok = draft_view(dir, &now) && render(dir, &now, true, &text);
    draft_view_finish(&now);
    return members_of_text(&text, out) && ok;
}

/* The document has the number that it has in the resource's directory. */
static const struct leaf_row draft_leaves[] = {
    {.name = "document",
     .mode = 0644,
     .flags = LEAF_DOCUMENT,
     .attr = document_file_attr,
     .render = document_render_file,
     .judge = document_file_judge,
     .commit = draft_commit},
    {.name = ".draft", .mode = 0444, .render = missing_render_file},
    {.name = NULL},
};

static const struct dir_fields draft_members = {draft_fields, draft_commit_edit};

const struct dir_ops draft_ops = {
    .type = "draft",
    .mtime = draft_mtime,
    .mkdir = nested_mkdir,
    .unlink = leaf_unlink,
    .rename = leaf_rename,
    .rmdir = leaf_rmdir,
    .leaves = draft_leaves,
    .fields = &draft_members,
    .scratch = true,
    .draft = true,
    .source = &field_leaves,
    .others = &scratch_leaves,
    .objects = &nested_ops,
    .becomes = &resource_ops,
};
