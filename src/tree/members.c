/* SPDX-License-Identifier: MIT */
/* What a directory shows of a JSON object, and what the dialect knows of its keys. */
#include "config.h"

#include "tree/members.h"

#include "tree/tree_internal.h"
#include "util/file_name.h"

#include <stdlib.h>
#include <string.h>

const struct field *field_rows(struct dir *dir)
{
    if (!dir_ops(dir)->nested)
        return cache_shape(tree_of(dir)->config.cache, dir->kind)->fields;
    const struct field *rows = field_rows(dir->parent);
    struct buf key = BUF_EMPTY;
    const struct field *row = NULL;

    if (name_decode(dir_name(dir), &key))
        row = field_find(rows, buf_text(&key), key.size_bytes);
    buf_finish(&key);
    return row == NULL ? NULL : row->members;
}

static bool is_draft(struct dir *dir)
{
    return dir_ops(dir_resource(dir))->draft;
}

bool field_stays(struct dir *dir, const struct field *row)
{
    return (row->flags & FIELD_UPDATE) != 0 &&
           (!is_draft(dir) || (row->flags & FIELD_UNANSWERED) != 0);
}

mode_t field_mode(struct dir *dir, const struct field *row, bool secret, bool answered)
{
    unsigned settable = is_draft(dir) ? FIELD_CREATE : FIELD_UPDATE;
    bool writable = row != NULL && (row->flags & settable) != 0;

    if (row != NULL && !answered && (row->flags & FIELD_UNANSWERED) != 0)
        return 0200;
    if (secret)
        return writable ? 0600 : 0400;
    return writable ? 0644 : 0444;
}

/* --- members ---------------------------------------------------------------------------------- */

static bool start(struct members *members)
{
    if (members->index != NULL)
        members->object = json_index_root(members->index);
    return members->index != NULL;
}

bool members_of_record(struct record *record, struct members *out)
{
    *out = MEMBERS_NONE;
    out->record = record;
    if (record != NULL)
        out->index = record_index(record, &out->own);
    return start(out);
}

bool members_of_text(struct buf *text, struct members *out)
{
    *out = MEMBERS_NONE;
    out->text = *text;
    *text = BUF_EMPTY;
    out->own = json_index_create(buf_text(&out->text), out->text.size_bytes);
    out->index = out->own;
    return start(out);
}

bool members_enter(struct members *members, const char *key)
{
    members->object = json_index_find(members->index, members->object, key);
    return json_slice_type(members->object) == '{';
}

void members_finish(struct members *members)
{
    record_unref(members->record);
    if (members->text.data != NULL)
        explicit_bzero(members->text.data, members->text.capacity_bytes);
    buf_finish(&members->text);
    free(members->own);
    *members = MEMBERS_NONE;
}

bool field_members(struct call *call, struct dir *dir, enum fields_need need, struct members *out)
{
    const struct dir_ops *ops = dir_ops(dir);

    *out = MEMBERS_NONE;
    return ops->fields != NULL && ops->fields->read(call, dir, need, out);
}
