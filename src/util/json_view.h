/* SPDX-License-Identifier: MIT */
/*
 * A JSON value to look at, whether it is an object of json-c or a slice of a text that is known: so
 * what compares, digests or walks need not be written twice, and what is text need not be built.
 * Nothing is owned but where it says so. Any thread, but an object is its thread's alone.
 */
#ifndef UTIL_JSON_VIEW_H
#define UTIL_JSON_VIEW_H

#include "util/buf.h"
#include "util/json_index.h"

#include <stdbool.h>

struct json_object;
struct lh_entry;

struct json_view {
    bool there;                     /* false: there is no such value; null is one */
    struct json_object *object;     /* borrowed; of a value that is an object's, not a text's */
    struct json_slice slice;        /* of a text that json_scan vouches for; or no text */
    const struct json_index *index; /* of that text; NULL: members are found by looking through */
};

#define JSON_VIEW_NONE ((struct json_view){.there = false})

struct json_view json_view_of(struct json_object *object); /* NULL: null */
/* No text: none is there. */
struct json_view json_view_of_slice(struct json_slice slice, const struct json_index *index);

/* As json_slice_type has it; 0: none is there. */
char json_view_type(struct json_view view);
/* The member of an object with that key (decoded); none of anything else. */
struct json_view json_view_member(struct json_view view, const char *key);
/* Whether two values that are there mean the same: objects regardless of the order of keys, numbers
 * when equal as doubles or as text. */
bool json_view_same(struct json_view a, struct json_view b);
/* Appends what a string means, or the text of another value, compact. False: no memory. */
bool json_view_text(struct json_view view, struct buf *out);
/* Appends the value as JSON: an object's as json_print has it, a slice as it stands. */
bool json_view_print(struct json_view view, struct buf *out);

/* A new reference to it as an object, NULL for null, and for want of memory. What is text has to be
 * read for that, but for a string, a number or a word. */
struct json_object *json_view_object(struct json_view view);

/* The members of an object, or the elements of an array, in order:
 *     struct json_entries walk = json_view_entries(view);
 *     while (json_entries_next(&walk)) … walk.key, walk.value
 *     json_entries_finish(&walk);
 * Of anything else there are none. */
struct json_entries {
    const char *key; /* decoded; NULL in an array; until the next one */
    struct json_view value;
    bool failed;           /* it ended for want of memory */
    struct json_view view; /* the walk's own, like what follows */
    struct json_walk text;
    struct lh_entry *entry;
    size_t index;
    struct buf decoded;
};
struct json_entries json_view_entries(struct json_view view);
bool json_entries_next(struct json_entries *walk);
void json_entries_finish(struct json_entries *walk);

#endif
