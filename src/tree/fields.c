/* SPDX-License-Identifier: MIT */
/*
 * Field files: every key of a resource's JSON is a file, every nested object a directory. A field's
 * number is that of its key among all keys ever seen, so a field costs no memory of its own.
 * What its file holds and takes: field_file.c.
 */
#include "config.h"

#include "tree/fields.h"

#include "tree/draft.h"
#include "tree/errors.h"
#include "tree/field_keys.h"
#include "tree/names.h"
#include "tree/resource.h"
#include "tree/scratch.h"
#include "util/digest.h"
#include "util/json.h"

#include <errno.h>
#include <string.h>

/* --- what a field is ------------------------------------------------------------------------- */

/* The table of rows for the members of what `dir` shows; NULL: unknown. */
static const struct field *rows_of(struct dir *dir)
{
    if (dir_ops(dir) != &nested_ops)
        return cache_shape(dir->tree->config.cache, dir->kind)->fields;
    const struct field *rows = rows_of(dir->parent);
    struct buf key = BUF_EMPTY;
    const struct field *row = NULL;

    if (name_decode(dir_name(dir), &key))
        row = field_find(rows, buf_text(&key), key.size_bytes);
    buf_finish(&key);
    return row == NULL ? NULL : row->members;
}

const struct field *field_of(struct dir *dir, const char *key)
{
    return field_find(rows_of(dir), key, strlen(key));
}

static bool is_draft(struct dir *dir)
{
    return dir_ops(dir_resource(dir)) == &draft_ops;
}

static bool secrets_shown(const struct dir *dir)
{
    return dir->tree->config.secrets == SECRETS_SHOW;
}

/* A nested object is a directory; one that is a secret, by its key alone as in the document, is a
 * file, so that nothing lists it. */
static bool is_nested(const struct dir *dir, const char *key, struct json_object *value)
{
    return json_object_is_type(value, json_type_object) &&
           (secrets_shown(dir) || !field_is_secret(key));
}

/* Given, and never answered: shown nowhere, but can be written. */
static bool is_unanswered(const struct dir *dir, const struct field *row)
{
    (void)dir;
    return (row->flags & FIELD_UNANSWERED) != 0 && (row->flags & FIELD_UPDATE) != 0;
}

static bool secrets_hidden(const struct dir *dir)
{
    return dir->tree->config.secrets == SECRETS_HIDE;
}

mode_t field_mode(struct dir *dir, const char *key, bool answered)
{
    const struct field *row = field_of(dir, key);
    unsigned settable = is_draft(dir) ? FIELD_CREATE : FIELD_UPDATE;
    bool writable = row != NULL && (row->flags & settable) != 0;

    if (row != NULL && !answered)
        return 0200;
    if (field_is_secret(key))
        return writable ? 0600 : 0400;
    return writable ? 0644 : 0444;
}

bool field_can_be_given(struct node node)
{
    const struct field_key *key = field_key_of(node.dir, leaf_acts_as(node.dir, node.leaf));
    const struct field *row = key == NULL ? NULL : field_of(node.dir, key->key);

    return row != NULL && (row->flags & (FIELD_CREATE | FIELD_UPDATE)) != 0;
}

/* The place of what `dir` shows. */
static uint64_t place_of_dir(struct dir *dir)
{
    struct buf key = BUF_EMPTY;

    if (dir_ops(dir) != &nested_ops)
        return DIGEST_ROOT;
    uint64_t place = place_of_dir(dir->parent);
    if (name_decode(dir_name(dir), &key))
        place = digest_key(place, buf_text(&key));
    buf_finish(&key);
    return place;
}

uint64_t field_place(struct node node)
{
    const struct field_key *key = field_key_of(node.dir, leaf_acts_as(node.dir, node.leaf));

    return key == NULL ? 0 : digest_key(place_of_dir(node.dir), key->key);
}

/* --- finding --------------------------------------------------------------------------------- */

struct json_object *field_members(struct call *call, struct dir *dir, enum fields_need need)
{
    const struct dir_ops *ops = dir_ops(dir);

    return ops->fields == NULL ? NULL : ops->fields(call, dir, need);
}

/* Whether a fixed file of the directory has that name: then the key is in the document only. */
static bool is_fixed_name(const struct dir *dir, const char *name)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (strcmp(rows[i].name, name) == 0)
            return true;
    return dir->kind != NULL && dir_ops(dir) != &nested_ops &&
           strcmp(dir->kind->document, name) == 0;
}

static uint32_t unanswered_number(struct dir *dir, const char *key)
{
    const struct field *row = field_of(dir, key);

    if (row == NULL || !is_unanswered(dir, row) || (field_is_secret(key) && secrets_hidden(dir)))
        return 0;
    const struct field_key *entry = field_key_intern(dir->tree, key);
    return entry == NULL ? 0 : entry->number;
}

