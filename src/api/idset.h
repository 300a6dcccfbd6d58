/* SPDX-License-Identifier: MIT */
/* A set of texts: the ids and cursors that a list has brought so far. One thread. */
#ifndef API_IDSET_H
#define API_IDSET_H

struct idset_entry;

struct idset {
    struct idset_entry *entries; /* NULL: empty */
};

enum idset_result { IDSET_NEW, IDSET_KNOWN, IDSET_NO_MEMORY };

#define IDSET_EMPTY ((struct idset){NULL})

/* Adds a copy of `text` unless it is there. */
enum idset_result idset_add(struct idset *set, const char *text);
void idset_finish(struct idset *set); /* empty again */

#endif
