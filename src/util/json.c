/* SPDX-License-Identifier: MIT */
/*
 * A text is read in one pass: what the scanner finds becomes json-c's objects on the way, without
 * json-c's parser, which takes several texts that are no JSON, saturates long integers, and drops
 * equal keys in silence.
 */
#include "config.h"

#include "util/json.h"

#include "util/json_sink.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What is being read: the value, and of it what is still open. */
struct reader {
    struct json_sink sink;
    struct json_object *root;
    struct json_object *open[JSON_MAX_DEPTH];
    size_t depth;
    struct buf key;             /* of the member whose value comes next */
    struct buf text;            /* of the scalar at hand */
    struct json_slice repeated; /* the first key that its object has already; no text: none */
};

/* What a string means, or a number's text, as a C string. */
static bool copy_token(struct buf *out, struct json_slice token)
{
    buf_resize(out, 0);
    return *token.text == '"' ? json_slice_decode(token, out)
                              : buf_append(out, token.text, token.size_bytes);
}

/* --- scalars --------------------------------------------------------------------------------- */

/* json-c prints an integer of up to 18 digits as it was written, and cuts off longer ones. */
static bool prints_alike(const char *text)
{
    return strlen(text) <= 18 && strcmp(text, "-0") != 0;
}

static struct json_object *new_integer(const char *text)
{
    uint64_t size = strtoull(text, NULL, 10);
    struct json_object *number = *text == '-' || size <= INT64_MAX
                                     ? json_object_new_int64(strtoll(text, NULL, 10))
                                     : json_object_new_uint64(size);
    char *copy = number == NULL || prints_alike(text) ? NULL : strdup(text);

    if (number == NULL || prints_alike(text))
        return number;
    if (copy == NULL) {
        json_object_put(number);
        return NULL;
    }
    json_object_set_serializer(number, json_object_userdata_to_json_string, copy,
                               json_object_free_userdata);
    return number;
}

struct json_object *json_new_number(const char *text)
{
    if (strpbrk(text, ".eE") != NULL)
        return json_object_new_double_s(strtod(text, NULL), text);
    return new_integer(text);
}

/* A new reference, NULL for null; false: no memory. */
static bool new_scalar(struct reader *reader, struct json_slice token, struct json_object **out)
{
    const struct buf *text = &reader->text;
    char type = json_slice_type(token);

    *out = NULL;
    if (type == 'n')
        return true;
    if (type == 't' || type == 'f')
        *out = json_object_new_boolean(type == 't');
    else if (copy_token(&reader->text, token))
        *out = type == '"' ? json_object_new_string_len(buf_text(text), (int)text->size_bytes)
                           : json_new_number(buf_text(text));
    return *out != NULL;
}

/* --- structure ------------------------------------------------------------------------------- */

/* Puts a value, whose reference it takes over, where it belongs. */
static bool put_value(struct reader *reader, struct json_object *value)
{
    struct json_object *into = reader->depth == 0 ? NULL : reader->open[reader->depth - 1];
    bool ok = true;

    if (into == NULL)
        reader->root = value;
    else if (json_object_is_type(into, json_type_array))
        ok = json_object_array_add(into, value) == 0;
    else
        ok = json_object_object_add(into, buf_text(&reader->key), value) == 0;
    if (!ok)
        json_object_put(value);
    return ok;
}

static bool open_value(struct reader *reader, struct json_object *value)
{
    if (value == NULL || !put_value(reader, value))
        return false;
    reader->open[reader->depth++] = value;
    return true;
}

static bool take_key(struct reader *reader, struct json_slice token)
{
    struct json_object *object = reader->open[reader->depth - 1];

    if (!copy_token(&reader->key, token))
        return false;
    if (reader->repeated.text == NULL &&
        json_object_object_get_ex(object, buf_text(&reader->key), NULL))
        reader->repeated = token;
    return true;
}

static bool take(struct json_sink *sink, enum json_event event, struct json_slice token)
{
    struct reader *reader = (struct reader *)sink;
    struct json_object *value;

    switch (event) {
    case JSON_KEY:
        return take_key(reader, token);
    case JSON_SCALAR:
        return new_scalar(reader, token, &value) && put_value(reader, value);
    case JSON_OPEN_OBJECT:
        return open_value(reader, json_object_new_object());
    case JSON_OPEN_ARRAY:
        return open_value(reader, json_object_new_array());
    case JSON_CLOSE:
        reader->depth--;
        break;
    }
    return true;
}

/* --- reading --------------------------------------------------------------------------------- */

static enum json_result say_repeated(const char *text, struct json_slice key,
                                     struct json_fault *fault)
{
    struct buf words = BUF_EMPTY;
    bool ok = buf_append_text(&words, "two equal keys: ") && json_slice_decode(key, &words);

    json_fail_at(text, (size_t)(key.text - text), ok ? buf_text(&words) : "two equal keys", fault);
    if (fault != NULL)
        fault->whole = true;
    buf_finish(&words);
    return JSON_INVALID;
}

static void wipe(struct buf *text)
{
    if (text->data != NULL)
        explicit_bzero(text->data, text->capacity_bytes);
    buf_finish(text);
}

enum json_result json_read_most(const char *text, size_t size_bytes, size_t max_values,
                                struct json_object **out, struct json_fault *fault)
{
    struct reader reader = {.sink = {take}};
    size_t end = 0;

    if (size_bytes >= INT_MAX)
        return json_fail_at(text, 0, "too long", fault);
    enum json_result result =
        json_scan_into(text, size_bytes, max_values, &reader.sink, &end, fault);
    if (result == JSON_OK)
        result = json_end_at(text, size_bytes, end, fault);
    if (result == JSON_OK && reader.repeated.text != NULL)
        result = say_repeated(text, reader.repeated, fault);
    buf_finish(&reader.key);
    wipe(&reader.text);
    if (result == JSON_OK)
        *out = reader.root;
    else
        json_object_put(reader.root);
    return result;
}

enum json_result json_read(const char *text, size_t size_bytes, struct json_object **out,
                           struct json_fault *fault)
{
    return json_read_most(text, size_bytes, SIZE_MAX, out, fault);
}

/* --- looking at values ----------------------------------------------------------------------- */

static bool is_number(struct json_object *value)
{
    return json_object_is_type(value, json_type_int) ||
           json_object_is_type(value, json_type_double);
}

const char *json_number_text(struct json_object *value)
{
    return is_number(value) ? json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN) : NULL;
}

struct json_object *json_clone(struct json_object *value)
{
    struct json_object *copy = NULL;

    return value != NULL && json_object_deep_copy(value, &copy, NULL) == 0 ? copy : NULL;
}

struct json_object *json_member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    if (json_object_is_type(object, json_type_object))
        json_object_object_get_ex(object, key, &value);
    return value;
}

const char *json_string_member(struct json_object *object, const char *key)
{
    struct json_object *value = json_member(object, key);

    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}
