/* SPDX-License-Identifier: MIT */
/*
 * Places are kept in the order of their keys' offsets, an object's own before those behind it. So
 * what is within a value is a run of places, found by halving, and what follows it comes next.
 */
#include "config.h"

#include "util/json_index.h"

#include "util/digest.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

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

/* Where a place is found by its object and its key; one of a table with open addressing. */
struct slot {
    uint32_t object; /* the offset of the one that it is a member of */
    uint32_t place;  /* from 1 on; 0: free */
};

#define FEW 64 /* are looked through */

/* A power of two, of which at most three quarters are taken; 0: there is no table. */
static size_t slots_for(size_t count)
{
    size_t slots = 2 * (size_t)FEW;

    while (count > slots - slots / 4)
        slots *= 2;
    return count <= FEW ? 0 : slots;
}

static size_t bytes_for(size_t count)
{
    return sizeof(struct json_index) + count * sizeof(struct json_place) +
           slots_for(count) * sizeof(struct slot);
}

/* Seeded by where the index is, which no server knows. */
static size_t hash_of(const struct json_index *index, uint32_t object, const char *key, size_t size)
{
    uint64_t seed = digest_mix((uint64_t)(uintptr_t)index ^ object);

    return (size_t)digest_mix(digest_bytes(seed, key, size));
}

static size_t hash_of_place(const struct json_index *index, uint32_t object, size_t place)
{
    struct json_slice key = json_index_key(index, place);
    struct buf decoded = BUF_EMPTY;
    size_t hash = 0;

    if (memchr(key.text, '\\', key.size_bytes) == NULL)
        return hash_of(index, object, key.text + 1, key.size_bytes - 2);
    if (json_slice_decode(key, &decoded))
        hash = hash_of(index, object, buf_text(&decoded), decoded.size_bytes);
    buf_finish(&decoded);
    return hash;
}

static void fill_slot(struct json_index *index, uint32_t object, uint32_t place)
{
    struct slot *slots = (struct slot *)&index->places[index->count];
    size_t most = slots_for(index->count) - 1;
    size_t at = hash_of_place(index, object, place) & most;

    while (slots[at].place != 0)
        at = (at + 1) & most;
    slots[at] = (struct slot){object, place + 1};
}

/* Of many places: which keys of which object are where. */
static void fill_slots(struct json_index *index)
{
    uint32_t open[JSON_MAX_DEPTH + 1] = {
        (uint32_t)(json_index_root(index).text - index->text)}; /* the objects that a place is in */
    uint32_t ends[JSON_MAX_DEPTH + 1] = {index->text_bytes};
    size_t depth = 0;

    memset(&index->places[index->count], 0, slots_for(index->count) * sizeof(struct slot));
    for (uint32_t i = 0; i < index->count; i++) {
        const struct json_place *place = &index->places[i];

        while (depth > 0 && place->key >= ends[depth])
            depth--;
        fill_slot(index, open[depth], i);
        if (index->text[place->value] == '{' && depth < JSON_MAX_DEPTH) {
            open[++depth] = place->value;
            ends[depth] = place->value + place->value_bytes;
        }
    }
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
        exact = b.index;
    if (exact->count > FEW)
        fill_slots(exact);
    return exact;
}

size_t json_index_bytes(const struct json_index *index)
{
    return bytes_for(index->count);
}

/* --- looking ---------------------------------------------------------------------------------- */

struct json_slice json_index_root(const struct json_index *index)
{
    return json_slice_whole(index->text, index->text_bytes);
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
    size_t end = member->value;

    while (is_space(index->text[end - 1]))
        end--;
    end--; /* the colon */
    while (is_space(index->text[end - 1]))
        end--;
    return (struct json_slice){index->text + member->key, end - member->key};
}

struct json_slice json_index_value(const struct json_index *index, size_t place)
{
    const struct json_place *member = &index->places[place];

    return (struct json_slice){index->text + member->value, member->value_bytes};
}

static struct json_slice find_by_hash(const struct json_index *index, struct json_slice object,
                                      const char *key)
{
    const struct slot *slots = (const struct slot *)&index->places[index->count];
    size_t most = slots_for(index->count) - 1;
    uint32_t offset = (uint32_t)offset_of(index, object.text);

    for (size_t at = hash_of(index, offset, key, strlen(key)) & most; slots[at].place != 0;
         at = (at + 1) & most)
        if (slots[at].object == offset &&
            json_slice_is(json_index_key(index, slots[at].place - 1), key))
            return json_index_value(index, slots[at].place - 1);
    return (struct json_slice){NULL, 0};
}

/* Whether a key may begin with that, as most others do not. */
static bool may_be(struct json_slice key, char first)
{
    return key.text != NULL && (key.text[1] == first || key.text[1] == '\\' || first == '\0');
}

struct json_slice json_index_find(const struct json_index *index, struct json_slice object,
                                  const char *key)
{
    struct json_members walk = json_members_of(index, object);

    if (walk.end > 0 && index->count > FEW)
        return find_by_hash(index, object, key);
    while (json_members_next(&walk))
        if (may_be(walk.key, key[0]) && json_slice_is(walk.key, key))
            return walk.value;
    return (struct json_slice){NULL, 0};
}
