/* SPDX-License-Identifier: MIT */
/* The body of a PUT that replaces the whole resource. */
#ifndef DOCUMENT_WHOLE_H
#define DOCUMENT_WHOLE_H

#include "kinds/kind.h"
#include "util/json_view.h"
#include "util/problem.h"

struct json_object;

/* `patch` merged into `current`, as far as the rows allow it to be sent: a new reference, NULL: no
 * memory. A required secret that neither of them has is an EPERM in `refusal`. */
struct json_object *document_whole(const struct kind *kind, const struct field *fields,
                                   struct json_view current, struct json_object *patch,
                                   struct problem *refusal);

#endif
