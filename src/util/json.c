/* SPDX-License-Identifier: MIT */
/*
 * json-c parses what json_scan has found to be JSON; what it loses is then put back from the text:
 * integers that it would print differently get their text as userdata, and equal keys show in
 * that the text has more of them than the objects have members.
 */
#include "config.h"

#include "util/json.h"

#include "util/utf8.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum json_result fail(struct json_fault *fault, const char *text, size_t offset,
                             const char *message)
{
    if (fault == NULL)
        return JSON_INVALID;
    *fault = (struct json_fault){.offset = offset, .line = 1};
    for (size_t i = 0; i < offset; i++)
        fault->line += text[i] == '\n';
    /* What is cut off may be cut inside of a character. */
    size_t size = utf8_cut(message, strlen(message), sizeof fault->message - 1);
    memcpy(fault->message, message, size);
    return JSON_INVALID;
}

/* --- json-c ---------------------------------------------------------------------------------- */

static struct json_object *parse(const char *text, size_t size_bytes)
{
    struct json_tokener *tokener = json_tokener_new_ex(JSON_MAX_DEPTH + 2);

    if (tokener == NULL)
        return NULL;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    struct json_object *value = json_tokener_parse_ex(tokener, text, (int)size_bytes);
    if (json_tokener_get_error(tokener) != json_tokener_success) {
        json_object_put(value);
        value = NULL;
    }
    json_tokener_free(tokener);
    return value;
}

/* json-c ends a scalar only when it sees what follows it: a NUL. */
static struct json_object *parse_scalar(const char *text, size_t size_bytes)
{
    char *copy = strndup(text, size_bytes);
    struct json_object *value = copy == NULL ? NULL : parse(copy, size_bytes + 1);

    free(copy);
    return value;
}

/* --- a second look at a text that json_scan has accepted ------------------------------------- */

struct cursor {
    const char *at;
    const char *end;
    size_t keys; /* passed so far */
};

/* The size of the string token at `at`, quotes included. */
static size_t string_size(const char *at)
{
    const char *start = at++;

    while (*at != '"')
        at += *at == '\\' ? 2 : 1;
    return (size_t)(at + 1 - start);
}

static bool begins_number(char c)
{
    return c == '-' || (c >= '0' && c <= '9');
}

/* Moves to the next number, or to the end of the text. A ':' outside of strings is one key. */
static void seek_number(struct cursor *cursor)
{
    while (cursor->at < cursor->end && !begins_number(*cursor->at)) {
        cursor->keys += *cursor->at == ':';
        cursor->at += *cursor->at == '"' ? string_size(cursor->at) : 1;
    }
}

static size_t number_size(const struct cursor *cursor)
{
    size_t left = (size_t)(cursor->end - cursor->at);
    size_t size = 0;

    while (size < left && cursor->at[size] != '\0' &&
           strchr("+-.0123456789eE", cursor->at[size]) != NULL)
        size++;
    return size;
}

/* json-c keeps the text of what it makes doubles, and integers up to 18 digits print alike. */
static bool keep_number(struct json_object *number, struct cursor *cursor)
{
    seek_number(cursor);
    const char *text = cursor->at;
    size_t size = number_size(cursor);
    cursor->at += size;
    if (!json_object_is_type(number, json_type_int))
        return true;
    if (size <= 18 && !(size == 2 && memcmp(text, "-0", 2) == 0))
        return true;
    char *copy = strndup(text, size);
    if (copy == NULL)
        return false;
    json_object_set_serializer(number, json_object_userdata_to_json_string, copy,
                               json_object_free_userdata);
    return true;
}

/* Goes through all numbers, in the order of the text; counts members. False: no memory. */
static bool keep_numbers(struct json_object *value, struct cursor *cursor, size_t *members)
{
    bool ok = true;

    if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; ok && i < json_object_array_length(value); i++)
            ok = keep_numbers(json_object_array_get_idx(value, i), cursor, members);
    } else if (json_object_is_type(value, json_type_object)) {
        *members += (size_t)json_object_object_length(value);
        json_object_object_foreach (value, key, member) {
            (void)key;
            ok = ok && keep_numbers(member, cursor, members);
        }
    } else if (json_object_is_type(value, json_type_int) ||
               json_object_is_type(value, json_type_double)) {
        ok = keep_number(value, cursor);
    }
    return ok;
}

/* --- equal keys ------------------------------------------------------------------------------ */

/* Adds the key at `at` to `seen` (NULL: no memory); true when it was there already. */
static bool key_repeats(struct json_object *seen, const char *at, char *message, size_t size)
{
    struct json_object *key = seen == NULL ? NULL : parse_scalar(at, string_size(at));
    const char *text = key == NULL ? "" : json_object_get_string(key);
    bool repeats = key != NULL && json_object_object_get_ex(seen, text, NULL);

    if (repeats)
        snprintf(message, size, "two equal keys: %s", text);
    else if (key != NULL)
        json_object_object_add(seen, text, NULL);
    json_object_put(key);
    return repeats;
}

static bool is_key(const struct cursor *cursor)
{
    const char *at = cursor->at + string_size(cursor->at);

    while (at < cursor->end && strchr(" \t\r\n", *at) != NULL)
        at++;
    return at < cursor->end && *at == ':';
}

