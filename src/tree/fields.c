/* SPDX-License-Identifier: MIT */
/*
 * Field files: every key of a resource's JSON is a file, every nested object a directory. A field's
 * number is that of its key among all keys ever seen, so a field costs no memory of its own.
 * Writing one is an edit of the document with that one key.
 */
#include "config.h"

#include "tree/fields.h"

#include "tree/document.h"
#include "tree/document_parts.h"
#include "tree/errors.h"
#include "tree/field_keys.h"
#include "tree/file.h"
#include "tree/names.h"
#include "tree/resource.h"
#include "tree/scratch.h"
#include "util/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

static const struct field *row_of(struct dir *dir, const char *key)
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

/* The mode's bits by the row: what can be written, and what only its owner may read. */
static mode_t mode_of(struct dir *dir, const char *key, bool answered)
{
    const struct field *row = row_of(dir, key);
    unsigned settable = is_draft(dir) ? FIELD_CREATE : FIELD_UPDATE;
    bool writable = row != NULL && (row->flags & settable) != 0;

    if (row != NULL && !answered)
        return 0200;
    if (field_is_secret(key))
        return writable ? 0600 : 0400;
    return writable ? 0644 : 0444;
}

/* --- finding --------------------------------------------------------------------------------- */

static struct json_object *members_of(struct call *call, struct dir *dir, enum fields_need need)
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
    const struct field *row = row_of(dir, key);

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
    struct json_object *members = members_of(call, dir, FIELDS_COMPLETE);
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
    struct json_object *members = members_of(call, dir, FIELDS_COMPLETE);
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
    struct json_object *members = members_of(NULL, dir, FIELDS_KNOWN);

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

/* --- reading --------------------------------------------------------------------------------- */

/* The text of a value as its file shows it. It is the caller's alone, and may be masked within. */
static bool print_value(struct json_object *value, bool masked, struct buf *out)
{
    if (value == NULL)
        return true;
    if (json_object_is_type(value, json_type_string))
        return buf_append(out, json_object_get_string(value),
                          (size_t)json_object_get_string_len(value)) &&
               buf_append_text(out, "\n");
    return (!masked || document_mask(value)) && json_print(out, value) &&
           buf_append_text(out, "\n");
}

static int render_field(struct call *call, struct node node, bool wait, struct buf *out)
{
    const struct field_key *key = field_key_of(node.dir, leaf_acts_as(node.dir, node.leaf));
    struct json_object *members = members_of(call, node.dir, wait ? FIELDS_FRESH : FIELDS_KNOWN);
    struct json_object *value = NULL;
    int rc = 0;

    if (key == NULL || members == NULL)
        rc = call->problem.kind == PROBLEM_NONE ? -ENOENT : tree_problem_errno(call, false);
    else if (json_object_object_get_ex(members, key->key, &value))
        rc = print_value(value, !secrets_shown(node.dir) && !field_is_secret(key->key), out)
                 ? 0
                 : -ENOMEM;
    json_object_put(members);
    return rc;
}

static void field_attr(struct node node, struct stat *st)
{
    const struct field_key *key = field_key_of(node.dir, leaf_acts_as(node.dir, node.leaf));
    struct call call = {.op = "getattr"};
    struct json_object *members = members_of(&call, node.dir, FIELDS_KNOWN);
    bool answered =
        key != NULL && members != NULL && json_object_object_get_ex(members, key->key, NULL);

    json_object_put(members);
    st->st_mode =
        (st->st_mode & S_IFMT) | (key == NULL ? 0444 : mode_of(node.dir, key->key, answered));
}

/* --- writing --------------------------------------------------------------------------------- */

static enum judgement judge_field(struct file *file, struct call *call)
{
    const struct buf *text = &file->text;

    (void)call;
    return text->size_bytes > 0 && text->data[text->size_bytes - 1] == '\n' ? JUDGE_COMPLETE
                                                                            : JUDGE_INCOMPLETE;
}

static int wrong_type(struct call *call, const char *key, const char *expected)
{
    int rc = tree_fail(call, EINVAL, "%s must be %s", key, expected);

    snprintf(call->problem.details, sizeof call->problem.details, "%s", key);
    return rc;
}

