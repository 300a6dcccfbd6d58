/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of a resource's older versions, and of who has read which: enough to tell a
 * text that carries older values from one that means them anew. Plain values, of digests
 * (util/digest.h).
 */
#ifndef UTIL_PAST_H
#define UTIL_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value that a key of a resource had, and has no more: the key's place in the document, and the
 * value there (of an object that was replaced as one, it and its members). */
struct old_value {
    uint64_t key;
    uint64_t value;
    uint64_t version; /* the record's that had it last */
    bool shown;       /* somebody has read it here */
    bool elsewhere;   /* the key was changed then, or later, by others than this mount */
};

/* Of each older version what was replaced only. */
struct past {
    struct old_value *values; /* oldest first; NULL: none */
    size_t count;
    uint64_t since; /* what versions before this one had is not all known any more */
};

/* A version of which a process was given something to read. */
struct seen {
    uint64_t version;
    uint64_t key; /* the key whose file it was; 0: the document */
    bool whole;   /* to its end */
};

/* All that a process was given of one resource. */
struct seen_list {
    struct seen *seen;
    size_t count;
    bool more; /* it has read others, too, which are not known any more */
};

/* Freed by seen_list_finish. False: no memory, and the copy is empty but for `more`. */
bool seen_list_copy(const struct seen_list *from, struct seen_list *to);
void seen_list_finish(struct seen_list *list); /* empty again */

#endif
