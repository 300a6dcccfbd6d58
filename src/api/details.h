/* SPDX-License-Identifier: MIT */
/* The offending fields of an error, of whatever shape, as one short line. */
#ifndef API_DETAILS_H
#define API_DETAILS_H

#include "util/buf.h"

#include <stdbool.h>

struct json_object;

/* Appends `details` (borrowed; NULL: nothing) as "size: Required; region: Unknown": a text, an
 * array or an object of any shape, among them {size: "…"}, {fieldErrors: {size: ["…"]}},
 * {size: {_errors: ["…"]}} and [{path: ["size"], message: "…"}]. Stops when the line is long
 * enough for anybody. False: no memory. */
bool details_print(struct buf *out, struct json_object *details);

#endif