/* Finds the first key that its object has already. Runs only when there is one. */
static enum json_result name_equal_keys(const char *text, size_t start, size_t end,
                                        struct json_fault *fault)
{
    struct json_object *seen[JSON_MAX_DEPTH + 1] = {NULL};
    struct cursor cursor = {.at = text + start, .end = text + end};
    char message[sizeof fault->message] = "two equal keys";
    size_t depth = 0;
    bool found = false;

    while (!found && cursor.at < cursor.end) {
        if (*cursor.at == '{' || *cursor.at == '[')
            seen[depth++] = json_object_new_object();
        else if (*cursor.at == '}' || *cursor.at == ']')
            json_object_put(seen[--depth]);
        else if (*cursor.at == '"' && is_key(&cursor))
            found = key_repeats(seen[depth - 1], cursor.at, message, sizeof message);
        if (!found)
            cursor.at += *cursor.at == '"' ? string_size(cursor.at) : 1;
    }
    while (depth > 0)
        json_object_put(seen[--depth]);
    return fail(fault, text, (size_t)(cursor.at - text), message);
}

/* --- reading --------------------------------------------------------------------------------- */

static size_t skip_space(const char *text, size_t at, size_t size_bytes)
{
    while (at < size_bytes && text[at] != '\0' && strchr(" \t\r\n", text[at]) != NULL)
        at++;
    return at;
}

/* Builds the value between `start` and `end`, which json_scan has accepted. */
static enum json_result build(const char *text, size_t start, size_t end, struct json_object **out,
                              struct json_fault *fault)
{
    struct cursor cursor = {.at = text + start, .end = text + end};
    bool nested = text[start] == '{' || text[start] == '[';
    size_t members = 0;

    if (end - start >= INT_MAX)
        return fail(fault, text, start, "too long");
    struct json_object *value =
        nested ? parse(text + start, end - start) : parse_scalar(text + start, end - start);
    if (value == NULL || !keep_numbers(value, &cursor, &members)) {
        json_object_put(value);
        return fail(fault, text, start, "out of memory");
    }
    for (seek_number(&cursor); cursor.at < cursor.end; seek_number(&cursor))
        cursor.at += number_size(&cursor);
    if (cursor.keys != members) {
        json_object_put(value);
        return name_equal_keys(text, start, end, fault);
    }
    *out = value;
    return JSON_OK;
}

enum json_result json_build(const char *text, size_t size_bytes, struct json_object **out,
                            struct json_fault *fault)
{
    size_t start = skip_space(text, 0, size_bytes);

    while (size_bytes > start && strchr(" \t\r\n", text[size_bytes - 1]) != NULL)
        size_bytes--;
    if (text[start] == 'n') {
        *out = NULL;
        return JSON_OK;
    }
    return build(text, start, size_bytes, out, fault);
}

enum json_result json_read(const char *text, size_t size_bytes, struct json_object **out,
                           struct json_fault *fault)
{
    size_t end = 0;
    enum json_result result = json_scan(text, size_bytes, &end, fault);

    if (result != JSON_OK)
        return result;
    size_t after = skip_space(text, end, size_bytes);
    if (after < size_bytes)
        return fail(fault, text, after, "something follows the JSON text");
    return json_build(text, end, out, fault);
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

/* By their texts: json-c's own values of long integers are cut off. What overflows a double is the
 * same only as text. */
static bool same_number(struct json_object *a, struct json_object *b)
{
    const char *text_a = json_number_text(a);
    const char *text_b = json_number_text(b);

    if (text_a == NULL || text_b == NULL)
        return false;
    if (strcmp(text_a, text_b) == 0)
        return true;
    double value_a = strtod(text_a, NULL);
    double value_b = strtod(text_b, NULL);
    return value_a - value_b == 0; /* not for two infinities */
}

static bool same_object(struct json_object *a, struct json_object *b)
{
    bool same = json_object_object_length(a) == json_object_object_length(b);

    json_object_object_foreach (a, key, member_a) {
        struct json_object *member_b = NULL;

        same =
            same && json_object_object_get_ex(b, key, &member_b) && json_same(member_a, member_b);
    }
    return same;
}

static bool same_array(struct json_object *a, struct json_object *b)
{
    size_t count = json_object_array_length(a);
    bool same = count == json_object_array_length(b);

    for (size_t i = 0; same && i < count; i++)
        same = json_same(json_object_array_get_idx(a, i), json_object_array_get_idx(b, i));
    return same;
}

static bool same_string(struct json_object *a, struct json_object *b)
{
    int size = json_object_get_string_len(a);

    return size == json_object_get_string_len(b) &&
           memcmp(json_object_get_string(a), json_object_get_string(b), (size_t)size) == 0;
}

bool json_same(struct json_object *a, struct json_object *b)
{
    enum json_type type = json_object_get_type(a);

    if (is_number(a) && is_number(b))
        return same_number(a, b);
    if (type != json_object_get_type(b))
        return false;
    if (type == json_type_object)
        return same_object(a, b);
    if (type == json_type_array)
        return same_array(a, b);
    if (type == json_type_string)
        return same_string(a, b);
    return type == json_type_null || json_object_get_boolean(a) == json_object_get_boolean(b);
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
