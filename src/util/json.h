/* SPDX-License-Identifier: MIT */
/*
 * JSON by json-c, with what json-c lacks: strictness, equal keys, numbers of any size as written.
 *
 * A json_object's reference count is not atomic and printing writes into it: such an object lives
 * and dies inside one operation of one thread. Between threads goes text.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include "util/buf.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_DEPTH 32 /* levels of objects and arrays; one more is refused */

enum json_result {
    JSON_OK = 0,
    JSON_INCOMPLETE, /* a proper beginning of a JSON text: more may follow */
    JSON_INVALID,    /* no continuation can make it one */
    JSON_TOO_MANY    /* it has more values than were allowed */
};

struct json_fault {
    bool whole;    /* up to there, or but for that two keys are equal, it is a whole text */
    size_t offset; /* where, in bytes from the start */
    unsigned line; /* the same as a line, from 1 */
    char
        message[160]; /* what: "two equal keys: name", "invalid UTF-8", "nested deeper than 32" … */
};

/* Reads one JSON text (RFC 8259, nothing looser): white space may surround it, anything else
 * after it is JSON_INVALID. Refused are also: two equal keys in one object (compared decoded),
 * invalid UTF-8, a NUL in a key (json-c can't hold it), nesting deeper than JSON_MAX_DEPTH. Numbers
 * keep the text that they were written with when printed, whatever their size and form.
 * `*out` is a new reference (json_object_put), NULL for the text `null`; untouched unless JSON_OK.
 * `fault` may be NULL. Text of white space only, or none, is JSON_INCOMPLETE. */
enum json_result json_read(const char *text, size_t size_bytes, struct json_object **out,
                           struct json_fault *fault);

/* The same of a text of at most `max_values` values (objects, arrays, strings, numbers, words, but
 * not keys): JSON_TOO_MANY at the one after, and that is not built any more. */
enum json_result json_read_most(const char *text, size_t size_bytes, size_t max_values,
                                struct json_object **out, struct json_fault *fault);

/* How far a growing text has come, without building anything: JSON_OK when it holds one whole
 * text. `*end` (may be NULL) is the offset behind the first whole text then; what follows it, and
 * equal keys, are for json_read to judge. A multi-byte character cut off at the end is
 * JSON_INCOMPLETE. */
enum json_result json_scan(const char *text, size_t size_bytes, size_t *end,
                           struct json_fault *fault);

/* json_scan of a text that is nothing but one JSON text, as json_read takes it, but for equal keys.
 * It ends with JSON_TOO_MANY at the value after `max_values`: objects, arrays, strings, numbers,
 * words, but not keys. */
enum json_result json_scan_all(const char *text, size_t size_bytes, size_t max_values,
                               struct json_fault *fault);

/* How many times this process has gone through a JSON text to find what is in it, in any thread:
 * each call of the functions above is one pass of the scanner, whether it builds on the way or not,
 * and so is an index made of a text (util/json_index.h). Looks at slices of what is known are none.
 * Whoever promises not to read again what is known is held to that by it, in tests. */
uint64_t json_readings(void);
void json_note_reading(void);

/* Whether some string in a text that json_scan accepts has an escaped half of a surrogate pair
 * (\ud800) alone: no character, which json-c silently replaces. */
bool json_has_half_character(const char *text, size_t size_bytes);

/* Appends the compact text; numbers as they were written, '/' and UTF-8 not escaped. */
bool json_print(struct buf *out, struct json_object *value);
/* Appends the text as documents show it: two spaces a level, `"key": value`, `[]` and `{}` on one
 * line, '/' and UTF-8 not escaped, no final newline. */
bool json_print_pretty(struct buf *out, struct json_object *value);

/* A number that prints as that text, which JSON takes for one; NULL: no memory. */
struct json_object *json_new_number(const char *text);
/* The text that a number was written with, or that json-c prints; owned by the object, valid
 * until its next print. NULL when `value` is no number. */
const char *json_number_text(struct json_object *value);

/* Whether two values mean the same: objects regardless of the order of keys, numbers when equal
 * as doubles or as text (json_view_same). */
bool json_same(struct json_object *a, struct json_object *b);

/* A deep copy that keeps number texts; NULL for NULL (and when memory ran out). */
struct json_object *json_clone(struct json_object *value);

/* The member `key` when it is a string, else NULL; owned by the object. */
const char *json_string_member(struct json_object *object, const char *key);
/* The member `key`, or NULL when it is absent (or null); a borrowed reference. */
struct json_object *json_member(struct json_object *object, const char *key);

#endif
