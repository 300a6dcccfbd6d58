/* SPDX-License-Identifier: MIT */
/*
 * Names and ids as file names: percent-encoding, and NAME~ID. Pure functions; any thread.
 *
 * Encoded (upper-case hex, each byte) is what a file name can't hold, could be misread, or a
 * terminal would obey: '/', control characters (utf8_is_control: also those of C1 and the
 * bidirectional), the whole names "." and "..", and a '%' that two hex digits follow.
 */
#ifndef UTIL_FILE_NAME_H
#define UTIL_FILE_NAME_H

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
/* Whether it is an id: whatever the server calls one, but for "", "." and "..", which
 * percent-encoded would be no segment of a path. */
bool id_is_valid(const char *id);
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

#endif
