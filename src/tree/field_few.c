/* SPDX-License-Identifier: MIT */
/*
 * The members of a large record, for its field files: of very many keys those that can be files.
 * What is made of the record that was asked for last is kept, since whoever looks at one file of it
 * looks at the next.
 */
#include "config.h"

#include "tree/field_keys.h"
#include "tree/fields.h"
#include "util/json.h"
#include "util/json_walk.h"
#include "tree/members.h"
#include "tree/tree_internal.h"

#include <string.h>

#define LARGE_RECORD_BYTES (16 * 1024)

struct few {
    struct buf *out;
    size_t inner_left; /* how many more keys objects within may have, all together */
    bool ok;
};

static void append(struct few *few, const char *text, size_t size)
{
    few->ok = few->ok && buf_append(few->out, text, size);
}

/* A key as it is written; one with escapes is none that a table has. */
static bool is_secret(struct json_slice key)
{
    char text[64];

    if (key.size_bytes - 2 >= sizeof text)
        return false;
    memcpy(text, key.text + 1, key.size_bytes - 2);
    text[key.size_bytes - 2] = '\0';
    return field_is_secret(text);
}

static void append_object(struct few *few, struct json_slice object, const struct field *rows,
                          size_t *left)
{
    struct json_walk walk = json_walk_into(object);
    const char *before = "{";

    while (few->ok && json_walk_next(&walk)) {
        const struct field *row = field_find(rows, walk.key.text + 1, walk.key.size_bytes - 2);
        if (*left == 0 && row == NULL)
            continue;
        *left -= *left > 0;
        append(few, before, 1);
        append(few, walk.key.text, walk.key.size_bytes);
        append(few, ":", 1);
        if (json_slice_type(walk.value) == '{' && !is_secret(walk.key))
            append_object(few, walk.value, row == NULL ? NULL : row->members, &few->inner_left);
        else
            append(few, walk.value.text, walk.value.size_bytes);
        before = ",";
    }
    if (*before == '{')
        append(few, "{", 1);
    append(few, "}", 1);
}

/* With vfs->lock held. */
static bool make(struct tree *tree, const struct field *rows, struct record *record)
{
    struct few few = {.out = &tree->few_text, .inner_left = FIELD_FILES_MAX, .ok = true};
    size_t left = FIELD_FILES_MAX;

    record_unref(tree->few_of);
    tree->few_of = NULL;
    buf_resize(&tree->few_text, 0);
    append_object(&few, json_slice_of(record->json, record->json_bytes), rows, &left);
    if (few.ok)
        tree->few_of = record_ref(record);
    return few.ok;
}

struct json_object *fields_parse(struct dir *dir, struct record *record)
{
    struct tree *tree = tree_of(dir);
    struct json_object *object = NULL;
    struct buf text = BUF_EMPTY;

    if (record->json_bytes < LARGE_RECORD_BYTES)
        return record_parse(record);
    const struct field *rows = field_rows(dir);
    pthread_mutex_lock(&tree->vfs.lock);
    bool ok = (tree->few_of == record || make(tree, rows, record)) &&
              buf_append(&text, tree->few_text.data, tree->few_text.size_bytes);
    pthread_mutex_unlock(&tree->vfs.lock);
    if (ok)
        json_read(buf_text(&text), text.size_bytes, &object, NULL);
    if (text.data != NULL)
        explicit_bzero(text.data, text.size_bytes);
    buf_finish(&text);
    return object;
}

void fields_finish(struct tree *tree)
{
    record_unref(tree->few_of);
    if (tree->few_text.data != NULL)
        explicit_bzero(tree->few_text.data, tree->few_text.capacity_bytes);
    buf_finish(&tree->few_text);
}
