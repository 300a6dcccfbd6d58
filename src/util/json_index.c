/* SPDX-License-Identifier: MIT */
/*
 * Places are kept in the order of their keys' offsets, an object's own before those behind it. So
 * what is within a value is a run of places, found by halving, and what follows it comes next.
 */
#include "config.h"

#include "util/json_index.h"

#include "util/json.h"

#include <stdlib.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* --- making one ------------------------------------------------------------------------------- */

struct builder {
    struct json_index *index;
    size_t capacity;
    const char *at;
    const char *end;
    uint32_t open[JSON_MAX_DEPTH + 1]; /* the members whose objects are being gone through */
    size_t depth;                      /* of objects; 0: behind the text's own */
};

static size_t bytes_for(size_t count)
{
    return sizeof(struct json_index) + count * sizeof(struct json_place);
}

/* The next token or value, which `at` moves behind. */
static struct json_slice take(struct builder *b)
{
    struct json_slice slice = json_slice_of(b->at, (size_t)(b->end - b->at));

    b->at = slice.text + slice.size_bytes;
    return slice;
}

/* Room for one more; false: no memory. */
static bool reserve(struct builder *b)
{
    size_t capacity = b->capacity == 0 ? 16 : b->capacity * 2;

    if (b->index != NULL && b->index->count < b->capacity)
        return true;
    struct json_index *index = realloc(b->index, bytes_for(capacity));
    if (index == NULL)
        return false;
    if (b->index == NULL)
        index->count = 0;
    b->index = index;
    b->capacity = capacity;
    return true;
}

static void skip_to_token(struct builder *b, char separator)
{
    while (b->at < b->end && (is_space(*b->at) || *b->at == separator))
        b->at++;
}

static void close_object(struct builder *b)
{
    b->at++;
    if (--b->depth == 0)
        return;
    struct json_place *place = &b->index->places[b->open[b->depth]];
    place->value_bytes = (uint32_t)(b->at - b->index->text) - place->value;
}

/* One member; into an object that is its value the builder goes. */
static bool add_member(struct builder *b)
{
    const char *text = b->index->text;

    if (!reserve(b))
        return false;
    uint32_t number = b->index->count++;
    struct json_place *place = &b->index->places[number];
    place->key = (uint32_t)(take(b).text - text);
    skip_to_token(b, ':');
    if (b->at < b->end && *b->at == '{' && b->depth <= JSON_MAX_DEPTH) {
        place->value = (uint32_t)(b->at++ - text);
        b->open[b->depth++] = number;
        return true;
    }
    struct json_slice value = take(b);
    place->value = (uint32_t)(value.text - text);
    place->value_bytes = (uint32_t)value.size_bytes;
    return true;
}

static bool add_members(struct builder *b)
{
    bool ok = true;

    skip_to_token(b, ' ');
    if (b->at == b->end || *b->at != '{')
        return true;
    b->at++;
    b->depth = 1;
    while (ok && b->depth > 0) {
        skip_to_token(b, ',');
        if (b->at == b->end)
            return ok;
        if (*b->at == '}')
            close_object(b);
        else
            ok = add_member(b);
    }
    return ok;
}

struct json_index *json_index_create(const char *text, size_t text_bytes)
{
    struct builder b = {.at = text, .end = text + text_bytes};

    json_note_reading();
    if (text_bytes > UINT32_MAX || !reserve(&b))
        return NULL;
    b.index->text = text;
    b.index->text_bytes = (uint32_t)text_bytes;
    if (!add_members(&b)) {
        free(b.index);
        return NULL;
    }
    struct json_index *exact = realloc(b.index, bytes_for(b.index->count));
    if (exact == NULL)
        return b.index;
    return exact;
}

size_t json_index_bytes(const struct json_index *index)
{
    return bytes_for(index->count);
}

/* --- looking ---------------------------------------------------------------------------------- */

/* Nothing but white space is around it: so a long text need not be gone through. */
struct json_slice json_index_root(const struct json_index *index)
{
    const char *start = index->text;
    const char *end = index->text + index->text_bytes;

    while (start < end && is_space(*start))
        start++;
    while (end > start && is_space(end[-1]))
        end--;
    return (struct json_slice){start, (size_t)(end - start)};
}

/* The first place whose key is not before that offset. */
static size_t first_from(const struct json_index *index, size_t from, size_t offset)
{
    size_t to = index->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (index->places[middle].key < offset)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static size_t offset_of(const struct json_index *index, const char *at)
{
    return (size_t)(at - index->text);
}

size_t json_index_count(const struct json_index *index, struct json_slice value)
{
    size_t start = offset_of(index, value.text);
    size_t first = first_from(index, 0, start);

    return first_from(index, first, start + value.size_bytes) - first;
}

struct json_members json_members_of(const struct json_index *index, struct json_slice object)
{
    struct json_members walk = {.index = index};

    if (json_slice_type(object) != '{')
        return walk;
    walk.next = first_from(index, 0, offset_of(index, object.text));
    walk.end = offset_of(index, object.text) + object.size_bytes;
    return walk;
}

bool json_members_next(struct json_members *walk)
{
    const struct json_index *index = walk->index;

    if (walk->next >= index->count || index->places[walk->next].key >= walk->end)
        return false;
    walk->place = walk->next++;
    walk->key = json_index_key(index, walk->place);
    walk->value = json_index_value(index, walk->place);
    if (json_slice_type(walk->value) == '{')
        walk->next = first_from(index, walk->next,
                                offset_of(index, walk->value.text) + walk->value.size_bytes);
    return true;
}

struct json_slice json_index_key(const struct json_index *index, size_t place)
{
    const struct json_place *member = &index->places[place];

    return json_slice_of(index->text + member->key, member->value - member->key);
}

struct json_slice json_index_value(const struct json_index *index, size_t place)
{
    const struct json_place *member = &index->places[place];

    return (struct json_slice){index->text + member->value, member->value_bytes};
}

struct json_slice json_index_find(const struct json_index *index, struct json_slice object,
                                  const char *key)
{
    struct json_members walk = json_members_of(index, object);

    while (json_members_next(&walk))
        if (json_slice_is(walk.key, key))
            return walk.value;
    return (struct json_slice){NULL, 0};
}
