/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/json_compact.h"

#include "util/json.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct compactor {
    const char *at;
    const char *end;
    char *out;
    size_t depth;
    bool in_object[JSON_MAX_DEPTH + 1];        /* by depth */
    uint8_t first_key[JSON_MAX_DEPTH + 1];     /* of the object of that depth, in `keys` */
    bool wants_key;                            /* the next string is one */
    uint8_t key_count;                         /* of all objects that are open */
    struct json_slice keys[JSON_COMPACT_KEYS]; /* filled as they come; what is above begins as 0 */
};

/* Whether the object at hand has had it not, and there is room for it. */
static bool add_key(struct compactor *c, struct json_slice key)
{
    for (size_t i = c->first_key[c->depth]; i < c->key_count; i++)
        if (c->keys[i].size_bytes == key.size_bytes &&
            memcmp(c->keys[i].text, key.text, key.size_bytes) == 0)
            return false;
    if (c->key_count == JSON_COMPACT_KEYS)
        return false;
    c->keys[c->key_count++] = key;
    return true;
}

/* False: it can't be taken as it is. */
static bool take_string(struct compactor *c)
{
    const char *start = c->at++;

    while (c->at < c->end && *c->at != '"' && *c->at != '\\')
        c->at++;
    if (c->at == c->end || *c->at == '\\')
        return false;
    struct json_slice string = {start, (size_t)(++c->at - start)};
    memcpy(c->out, string.text, string.size_bytes);
    c->out += string.size_bytes;
    bool key = c->wants_key;
    c->wants_key = false;
    return !key || add_key(c, string);
}

static bool open_level(struct compactor *c, bool object)
{
    if (c->depth == JSON_MAX_DEPTH)
        return false;
    c->depth++;
    c->in_object[c->depth] = object;
    c->first_key[c->depth] = c->key_count;
    c->wants_key = object;
    return true;
}

static bool close_level(struct compactor *c)
{
    if (c->depth == 0)
        return false;
    c->key_count = c->first_key[c->depth--];
    c->wants_key = false;
    return true;
}

/* Anything but a string. */
static bool take_character(struct compactor *c)
{
    char character = *c->at++;

    if (character == ' ' || character == '\t' || character == '\n' || character == '\r')
        return true;
    *c->out++ = character;
    if (character == '{' || character == '[')
        return open_level(c, character == '{');
    if (character == '}' || character == ']')
        return close_level(c);
    if (character == ',')
        c->wants_key = c->in_object[c->depth];
    return true;
}

size_t json_compact(struct json_slice value, char *out)
{
    struct compactor c;
    bool ok = value.size_bytes > 0;

    memset(&c, 0, offsetof(struct compactor, keys));
    c.at = value.text;
    c.end = value.text + value.size_bytes;
    c.out = out;
    json_note_reading();
    while (ok && c.at < c.end)
        ok = *c.at == '"' ? take_string(&c) : take_character(&c);
    return ok ? (size_t)(c.out - out) : 0;
}
