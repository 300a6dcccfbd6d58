/* SPDX-License-Identifier: MIT */
/*
 * What the scanner tells of a text while it goes through it, so that who wants more than a
 * judgement needs no second pass. Private to util/json*.c.
 */
#ifndef UTIL_JSON_SINK_H
#define UTIL_JSON_SINK_H

#include "util/json.h"
#include "util/json_walk.h"

enum json_event {
    JSON_KEY,    /* of a member: as it is written, quotes included */
    JSON_SCALAR, /* a string, a number or a word: as it is written */
    JSON_OPEN_OBJECT,
    JSON_OPEN_ARRAY,
    JSON_CLOSE /* the one that was opened last */
};

struct json_sink {
    /* Each in the order of the text; `token` is empty for brackets. False ends it: no memory. */
    bool (*take)(struct json_sink *sink, enum json_event event, struct json_slice token);
};

/* json_scan of at most `max_values` values, told to `sink` (NULL: to nobody). */
enum json_result json_scan_into(const char *text, size_t size_bytes, size_t max_values,
                                struct json_sink *sink, size_t *end, struct json_fault *fault);
/* That the text ends there but for white space: JSON_OK, or JSON_INVALID and why. */
enum json_result json_end_at(const char *text, size_t size_bytes, size_t end,
                             struct json_fault *fault);
/* Fills `fault` (may be NULL); JSON_INVALID. */
enum json_result json_fail_at(const char *text, size_t offset, const char *message,
                              struct json_fault *fault);

#endif