static uint32_t answered_number(struct dir *dir, const char *key)
{
    const struct field_key *entry = field_key_intern(dir->tree, key);

    if (field_is_secret(key) && secrets_hidden(dir))
        return 0;
    return entry == NULL || entry->name == NULL ? 0 : entry->number;
}

uint32_t field_find_name(struct call *call, struct dir *dir, const char *name, bool *nested)
{
    struct buf key = BUF_EMPTY;
    struct json_object *value;
    uint32_t number = 0;

    *nested = false;
    if (dir_ops(dir)->fields == NULL || is_fixed_name(dir, name) || !name_decode(name, &key) ||
        strlen(buf_text(&key)) != key.size_bytes) {
        buf_finish(&key);
        return 0;
    }
    struct json_object *members = field_members(call, dir, FIELDS_COMPLETE);
    if (members != NULL && json_object_object_get_ex(members, buf_text(&key), &value)) {
        *nested = is_nested(dir, buf_text(&key), value);
        number = answered_number(dir, buf_text(&key));
    } else if (members != NULL) {
        number = unanswered_number(dir, buf_text(&key));
    }
    json_object_put(members);
    buf_finish(&key);
    return number;
}

struct dir *field_dir(struct dir *dir, const char *name)
{
    return dir_intern(dir, name, &nested_ops, dir->kind, NULL, NULL);
}

bool field_is_hidden(struct dir *dir, const char *name)
{
    struct buf key = BUF_EMPTY;
    bool hidden = secrets_hidden(dir) && dir_ops(dir)->fields != NULL && name_decode(name, &key) &&
                  field_is_secret(buf_text(&key));

    buf_finish(&key);
    return hidden;
}

/* --- listing --------------------------------------------------------------------------------- */

static bool list_member(struct dir *dir, const char *key, struct json_object *value,
                        struct listing *listing)
{
    const struct field_key *entry = field_key_intern(dir->tree, key);

    if (entry == NULL)
        return false;
    if (entry->name == NULL || is_fixed_name(dir, entry->name) ||
        (field_is_secret(key) && !secrets_shown(dir)))
        return true;
    if (!listing->with_hidden && leaf_hidden(dir, entry->number))
        return true;
    if (is_nested(dir, key, value))
        return listing_add_dir(listing, entry->name, &nested_ops, dir->kind, NULL, NULL);
    return listing_add_leaf(listing, entry->name, leaf_number(dir, entry->number), S_IFREG);
}

int fields_list(struct call *call, struct dir *dir, struct listing *listing)
{
    bool ok = true;

    if (dir_ops(dir)->fields == NULL)
        return 0;
    struct json_object *members = field_members(call, dir, FIELDS_COMPLETE);
    if (members == NULL)
        return call->problem.message[0] != '\0' ? tree_problem_errno(call, false) : -ENOENT;
    json_object_object_foreach (members, key, value) {
        ok = ok && list_member(dir, key, value, listing);
    }
    json_object_put(members);
    return ok ? 0 : -ENOMEM;
}

void fields_drop_shadowed(struct dir *dir)
{
    struct json_object *members = field_members(NULL, dir, FIELDS_KNOWN);

    if (members == NULL)
        return;
    json_object_object_foreach (members, key, value) {
        (void)value;
        const struct field_key *entry = field_key_intern(dir->tree, key);
        uint32_t leaf = entry == NULL || entry->name == NULL ? 0 : scratch_find(dir, entry->name);
        if (leaf != 0)
            scratch_remove(dir, leaf);
    }
    json_object_put(members);
}

/* --- nested objects -------------------------------------------------------------------------- */

static struct json_object *nested_fields(struct call *call, struct dir *dir, enum fields_need need)
{
    struct json_object *outer = field_members(call, dir->parent, need);
    struct json_object *inner = NULL;
    struct buf key = BUF_EMPTY;

    if (outer != NULL && name_decode(dir_name(dir), &key) &&
        json_object_object_get_ex(outer, buf_text(&key), &inner) &&
        json_object_is_type(inner, json_type_object))
        json_object_get(inner);
    else
        inner = NULL;
    json_object_put(outer);
    buf_finish(&key);
    return inner;
}

static int nested_mtime(struct dir *dir, int64_t *mtime_ms)
{
    struct dir *resource = dir_resource(dir);

    return dir_ops(resource)->mtime(resource, mtime_ms);
}

static void nested_touch(struct dir *dir)
{
    struct dir *resource = dir_resource(dir);

    if (dir_ops(resource)->touch != NULL)
        dir_ops(resource)->touch(resource);
}

const struct dir_ops nested_ops = {
    .type = "nested",
    .mtime = nested_mtime,
    .mkdir = draft_nested_mkdir,
    .unlink = resource_file_unlink,
    .rename = resource_file_rename,
    .rmdir = resource_nested_rmdir,
    .touch = nested_touch,
    .fields = nested_fields,
    .scratch = true,
};
