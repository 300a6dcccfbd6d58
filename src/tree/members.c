/* SPDX-License-Identifier: MIT */
/* What a directory shows of a JSON object, and what the dialect knows of its keys. */
#include "config.h"

#include "tree/members.h"

#include "tree/tree_internal.h"
#include "util/file_name.h"

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

const struct field *field_of(struct dir *dir, const char *key)
{
    return field_find(field_rows(dir), key, strlen(key));
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

mode_t field_mode(struct dir *dir, const char *key, bool answered)
{
    const struct field *row = field_of(dir, key);
    unsigned settable = is_draft(dir) ? FIELD_CREATE : FIELD_UPDATE;
    bool writable = row != NULL && (row->flags & settable) != 0;

    if (row != NULL && !answered && (row->flags & FIELD_UNANSWERED) != 0)
        return 0200;
    if (field_is_secret(key))
        return writable ? 0600 : 0400;
    return writable ? 0644 : 0444;
}

struct json_object *field_members(struct call *call, struct dir *dir, enum fields_need need)
{
    const struct dir_ops *ops = dir_ops(dir);

    return ops->fields == NULL ? NULL : ops->fields->read(call, dir, need);
}
