/* SPDX-License-Identifier: MIT */
/* The text is known to be JSON: what is skipped need not be judged, only counted. */
#include "config.h"

#include "util/json_walk.h"

#include <stdint.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && is_space(*at))
        at++;
    return at;
}

/* Behind the string at `at`. */
static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\';
    return at < end ? at + 1 : end;
}

static bool ends_word(char c)
{
    return is_space(c) || c == ',' || c == ']' || c == '}';
}

static const char *skip_nested(const char *at, const char *end)
{
    size_t depth = 0;

    while (at < end) {
        char c = *at;

        at = c == '"' ? skip_string(at, end) : at + 1;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            break;
    }
    return at;
}

/* Behind the value at `at`. */
static const char *skip_value(const char *at, const char *end)
{
    if (at < end && (*at == '{' || *at == '['))
        return skip_nested(at, end);
    if (at < end && *at == '"')
        return skip_string(at, end);
    while (at < end && !ends_word(*at))
        at++;
    return at;
}

static struct json_slice take_value(const char **at, const char *end)
{
    const char *start = skip_space(*at, end);

    *at = skip_value(start, end);
    return (struct json_slice){start, (size_t)(*at - start)};
}

struct json_slice json_slice_of(const char *text, size_t size_bytes)
{
    return take_value(&text, text + size_bytes);
}

struct json_slice json_slice_whole(const char *text, size_t size_bytes)
{
    const char *end = text + size_bytes;
    const char *start = skip_space(text, end);

    while (end > start && is_space(end[-1]))
        end--;
    return (struct json_slice){start, (size_t)(end - start)};
}

struct json_walk json_walk_into(struct json_slice value)
{
    char type = json_slice_type(value);
    struct json_walk walk = {.object = type == '{'};

    if (type == '{' || type == '[') {
        walk.at = value.text + 1;
        walk.end = value.text + value.size_bytes - 1; /* its closing bracket */
    }
    return walk;
}

bool json_walk_next(struct json_walk *walk)
{
    if (walk->at == NULL)
        return false;
    walk->at = skip_space(walk->at, walk->end);
    if (walk->at < walk->end && *walk->at == ',')
        walk->at = skip_space(walk->at + 1, walk->end);
    if (walk->at == walk->end)
        return false;
    if (walk->object) {
        walk->key = take_value(&walk->at, walk->end);
        walk->at = skip_space(walk->at, walk->end) + 1; /* its colon */
    }
    walk->value = take_value(&walk->at, walk->end);
    return true;
}

/* A container that is not empty has one more than it has commas. */
size_t json_count_values(struct json_slice value)
{
    const char *end = value.text + value.size_bytes;
    size_t count = 1;

    for (const char *at = value.text; at < end;) {
        char c = *at;

        at = c == '"' ? skip_string(at, end) : at + 1;
        if (c == ',')
            count++;
        if (c == '{' || c == '[') {
            at = skip_space(at, end);
            count += at < end && *at != '}' && *at != ']';
        }
    }
    return count;
}

struct json_slice json_slice_member(struct json_slice object, const char *key)
{
    struct json_walk walk = json_walk_into(object);

    while (walk.object && json_walk_next(&walk))
        if (json_slice_is(walk.key, key))
            return walk.value;
    return (struct json_slice){NULL, 0};
}

bool json_slice_is(struct json_slice string, const char *text)
{
    size_t size = strlen(text);
    bool plain = string.text != NULL && memchr(string.text, '\\', string.size_bytes) == NULL;

    if (json_slice_type(string) != '"' || plain)
        return plain && string.size_bytes == size + 2 && memcmp(string.text + 1, text, size) == 0;
    struct buf decoded = BUF_EMPTY;
    bool same = json_slice_decode(string, &decoded) && decoded.size_bytes == size &&
                memcmp(buf_text(&decoded), text, size) == 0;
    buf_finish(&decoded);
    return same;
}

/* --- strings --------------------------------------------------------------------------------- */

static unsigned hex_digit(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

/* The code unit of \uXXXX at `at`; 0xfffff: there is none. */
static uint32_t code_unit(const char *at, const char *end)
{
    uint32_t unit = 0;

    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return 0xfffff;
    for (size_t i = 2; i < 6; i++)
        unit = unit << 4 | hex_digit(at[i]);
    return unit;
}

/* The character of the escape at `*at`, which moves behind it. */
static uint32_t take_unicode(const char **at, const char *end)
{
    uint32_t unit = code_unit(*at, end);

    *at += 6;
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    uint32_t low = code_unit(*at, end);
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return 0xfffd;
    *at += 6;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static bool append_character(struct buf *out, uint32_t c)
{
    char bytes[4];
    size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = size; i-- > 1; c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3f));
    bytes[0] = (char)(leads[size] | c);
    return buf_append(out, bytes, size);
}

static bool append_escape(struct buf *out, const char **at, const char *end)
{
    static const char names[] = "bfnrt";
    static const char meant[] = "\b\f\n\r\t";
    char name = (*at)[1];
    const char *found = strchr(names, name);

    if (name == 'u')
        return append_character(out, take_unicode(at, end));
    *at += 2;
    return buf_append(out, found == NULL ? &name : &meant[found - names], 1);
}

bool json_slice_decode(struct json_slice string, struct buf *out)
{
    const char *at = string.text + 1;
    const char *end = string.text + string.size_bytes - 1;
    bool ok = true;

    while (ok && at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        const char *until = escape == NULL ? end : escape;

        ok = buf_append(out, at, (size_t)(until - at));
        at = until;
        ok = ok && (at == end || append_escape(out, &at, end));
    }
    return ok;
}
