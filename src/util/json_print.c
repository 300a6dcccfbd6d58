/* SPDX-License-Identifier: MIT */
/* JSON values as text. json-c's own pretty form breaks an empty array over two lines. */
#include "config.h"

#include "util/json.h"

bool json_print(struct buf *out, struct json_object *value)
{
    const char *text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
                                                                 JSON_C_TO_STRING_NOSLASHESCAPE);

    return text != NULL && buf_append_text(out, text);
}

static bool print_key(struct buf *out, const char *key)
{
    struct json_object *text = json_object_new_string(key);
    bool ok = text != NULL && json_print(out, text) && buf_append(out, ": ", 2);

    json_object_put(text);
    return ok;
}

static bool print_indented(struct buf *out, struct json_object *value, size_t level);

/* Begins a line in a list: behind its bracket or the comma of what came before. */
static bool print_line(struct buf *out, const char *before, size_t level)
{
    bool ok = buf_append_text(out, before) && buf_append(out, "\n", 1);

    for (size_t i = 0; ok && i < level; i++)
        ok = buf_append(out, "  ", 2);
    return ok;
}

static bool print_object(struct buf *out, struct json_object *object, size_t level)
{
    const char *before = "{";
    bool ok = true;

    if (json_object_object_length(object) == 0)
        return buf_append(out, "{}", 2);
    json_object_object_foreach (object, key, member) {
        ok = ok && print_line(out, before, level + 1) && print_key(out, key) &&
             print_indented(out, member, level + 1);
        before = ",";
    }
    return ok && print_line(out, "", level) && buf_append(out, "}", 1);
}

static bool print_array(struct buf *out, struct json_object *array, size_t level)
{
    size_t count = json_object_array_length(array);
    bool ok = true;

    if (count == 0)
        return buf_append(out, "[]", 2);
    for (size_t i = 0; ok && i < count; i++)
        ok = print_line(out, i == 0 ? "[" : ",", level + 1) &&
             print_indented(out, json_object_array_get_idx(array, i), level + 1);
    return ok && print_line(out, "", level) && buf_append(out, "]", 1);
}

static bool print_indented(struct buf *out, struct json_object *value, size_t level)
{
    if (json_object_is_type(value, json_type_object))
        return print_object(out, value, level);
    if (json_object_is_type(value, json_type_array))
        return print_array(out, value, level);
    return json_print(out, value);
}

bool json_print_pretty(struct buf *out, struct json_object *value)
{
    return print_indented(out, value, 0);
}
