/* SPDX-License-Identifier: MIT */
/*
 * Looking into a JSON text without building anything: every function takes text that json_scan (or
 * json_print) vouches for, and none allocates but where it says so. Slices point into the text and
 * live as long as it. Any thread.
 */
#ifndef UTIL_JSON_WALK_H
#define UTIL_JSON_WALK_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* A value (or a key, quotes included) as it is written: no white space around it. */
struct json_slice {
    const char *text; /* NULL: there is none */
    size_t size_bytes;
};

/* The first value in a text, which white space may surround. */
struct json_slice json_slice_of(const char *text, size_t size_bytes);
/* The value that a whole text is: the same, without a look at what is in it. */
struct json_slice json_slice_whole(const char *text, size_t size_bytes);

/* The members of an object, or the elements of an array, one after the other:
 *     struct json_walk walk = json_walk_into(value);
 *     while (json_walk_next(&walk)) … walk.key, walk.value
 * Of anything else there are none. */
struct json_walk {
    struct json_slice key; /* of a member; no text in an array */
    struct json_slice value;
    const char *at; /* what follows is the walk's own */
    const char *end;
    bool object;
};
struct json_walk json_walk_into(struct json_slice value);
bool json_walk_next(struct json_walk *walk);

/* How many values it holds, itself included; keys are none. */
size_t json_count_values(struct json_slice value);
/* What it is, by its first character: '{', '[', '"', 't', 'f', 'n', or '0' for any number; 0 for no
 * text. */
static inline char json_slice_type(struct json_slice value)
{
    if (value.text == NULL || value.size_bytes == 0)
        return 0;
    return *value.text == '-' || (*value.text >= '0' && *value.text <= '9') ? '0' : *value.text;
}
/* The member of an object with that (decoded, NUL-free) key; no text where there is none. */
struct json_slice json_slice_member(struct json_slice object, const char *key);
/* Whether a string (or key) is `text`. */
bool json_slice_is(struct json_slice string, const char *text);
/* Appends what a string (or key) means, UTF-8; half a surrogate pair alone is U+FFFD, as with
 * json-c. False: no memory. */
bool json_slice_decode(struct json_slice string, struct buf *out);

#endif
