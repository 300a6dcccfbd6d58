/* SPDX-License-Identifier: MIT */
/*
 * Where the members of a JSON text are: found once, then every key and value is a slice of the
 * text. Immutable once made, so any thread; it lives as long as the text, which it does not own.
 */
#ifndef UTIL_JSON_INDEX_H
#define UTIL_JSON_INDEX_H

#include "util/json_walk.h"

#include <stdint.h>

/* A member of an object; offsets from the start of the text. The key ends where its string does. */
struct json_place {
    uint32_t key;
    uint32_t value;
    uint32_t value_bytes;
};

/* The members of a text's object and of the objects that are members, in the order of the text.
 * Objects in arrays are not gone into. Behind many there is a table to find one by its key. */
struct json_index {
    const char *text;
    uint32_t text_bytes;
    uint32_t count;
    struct json_place places[];
};

/* The index of a text that json_scan vouches for, freed by the caller; NULL: no memory. It is one
 * reading (util/json.h). */
struct json_index *json_index_create(const char *text, size_t text_bytes);
/* What it takes, itself included. */
size_t json_index_bytes(const struct json_index *index);
/* The value that the whole text is. */
struct json_slice json_index_root(const struct json_index *index);
/* How many members there are within a value of the text, at any depth that is gone into. */
size_t json_index_count(const struct json_index *index, struct json_slice value);

/* The members of one object of the text (the root, or a member's value), in order:
 *     struct json_members walk = json_members_of(index, object);
 *     while (json_members_next(&walk)) … walk.place, walk.key, walk.value
 * Of anything else there are none. */
struct json_members {
    const struct json_index *index;
    size_t place; /* of the member at hand, in index->places */
    struct json_slice key;
    struct json_slice value;
    size_t next; /* the walk's own, like what follows */
    size_t end;
};
struct json_members json_members_of(const struct json_index *index, struct json_slice object);
bool json_members_next(struct json_members *walk);

struct json_slice json_index_key(const struct json_index *index, size_t place);
struct json_slice json_index_value(const struct json_index *index, size_t place);
/* The value of an object's member with that (decoded, NUL-free) key; no text where there is none.
 */
struct json_slice json_index_find(const struct json_index *index, struct json_slice object,
                                  const char *key);

#endif
