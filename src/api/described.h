/* SPDX-License-Identifier: MIT */
/* What a resource's JSON says that a record knows by itself: found in one walk over its members. */
#ifndef API_DESCRIBED_H
#define API_DESCRIBED_H

#include "kinds/kind.h"
#include "util/json_walk.h"

#include <stdbool.h>
#include <stdint.h>

/* Decoded; it may hold NUL bytes. Into the JSON or into what the description owns. */
struct described_text {
    const char *data;
    size_t size_bytes;
};

#define DESCRIBED_TEXTS 3

struct described {
    struct described_text id;      /* "" for a singleton, and where there is none: id_is_valid */
    struct described_text name;    /* "" where it is no string */
    struct described_text machine; /* "" where the kind has none, or it could be no directory */
    int64_t created_ms;            /* dtCreated, wall clock; CLOCK_NO_DATE */
    bool automatic;                /* the value of the kind's automatic_key */
    bool complete;                 /* false: it lacks the shape's completing_key */
    struct buf own[DESCRIBED_TEXTS];
};

/* Reads the text of an object, which json_scan vouches for, and which must outlive `described`.
 * False: no memory. It is finished in either case. Any thread. */
bool described_read(struct described *described, const struct kind *kind, enum dialect dialect,
                    struct json_slice json);
void described_finish(struct described *described);

#endif
