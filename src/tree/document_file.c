/* SPDX-License-Identifier: MIT */
/* The document of a resource as a file: what it shows, and what becomes of what is written. */
#include "config.h"

#include "api/secrets.h"
#include "document/document.h"
#include "tree/draft.h"
#include "tree/changing.h"
#include "vfs/failure.h"
#include "vfs/file.h"
#include "tree/ensure.h"
#include "tree/document_file.h"
#include "util/file_name.h"
#include "tree/pins.h"
#include "tree/renamed.h"
#include "tree/resolve.h"
#include "tree/known.h"
#include "tree/tree_internal.h"
#include "util/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_record(struct call *call, struct dir *dir, bool wait, struct record **out)
{
    struct cache *cache = tree_of(dir)->config.cache;

    *out = pin_record(call);
    if (*out != NULL)
        return 0;
    if (wait) {
        if (cache_read(cache, dir->kind, dir_id(dir), call->cancel, out, &call->problem) < 0)
            return call_problem_errno(call, false);
        call->version = (*out)->version;
        return 0;
    }
    *out = cache_by_id(cache, dir->kind, dir_id(dir));
    return *out == NULL ? -ENOENT : 0;
}

int document_file_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct dir *dir = node.dir;
    struct record *record = NULL;
    int rc = read_record(call, dir, wait, &record);

    if (rc == 0 && !document_render(record, tree_of(dir)->config.secrets == SECRETS_SHOW, out))
        rc = -ENOMEM;
    record_unref(record);
    return rc;
}

/* What was written, read by the judge, for the commit that follows. */
struct edit_read {
    struct judged base;
    struct json_object *edit; /* NULL: it is refused */
    struct problem refusal;
};

static void drop_edit(struct judged *judged)
{
    struct edit_read *read = (struct edit_read *)judged;

    json_object_put(read->edit);
    free(read);
}

/* No memory: then the commit reads it again. */
static void keep_edit(struct call *call, struct json_object *edit, const struct problem *refusal)
{
    struct edit_read *read = malloc(sizeof *read);

    if (read == NULL) {
        json_object_put(edit);
        return;
    }
    *read = (struct edit_read){{drop_edit}, edit, *refusal};
    call->judged = &read->base;
}

enum judgement document_file_judge(struct file *file, struct call *call)
{
    struct problem refusal = {0};
    struct json_object *edit;

    switch (document_judge(buf_text(&file->text), file->text.size_bytes, &edit, &refusal)) {
    case DOCUMENT_WHOLE:
        keep_edit(call, edit, &refusal);
        return JUDGE_COMPLETE;
    case DOCUMENT_BEGUN:
        return JUDGE_INCOMPLETE;
    case DOCUMENT_BROKEN:
        break;
    }
    call_set_words(call, EINVAL, "%s", refusal.message);
    return JUDGE_INVALID;
}

/* An edit on its way to the server. */
struct sending {
    struct file *file;
    struct dir *dir; /* the resource's */
    struct record *record;
    struct json_object *given;
    struct seen_list seen; /* by who wrote it */
    bool later;            /* what is sent is worked out by the cache, of what is there then */
    struct document_change edit;
};

/* Where the API takes whole objects, or the record came incomplete, an edit is merged into what is
 * there when it is sent. */
static bool is_worked_out_later(const struct dir *dir, const struct record *record)
{
    return !record->complete ||
           cache_shape(tree_of(dir)->config.cache, dir->kind)->update == UPDATE_WHOLE;
}

/* What the edit changes, as far as is known. */
static int work_out(struct call *call, struct sending *sending)
{
    struct cache *cache = tree_of(sending->dir)->config.cache;
    struct record *record = sending->record;
    struct past past;

    if (!record->complete) {
        sending->edit.changed = true; /* maybe */
        return 0;
    }
    cache_get_past(cache, record->kind, record->id, &past);
    struct document_past known = {.past = &past, .read = &sending->seen};
    int rc = document_edit_by(cache_dialect(cache), record, &known, json_view_of(sending->given),
                              &sending->edit, &call->problem);
    past_finish(&past);
    return rc < 0 ? call_problem_errno(call, false) : 0;
}

static int send_body(struct call *call, struct sending *sending, const struct buf *body)
{
    struct change_request request = {.verb = sending->later ? CHANGE_EDIT : CHANGE_UPDATE,
                                     .body = buf_text(body),
                                     .secrets = (const char *const *)sending->edit.secrets,
                                     .seen = &sending->seen};

    return tree_commit(call, sending->file, &request);
}

static int send_edit(struct call *call, struct sending *sending)
{
    struct buf text = BUF_EMPTY;

    if (!sending->later)
        return send_body(call, sending, &sending->edit.body);
    int rc = json_print(&text, sending->given) ? send_body(call, sending, &text) : -ENOMEM;
    if (text.data != NULL)
        explicit_bzero(text.data, text.capacity_bytes);
    buf_finish(&text);
    return rc;
}

/* The name in an edit, or a body, borrowed; NULL: it has none. */
static struct json_object *name_in(struct json_object *edit)
{
    struct json_object *name = json_member(edit, "name");

    return json_object_is_type(name, json_type_string) ? name : NULL;
}

static size_t name_bytes(struct json_object *name)
{
    return (size_t)json_object_get_string_len(name);
}

void document_note_copied_name(struct dir *dir, struct json_object *edit)
{
    struct json_object *name = name_in(edit);

    if (name != NULL)
        birth_note_name(dir, json_object_get_string(name), name_bytes(name));
}

/* As a file name; false: there is none, or no memory. */
static bool encode_name(struct json_object *edit, struct buf *out)
{
    struct json_object *name = name_in(edit);

    return name != NULL && name_encode(json_object_get_string(name), name_bytes(name), out);
}

