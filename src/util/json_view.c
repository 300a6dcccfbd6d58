/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/json_view.h"

#include "util/json.h"

#include <stdlib.h>
#include <string.h>

#define LONG_BYTES 16384 /* of an object without an index, from which on its keys go by hash */

struct json_view json_view_of(struct json_object *object)
{
    return (struct json_view){.there = true, .object = object};
}

struct json_view json_view_of_slice(struct json_slice slice, const struct json_index *index)
{
    return (struct json_view){.there = slice.text != NULL, .slice = slice, .index = index};
}

char json_view_type(struct json_view view)
{
    static const char types[] = {
        [json_type_null] = 'n',  [json_type_boolean] = 't', [json_type_double] = '0',
        [json_type_int] = '0',   [json_type_object] = '{',  [json_type_array] = '[',
        [json_type_string] = '"'};

    if (!view.there || view.slice.text != NULL)
        return json_slice_type(view.slice);
    if (json_object_is_type(view.object, json_type_boolean))
        return json_object_get_boolean(view.object) ? 't' : 'f';
    return types[json_object_get_type(view.object)];
}

struct json_view json_view_member(struct json_view view, const char *key)
{
    struct json_object *member = NULL;

    if (json_view_type(view) != '{')
        return JSON_VIEW_NONE;
    if (view.slice.text != NULL)
        return json_view_of_slice(view.index != NULL ? json_index_find(view.index, view.slice, key)
                                                     : json_slice_member(view.slice, key),
                                  view.index);
    return json_object_object_get_ex(view.object, key, &member) ? json_view_of(member)
                                                                : JSON_VIEW_NONE;
}

bool json_view_print(struct json_view view, struct buf *out)
{
    return view.slice.text != NULL ? buf_append(out, view.slice.text, view.slice.size_bytes)
                                   : json_print(out, view.object);
}

bool json_view_text(struct json_view view, struct buf *out)
{
    if (json_view_type(view) != '"')
        return json_view_print(view, out);
    if (view.slice.text != NULL)
        return json_slice_decode(view.slice, out);
    return buf_append(out, json_object_get_string(view.object),
                      (size_t)json_object_get_string_len(view.object));
}

static struct json_object *new_scalar(struct json_view view)
{
    struct json_object *value = NULL;
    struct buf text = BUF_EMPTY;

    if (!json_view_text(view, &text))
        return NULL;
    if (json_view_type(view) == '"')
        value = json_object_new_string_len(buf_text(&text), (int)text.size_bytes);
    else
        value = json_new_number(buf_text(&text));
    buf_finish(&text);
    return value;
}

struct json_object *json_view_object(struct json_view view)
{
    struct json_object *value = NULL;
    char type = json_view_type(view);

    if (view.slice.text == NULL)
        return json_object_get(view.object);
    if (type == '"' || type == '0')
        return new_scalar(view);
    if (type == 't' || type == 'f')
        return json_object_new_boolean(type == 't');
    if (type != 'n')
        json_read(view.slice.text, view.slice.size_bytes, &value, NULL);
    return value;
}

/* --- entries ---------------------------------------------------------------------------------- */

struct json_entries json_view_entries(struct json_view view)
{
    struct json_entries walk = {.view = view};

    if (view.slice.text != NULL)
        walk.text = json_walk_into(view.slice);
    else if (json_view_type(view) == '{')
        walk.entry = lh_table_head(json_object_get_object(view.object));
    return walk;
}

static bool next_of_text(struct json_entries *walk)
{
    if (!json_walk_next(&walk->text))
        return false;
    /* Objects in arrays are in no index. */
    walk->value = json_view_of_slice(walk->text.value, walk->text.object ? walk->view.index : NULL);
    if (!walk->text.object)
        return true;
    buf_resize(&walk->decoded, 0);
    walk->failed = !json_slice_decode(walk->text.key, &walk->decoded);
    walk->key = buf_text(&walk->decoded);
    return !walk->failed;
}

static bool next_of_array(struct json_entries *walk)
{
    struct json_object *array = walk->view.object;

    if (json_view_type(walk->view) != '[' || walk->index >= json_object_array_length(array))
        return false;
    walk->value = json_view_of(json_object_array_get_idx(array, walk->index++));
    return true;
}

