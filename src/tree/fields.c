/* SPDX-License-Identifier: MIT */
/*
 * Field files: every key of a resource's JSON is a file, every nested object a directory. What a
 * field's number is: field_keys.c. What its file holds and takes: field_file.c.
 */
#include "config.h"

#include "tree/fields.h"

#include "tree/draft.h"
#include "vfs/failure.h"
#include "tree/field_keys.h"
#include "util/file_name.h"
#include "tree/resource.h"
#include "vfs/scratch.h"
#include "util/digest.h"
#include "tree/members.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool secrets_shown(const struct dir *dir)
{
    return tree_of(dir)->config.secrets == SECRETS_SHOW;
}

/* A nested object is a directory; one that is a secret, by its key alone as in the document, is a
 * file, so that nothing lists it. */
static bool is_nested(const struct dir *dir, const struct field_key *key)
{
    return json_slice_type(key->value) == '{' && (secrets_shown(dir) || !key->secret);
}

static bool secrets_hidden(const struct dir *dir)
{
    return tree_of(dir)->config.secrets == SECRETS_HIDE;
}

/* Whether a fixed file of the directory has that name: then the key is in the document only. */
static bool is_fixed_name(const struct dir *dir, const char *name)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (strcmp(rows[i].name, name) == 0)
            return true;
    return dir->kind != NULL && !dir_ops(dir)->nested && strcmp(dir->kind->document, name) == 0;
}

/* As a file name; false: it can't be one. `out` is the caller's to finish. */
static bool file_name(const struct dir *dir, const struct buf *key, struct buf *out)
{
    return name_encode(buf_text(key), key->size_bytes, out) && out->size_bytes > 0 &&
           out->size_bytes <= NAME_MAX_BYTES && !is_fixed_name(dir, buf_text(out));
}

static bool name_of_key(const struct dir *dir, const struct field_key *key, struct buf *out)
{
    struct buf text = BUF_EMPTY;
    bool ok = field_key_append(key, &text) && file_name(dir, &text, out);

    buf_finish(&text);
    return ok;
}

static struct leaf find_name(struct call *call, struct dir *dir, const char *name, bool *nested)
{
    struct buf key = BUF_EMPTY;
    struct field_key found;
    struct members members;
    struct leaf leaf = LEAF_NONE;

    if (is_fixed_name(dir, name) || !name_decode(name, &key) ||
        strlen(buf_text(&key)) != key.size_bytes ||
        (field_is_secret(buf_text(&key)) && secrets_hidden(dir))) {
        buf_finish(&key);
        return LEAF_NONE;
    }
    if (field_members(call, dir, FIELDS_COMPLETE, &members) &&
        field_key_find(dir, &members, buf_text(&key), &found)) {
        leaf = found.leaf;
        *nested = !leaf_is_none(leaf) && is_nested(dir, &found);
    }
    members_finish(&members);
    buf_finish(&key);
    return leaf;
}

bool field_is_hidden(struct dir *dir, const char *name)
{
    struct buf key = BUF_EMPTY;
    bool hidden = secrets_hidden(dir) && dir_ops(dir)->fields != NULL && name_decode(name, &key) &&
                  field_is_secret(buf_text(&key));

    buf_finish(&key);
    return hidden;
}

/* Secrets, and what can only be written, open by their names. */
static bool is_listed(const struct dir *dir, const struct field_key *key)
{
    if (key->secret && !secrets_shown(dir))
        return false;
    return key->answered || (key->row->flags & FIELD_UNANSWERED) == 0;
}

static bool list_key(struct dir *dir, const struct field_key *key, struct listing *listing)
{
    struct buf name = BUF_EMPTY;
    bool ok = true;

    if (leaf_is_none(key->leaf) || !is_listed(dir, key) ||
        (!listing->with_hidden && leaf_hidden(dir, key->leaf)))
        return true;
    if (!name_of_key(dir, key, &name))
        ok = name.data != NULL; /* in the document only; or no memory */
    else if (is_nested(dir, key))
        ok =
            listing_add_dir(listing, buf_text(&name), dir_ops(dir)->objects, dir->kind, NULL, NULL);
    else
        ok = listing_add_leaf(listing, buf_text(&name), leaf_alias(dir, key->leaf), S_IFREG);
    buf_finish(&name);
    return ok;
}

static int list(struct call *call, struct dir *dir, struct listing *listing)
{
    struct field_walk walk;
    struct field_key key;
    struct members members;
    bool ok = true;

    if (!field_members(call, dir, FIELDS_COMPLETE, &members)) {
        members_finish(&members);
        return call->problem.message[0] != '\0' ? call_problem_errno(call, false) : -ENOENT;
    }
    field_walk_start(&walk, dir, &members, field_files_left(dir));
    while (ok && field_walk_next(&walk, &key))
        ok = list_key(dir, &key, listing);
    members_finish(&members);
    return ok ? 0 : -ENOMEM;
}

static void drop_shadowed(struct dir *dir, const struct field_key *key)
{
    struct buf name = BUF_EMPTY;
    bool named = !leaf_is_none(key->leaf) && name_of_key(dir, key, &name);
    struct leaf leaf = named ? scratch_find(dir, buf_text(&name)) : LEAF_NONE;

    if (!leaf_is_none(leaf))
        scratch_remove(dir, leaf);
    buf_finish(&name);
}

static void drop_all_shadowed(struct dir *dir)
{
    struct field_walk walk;
    struct field_key key;
    struct members members;

    if (field_members(NULL, dir, FIELDS_KNOWN, &members)) {
        field_walk_start(&walk, dir, &members, field_files_left(dir));
        while (field_walk_next(&walk, &key))
            drop_shadowed(dir, &key);
    }
    members_finish(&members);
}

static void print_name(struct dir *dir, struct leaf leaf, char out[LEAF_NAME_BYTES])
{
    struct buf key = BUF_EMPTY;
    struct buf name = BUF_EMPTY;

    out[0] = '\0';
    if (field_key_text(dir, leaf, &key) && file_name(dir, &key, &name))
        snprintf(out, LEAF_NAME_BYTES, "%s", buf_text(&name));
    buf_finish(&name);
    buf_finish(&key);
}

static const struct leaf_row *row_of(struct dir *dir, struct leaf leaf)
{
    (void)dir, (void)leaf;
    return &field_row;
}

const struct leaf_source field_leaves = {
    .find = find_name,
    .row = row_of,
    .print_name = print_name,
    .list = list,
    .drop_shadowed = drop_all_shadowed,
};
