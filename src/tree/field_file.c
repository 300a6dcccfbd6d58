/* SPDX-License-Identifier: MIT */
/* A field's file: its text, and what is written to it, which is an edit with that one key. */
#include "config.h"

#include "api/secrets.h"
#include "vfs/content.h"
#include "vfs/failure.h"
#include "tree/field_keys.h"
#include "tree/fields.h"
#include "vfs/file.h"
#include "util/file_name.h"
#include "document/document.h"
#include "util/json.h"
#include "util/utf8.h"
#include "tree/members.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* --- reading --------------------------------------------------------------------------------- */

/* The text of a value as its file shows it. */
static bool print_value(struct json_slice value, bool masked, struct buf *out)
{
    switch (json_slice_type(value)) {
    case 0: /* not answered */
    case 'n':
        return true;
    case '"':
        return json_slice_decode(value, out) && buf_append(out, "\n", 1);
    default:
        return secrets_print(out, value, false, !masked) && buf_append(out, "\n", 1);
    }
}

static int render_field(struct call *call, struct node node, bool wait, struct buf *out)
{
    bool masked = tree_of(node.dir)->config.secrets != SECRETS_SHOW;
    struct members members;
    struct field_key key;
    int rc = 0;

    if (!field_members(call, node.dir, wait ? FIELDS_FRESH : FIELDS_KNOWN, &members) ||
        !field_key_of_leaf(node.dir, &members, leaf_of(node), &key))
        rc = call->problem.kind == PROBLEM_NONE ? -ENOENT : call_problem_errno(call, false);
    else
        rc = print_value(key.value, masked && !key.secret, out) ? 0 : -ENOMEM;
    members_finish(&members);
    return rc;
}

/* Whether a value is shown with a secret in it: a list of objects, say. */
static bool shows_secret(const struct dir *dir, struct json_slice value)
{
    return tree_of(dir)->config.secrets == SECRETS_SHOW && secrets_are_told(value);
}

static void field_attr(struct node node, struct stat *st)
{
    struct call call = {.op = "getattr", .pin = content_pin(node.content)};
    struct leaf leaf = leaf_of(node);
    struct members members;
    struct field_key key;

    if (!field_members(&call, node.dir, FIELDS_KNOWN, &members) ||
        !field_key_of_leaf(node.dir, &members, leaf, &key)) {
        const struct field *row = field_row_of_leaf(node.dir, leaf);
        key = (struct field_key){.row = row, .secret = row != NULL && field_is_secret(row->key)};
    }
    st->st_mode = (st->st_mode & S_IFMT) | field_mode(node.dir, key.row, key.secret, key.answered);
    if (shows_secret(node.dir, key.value))
        st->st_mode &= ~(mode_t)0077;
    members_finish(&members);
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
    int rc = call_fail(call, EINVAL, "%s must be %s", key, expected);

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
    if (type == FIELD_STRING && !utf8_is_valid(text, size))
        return call_fail(call, EINVAL, "%s: invalid UTF-8", key);
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
    for (; object != NULL && dir_ops(dir)->nested; dir = dir->parent) {
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

/* The edit {"KEY": VALUE}, nested as the field is: a new reference, NULL: no memory. Takes over
 * `value`. */
static struct json_object *make_edit(struct dir *dir, const char *key, struct json_object *value)
{
    struct json_object *edit = json_object_new_object();

    if (edit != NULL && json_object_object_add(edit, key, value) == 0)
        return wrap(dir, edit);
    json_object_put(value);
    json_object_put(edit);
    return NULL;
}

/* It is written as a document would be, which is no longer than that. */
static int check_size(struct call *call, struct json_object *edit)
{
    size_t size = 0;

    json_object_to_json_string_length(edit, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
                                      &size);
    return size <= DOCUMENT_MAX_BYTES ? 0 : call_fail(call, EFBIG, "the text is longer than 1 MiB");
}

static size_t value_bytes(const struct buf *text)
{
    size_t size = text->size_bytes;

    return size > 0 && text->data[size - 1] == '\n' ? size - 1 : size;
}

/* Nothing is written where nothing is: as a copy of the tree does that is put back. */
static bool stays_unset(struct call *call, const struct file *file, struct leaf leaf)
{
    struct members members;
    struct field_key key;

    if (value_bytes(&file->text) > 0)
        return false;
    bool unset = field_members(call, file->node.dir, FIELDS_KNOWN, &members) &&
                 field_key_of_leaf(file->node.dir, &members, leaf, &key) && !key.answered;
    members_finish(&members);
    return unset;
}

static int commit_field(struct call *call, struct file *file)
{
    struct dir *dir = file->node.dir;
    struct dir *resource = dir_resource(dir);
    const struct field *row = field_row_of_leaf(dir, leaf_of(file->node));
    const struct dir_ops *ops = dir_ops(resource);
    struct json_object *value = NULL;
    struct json_object *edit = NULL;

    if (row == NULL || ops->fields == NULL || ops->fields->commit_edit == NULL)
        return -ENOENT;
    if (stays_unset(call, file, leaf_of(file->node)))
        return 0;
    int rc =
        parse_value(call, row, row->key, buf_text(&file->text), value_bytes(&file->text), &value);
    if (rc < 0)
        return rc;
    edit = make_edit(dir, row->key, value);
    rc = edit == NULL ? -ENOMEM : check_size(call, edit);
    if (rc == 0)
        rc = ops->fields->commit_edit(call, file, edit);
    json_object_put(edit);
    return rc;
}

/* Not one within a nested object: its directory is asked about by the caller. */
static bool renames(struct node node)
{
    char name[LEAF_NAME_BYTES];

    leaf_name_of(node.dir, node.alias, name);
    return strcmp(name, "name") == 0;
}

const struct leaf_row field_row = {
    .name = "field",
    .mode = 0444,
    .flags = LEAF_FIELD | LEAF_PINNED,
    .renames = renames,
    .settable = field_can_be_given,
    .place = field_place,
    .render = render_field,
    .judge = judge_field,
    .commit = commit_field,
    .attr = field_attr,
};