bool json_entries_next(struct json_entries *walk)
{
    if (walk->view.slice.text != NULL)
        return next_of_text(walk);
    if (walk->entry == NULL)
        return next_of_array(walk);
    walk->key = lh_entry_k(walk->entry);
    walk->value = json_view_of((struct json_object *)lh_entry_v(walk->entry));
    walk->entry = lh_entry_next(walk->entry);
    return true;
}

void json_entries_finish(struct json_entries *walk)
{
    buf_finish(&walk->decoded);
}

/* --- comparing -------------------------------------------------------------------------------- */

/* By their texts: json-c's own values of long integers are cut off. What overflows a double is the
 * same only as text. */
static bool same_number(const char *a, const char *b)
{
    return strcmp(a, b) == 0 || strtod(a, NULL) - strtod(b, NULL) == 0; /* not for two infinities */
}

static bool same_scalar(struct json_view a, struct json_view b)
{
    struct buf left = BUF_EMPTY;
    struct buf right = BUF_EMPTY;
    bool same = json_view_text(a, &left) && json_view_text(b, &right);

    if (same && json_view_type(a) == '0')
        same = same_number(buf_text(&left), buf_text(&right));
    else if (same)
        same = left.size_bytes == right.size_bytes &&
               memcmp(buf_text(&left), buf_text(&right), left.size_bytes) == 0;
    buf_finish(&left);
    buf_finish(&right);
    return same;
}

/* The element, or the member of that key, that stands where `walk` has come to, or, in another
 * order, elsewhere. */
static struct json_view counterpart(struct json_view other, const struct json_entries *walk,
                                    struct json_entries *beside)
{
    bool there = json_entries_next(beside);

    if (walk->key == NULL)
        return there ? beside->value : JSON_VIEW_NONE;
    return there && beside->key != NULL && strcmp(walk->key, beside->key) == 0
               ? beside->value
               : json_view_member(other, walk->key);
}

/* Of two objects, or two arrays: each has what the other has, and no more. */
static bool same_entries(struct json_view a, struct json_view b)
{
    struct json_entries walk = json_view_entries(a);
    struct json_entries beside = json_view_entries(b);
    bool same = true;

    while (same && json_entries_next(&walk)) {
        struct json_view other = counterpart(b, &walk, &beside);
        same = other.there && json_view_same(walk.value, other);
    }
    same = same && !walk.failed && !json_entries_next(&beside) && !beside.failed;
    json_entries_finish(&walk);
    json_entries_finish(&beside);
    return same;
}

static bool is_long(struct json_view view)
{
    return view.index == NULL && view.slice.size_bytes > LONG_BYTES && json_view_type(view) == '{';
}

/* Objects in which looking for each key would take too long are built: then keys go by hash. */
static bool same_built(struct json_view a, struct json_view b)
{
    struct json_object *left = json_object_get(a.object);
    struct json_object *right = json_object_get(b.object);

    if (is_long(a))
        json_read(a.slice.text, a.slice.size_bytes, &left, NULL);
    if (is_long(b))
        json_read(b.slice.text, b.slice.size_bytes, &right, NULL);
    if (left != NULL)
        a = json_view_of(left);
    if (right != NULL)
        b = json_view_of(right);
    bool same = same_entries(a, b);
    json_object_put(left);
    json_object_put(right);
    return same;
}

bool json_view_same(struct json_view a, struct json_view b)
{
    char type = json_view_type(a);

    if (type != json_view_type(b))
        return false;
    if (a.slice.text != NULL && a.slice.size_bytes == b.slice.size_bytes &&
        memcmp(a.slice.text, b.slice.text, a.slice.size_bytes) == 0)
        return true;
    if (type == '"' || type == '0')
        return same_scalar(a, b);
    if (type == '{' || type == '[')
        return (is_long(a) || is_long(b) ? same_built : same_entries)(a, b);
    return true;
}

bool json_same(struct json_object *a, struct json_object *b)
{
    return json_view_same(json_view_of(a), json_view_of(b));
}
