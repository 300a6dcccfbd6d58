/* SPDX-License-Identifier: MIT */
/*
 * What the server said of single resources: the ETags of the newest answers to GETs of them, and
 * what each answer brought, as a digest. At most TAGS_MAX; there are 38 KiB for them from the first
 * on, and the one that was neither found nor put for the longest time makes room for another.
 *
 * A digest that two resources share does no harm: what is known of the one has an id, or a kind,
 * that is not in the content of the other. Private to this room; no lock: struct memos has one.
 */
#ifndef API_TAGS_H
#define API_TAGS_H

#include "http/http.h"
#include "kinds/kind.h"

#include <stdint.h>

#define TAGS_MAX 256

/* Of one resource. */
struct tag {
    uint64_t resource; /* tag_resource */
    uint64_t content;  /* memo_add of what the answer brought */
    uint64_t used;     /* tags->uses, when that was last */
    char etag[HTTP_ETAG_BYTES];
};

/* Zeros: none are kept. */
struct tags {
    struct tag *rows; /* TAGS_MAX; NULL: none was put yet */
    size_t count;
    uint64_t uses;
};

void tags_finish(struct tags *tags); /* there are none then */

/* Which resource a tag is of. `id` is NULL for a singleton. */
uint64_t tag_resource(const struct kind *kind, const char *id);
/* The resource's, until the next call; NULL: none. */
const struct tag *tags_find(struct tags *tags, uint64_t resource);
/* Keeps a copy in place of the resource's before; `used` is of no meaning. No memory: it is not. */
void tags_put(struct tags *tags, const struct tag *tag);
void tags_remove(struct tags *tags, uint64_t resource);

#endif
