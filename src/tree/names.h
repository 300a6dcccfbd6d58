/* SPDX-License-Identifier: MIT */
/*
 * File names of resources: percent-encoding, and what stands for a resource that its plain name
 * can't mean alone (NAME~ID).
 *
 * Encoded (upper-case hex, each byte) is what a file name can't hold, could be misread, or a
 * terminal would obey: '/', control characters (utf8_is_control: also those of C1 and the
 * bidirectional), the whole names "." and "..", and a '%' that two hex digits follow.
 */
#ifndef TREE_NAMES_H
#define TREE_NAMES_H

#include "api/record.h"
#include "cache/cache.h"
#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

#define NAME_MAX_BYTES 255

/* Appends the encoded form of a name (whole, of any length); false: no memory. */
bool name_encode(const char *name, size_t name_bytes, struct buf *out);
/* Appends the name that `file_name` stands for. False when `file_name` is not the canonical
 * spelling, that is: name_encode of the result would not give `file_name` again; and when it is
 * not UTF-8, which no name is. `out` is as it was then. */
bool name_decode(const char *file_name, struct buf *out);
/* Appends an id as it stands in a file name: encoded like a name, and '~' as well, so that NAME~ID
 * splits at its last one; where that is more than 100 bytes '#' and 16 hex digits of a hash stand
 * for it, and so a '#' that it begins with is encoded. False: no memory. */
bool id_encode(const char *id, struct buf *out);
/* Appends the id that `text` stands for. False, and `out` is as it was: it is not the spelling that
 * id_encode gives, or has a hash in place of the id, or that is no id. */
bool id_decode(const char *text, struct buf *out);
/* Whether a hash stands there in place of an id, which only a look at all ids can tell. */
bool id_is_hashed(const char *text);
/* Whether `text` is what id_encode makes of `id`. */
bool id_is_spelled(const char *id, const char *text);

/* Appends NAME~ID (encoded): the name cut at a character boundary, never inside a %XX, so that all
 * fits in 255 bytes. An empty name gives ~ID. */
bool name_with_id(const char *name, size_t name_bytes, const char *id, struct buf *out);

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