/* Whether the edit would give the resource a name that another one has. */
static bool takes_other_name(struct dir *dir, struct json_object *edit)
{
    struct buf encoded = BUF_EMPTY;

    bool taken =
        encode_name(edit, &encoded) &&
        name_is_taken(tree_of(dir)->config.cache, dir->kind, NULL, buf_text(&encoded), dir_id(dir));
    struct dir *draft =
        taken || encoded.size_bytes == 0 ? NULL : draft_find(dir->parent, buf_text(&encoded));
    taken = taken || draft != NULL;
    dir_unref(draft);
    buf_finish(&encoded);
    return taken;
}

static bool renames(const struct record *record, struct json_object *edit)
{
    struct json_object *name = name_in(edit);

    return name != NULL &&
           (name_bytes(name) != record->name_bytes ||
            memcmp(json_object_get_string(name), record->name, record->name_bytes) != 0);
}

/* Whether a copied edit has the name of what it is copied of, which it says once more. */
static bool has_copied_name(struct dir *dir, struct json_object *edit)
{
    struct json_object *name = name_in(edit);

    return name != NULL && birth_has_name(dir, json_object_get_string(name), name_bytes(name));
}

/* What of a copied edit is more than a copy: a new reference. */
static struct json_object *keep_new(struct file *file, struct dir *dir, struct json_object *given)
{
    struct json_object *kept = NULL;
    struct buf made = BUF_EMPTY;
    bool keep_name = !takes_other_name(dir, given) && !has_copied_name(dir, given);

    if (birth_get_body(dir, &made))
        kept = document_keep_new(dir->kind, cache_dialect(tree_of(file->node.dir)->config.cache),
                                 given, &made, keep_name);
    if (made.data != NULL)
        explicit_bzero(made.data, made.capacity_bytes);
    buf_finish(&made);
    return kept != NULL ? kept : json_object_get(given);
}

/* A new name is refused as mv refuses it: one that is taken, and one that means what is gone. */
static int check_rename(struct call *call, const struct sending *sending)
{
    struct dir *dir = sending->dir;
    struct buf encoded = BUF_EMPTY;
    int rc = 0;

    if (!renames(sending->record, sending->given))
        return 0;
    if (takes_other_name(dir, sending->given))
        return call_fail(call, EEXIST, "another %s has this name", dir->kind->noun);
    if (encode_name(sending->given, &encoded))
        rc = check_not_gone(call, dir, buf_text(&encoded));
    buf_finish(&encoded);
    return rc;
}

/* Sends what the edit changes, if that is anything. */
static int pursue(struct call *call, struct sending *sending)
{
    struct buf old_name = BUF_EMPTY;
    int rc = work_out(call, sending);

    if (rc < 0 || !sending->edit.changed)
        return rc;
    rc = check_rename(call, sending);
    if (rc < 0)
        return rc;
    if (!name_shown(tree_of(sending->dir)->config.cache, sending->record, &old_name))
        buf_finish(&old_name);
    rc = send_edit(call, sending);
    if (rc == 0 && !call->planned)
        renamed_note(call, sending->file, &old_name);
    buf_finish(&old_name);
    return rc;
}

static void sending_finish(struct sending *sending)
{
    document_change_finish(&sending->edit);
    seen_list_finish(&sending->seen);
    json_object_put(sending->given);
    record_unref(sending->record);
}

int document_commit_edit(struct call *call, struct file *file, struct json_object *given)
{
    struct dir *dir = dir_resource(file->node.dir);
    struct sending sending = {.file = file, .dir = dir};

    if (file->staged->change != NULL)
        return file_await(call, file, false);
    int rc = resource_check_shown(call, dir);
    if (rc < 0)
        return rc;
    if (read_record(call, dir, false, &sending.record) < 0)
        return call_fail(call, ENOENT, "the %s is gone", dir->kind->noun);
    sending.given = file->copied ? keep_new(file, dir, given) : json_object_get(given);
    sending.later = is_worked_out_later(dir, sending.record);
    author_get_seen(&file->staged->author, dir, &sending.seen);
    rc = pursue(call, &sending);
    sending_finish(&sending);
    return rc;
}

struct json_object *document_file_read(struct call *call, struct file *file)
{
    const struct edit_read *read = (const struct edit_read *)call->judged;

    if (read == NULL)
        return document_read(buf_text(&file->text), file->text.size_bytes, &call->problem);
    if (read->edit == NULL)
        call->problem = read->refusal;
    return json_object_get(read->edit);
}

int document_file_commit(struct call *call, struct file *file)
{
    struct json_object *given = document_file_read(call, file);
    int rc =
        given == NULL ? call_problem_errno(call, false) : document_commit_edit(call, file, given);

    json_object_put(given);
    return rc;
}

void document_file_attr(struct node node, struct stat *st)
{
    struct call call = {.op = "getattr"};
    const struct leaf_row *row = leaf_row_of(node);
    struct buf text = BUF_EMPTY;

    if (!dir_ops(node.dir)->draft &&
        cache_shape(tree_of(node.dir)->config.cache, node.dir->kind)->update == UPDATE_NONE)
        st->st_mode &= ~(mode_t)0222;
    if (tree_of(node.dir)->config.secrets != SECRETS_SHOW)
        return;
    if (leaf_render(&call, node, row, false, &text) != 0 ||
        secrets_are_told(json_slice_of(buf_text(&text), text.size_bytes)))
        st->st_mode &= ~(mode_t)0077;
    if (text.data != NULL)
        explicit_bzero(text.data, text.capacity_bytes);
    buf_finish(&text);
}
