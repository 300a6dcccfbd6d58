/* SPDX-License-Identifier: MIT */
/*
 * Which name a resource is shown under, and which resource a name means. By the known listing: no
 * request. Any thread.
 */
#ifndef TREE_RESOLVE_H
#define TREE_RESOLVE_H

#include "api/record.h"
#include "cache/cache.h"
#include "util/buf.h"

#include <stdbool.h>

/* Appends the name under which a resource is listed: its encoded name if that means it alone,
 * else NAME~ID. NAME~ID it is for each of two or more resources of one kind with the same name, for
 * every automatic one, for a name that equals another resource's id or its NAME~ID, for an empty
 * name, and for one of more than 255 bytes once encoded. Looks at the known listing only. */
bool name_shown(struct cache *cache, const struct record *record, struct buf *out);

enum name_result {
    NAME_FOUND,
    NAME_ABSENT,
    NAME_SHOWN_OTHERWISE, /* one resource has it, and is shown as NAME~ID only (an automatic one) */
    NAME_AMBIGUOUS        /* several have it */
};

/* What `file_name` means in a directory of `kind` (`machine_id` NULL: all machines; else only that
 * machine's), by the known listing: a plain name that name_shown would give (inside a machine's
 * directory also one that is unique among that machine's non-automatic resources, unless it is
 * the ID or NAME~ID of any resource); an ID; or
 * NAME~ID with the current name (also in its cut form). IDs win over plain names only if no
 * resource is shown under that plain name. One reference in `*out` when found. When
 * shown otherwise or ambiguous, `candidates` (may be NULL) gets the shown names, separated by ", ";
 * of many the first, and how many more there are. */
enum name_result name_resolve(struct cache *cache, const struct kind *kind, const char *machine_id,
                              const char *file_name, struct record **out, struct buf *candidates);

/* Whether a resource can't get that name there (as for name_resolve), because it means another one
 * than `own_id` (NULL: any): by its plain name, or as an ID or NAME~ID, which mean theirs in every
 * machine. */
bool name_is_taken(struct cache *cache, const struct kind *kind, const char *machine_id,
                   const char *file_name, const char *own_id);

/* Appends the id in a name that is an ID or NAME~ID of a resource of the kind that is gone; false:
 * it is none. */
bool name_id_of_gone(struct cache *cache, const struct kind *kind, const char *file_name,
                     struct buf *out);

#endif
