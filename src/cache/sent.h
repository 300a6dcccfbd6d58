/* SPDX-License-Identifier: MIT */
/*
 * What was sent, beside what the server shows: whether it is the same, and whether it was done.
 * Private to this room. Pure functions; any thread, no lock.
 */
#ifndef CACHE_SENT_H
#define CACHE_SENT_H

#include "api/record.h"
#include "kinds/kind.h"

/* Whether `found` (may be none) has all that `wanted`, an object, has; an integer may be shown as
 * text, or in bytes where it was sent in GB, a code (FIELD_CODE) in capitals or in a label. */
bool sent_matches(const struct field *fields, struct json_view wanted, struct json_view found);

enum sent {
    SENT_CHANGED, /* none of the sent keys has its former value */
    SENT_KEPT,    /* one has */
    SENT_UNSEEN   /* none of those that were to change is shown: secrets, say */
};

#define SENT_KEY_SIZE 160

/* What a resource that was `before` and is `after` (NULL: not known; all counts as changed then)
 * says of an update with `body`. Only keys that the server shows openly, and that were sent with
 * another value than they had before, count; what is absent counts as null. `body` is what
 * json_print has made, or NULL. `key` gets the first
 * that was kept, as s3Config.bucket; else it is "". */
enum sent sent_judge(const struct field *fields, const char *body, struct record *before,
                     struct record *after, char key[SENT_KEY_SIZE]);

#endif