/* The value that a text means for a field of that row (NULL: what it can be told to be). */
static int parse_value(struct call *call, const struct field *row, const char *key,
                       const char *text, size_t size, struct json_object **out)
{
    static const char *const expected[] = {[FIELD_STRING] = "text",
                                           [FIELD_INTEGER] = "a whole number",
                                           [FIELD_BOOLEAN] = "true or false",
                                           [FIELD_OBJECT] = "a JSON object"};
    static const json_type types[] = {[FIELD_INTEGER] = json_type_int,
                                      [FIELD_BOOLEAN] = json_type_boolean,
                                      [FIELD_OBJECT] = json_type_object};
    enum field_type type = row == NULL ? FIELD_STRING : row->type;

    *out = NULL;
    if (size == 0 && row != NULL && (row->flags & FIELD_NULLABLE) != 0)
        return 0;
    if (size == 0 && row != NULL && (type != FIELD_STRING || (row->flags & FIELD_REQUIRED) != 0))
        return wrong_type(call, key,
                          type == FIELD_STRING ? "something: it can't be empty" : expected[type]);
    if (type == FIELD_STRING) {
        *out = json_object_new_string_len(text, (int)size);
        return *out == NULL ? -ENOMEM : 0;
    }
    if (json_read(text, size, out, NULL) == JSON_OK && json_object_is_type(*out, types[type]))
        return 0;
    json_object_put(*out);
    *out = NULL;
    return wrong_type(call, key, expected[type]);
}

/* Puts `object` (taken over) into an object under each nested directory's key, outermost last. */
static struct json_object *wrap(struct dir *dir, struct json_object *object)
{
    for (; object != NULL && dir_ops(dir) == &nested_ops; dir = dir->parent) {
        struct json_object *outer = json_object_new_object();
        struct buf key = BUF_EMPTY;
        if (outer == NULL || !name_decode(dir_name(dir), &key) ||
            json_object_object_add(outer, buf_text(&key), object) != 0) {
            json_object_put(object);
            json_object_put(outer);
            outer = NULL;
        }
        buf_finish(&key);
        object = outer;
    }
    return object;
}

/* The edit {"KEY": VALUE}, nested as the field is. Takes over `value`. */
static int make_edit(struct dir *dir, const char *key, struct json_object *value, struct buf *out)
{
    struct json_object *edit = json_object_new_object();

    if (edit == NULL || json_object_object_add(edit, key, value) != 0) {
        json_object_put(value);
        json_object_put(edit);
        return -ENOMEM;
    }
    edit = wrap(dir, edit);
    bool ok = edit != NULL && json_print(out, edit);
    json_object_put(edit);
    return ok ? 0 : -ENOMEM;
}

static size_t value_bytes(const struct buf *text)
{
    size_t size = text->size_bytes;

    return size > 0 && text->data[size - 1] == '\n' ? size - 1 : size;
}

static int commit_field(struct call *call, struct file *file)
{
    struct dir *dir = file->node.dir;
    struct dir *resource = dir_resource(dir);
    const struct field_key *key = field_key_of(dir, leaf_acts_as(dir, file->node.leaf));
    const struct dir_ops *ops = dir_ops(resource);
    struct json_object *value = NULL;
    struct buf edit = BUF_EMPTY;

    if (key == NULL || ops->commit_edit == NULL)
        return -ENOENT;
    int rc = parse_value(call, row_of(dir, key->key), key->key, buf_text(&file->text),
                         value_bytes(&file->text), &value);
    if (rc == 0)
        rc = make_edit(dir, key->key, value, &edit);
    if (rc == 0)
        rc = ops->commit_edit(call, file, &edit);
    if (edit.data != NULL)
        explicit_bzero(edit.data, edit.size_bytes);
    buf_finish(&edit);
    return rc;
}

const struct leaf_row field_row = {
    .name = "field",
    .mode = 0444,
    .render = render_field,
    .judge = judge_field,
    .commit = commit_field,
    .attr = field_attr,
};

/* --- nested objects -------------------------------------------------------------------------- */

static struct json_object *nested_fields(struct call *call, struct dir *dir, enum fields_need need)
{
    struct json_object *outer = members_of(call, dir->parent, need);
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
    .unlink = resource_file_unlink,
    .rename = resource_file_rename,
    .rmdir = resource_nested_rmdir,
    .touch = nested_touch,
    .fields = nested_fields,
    .scratch = true,
};
