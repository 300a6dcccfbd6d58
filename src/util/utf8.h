/* SPDX-License-Identifier: MIT */
/* UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The bytes (1 to 4) of the character that `text` begins with; 0 when the text ends inside of one,
 * or is empty; -1 when it is none. */
int utf8_character(const char *text, size_t size_bytes);
/* How many bytes of the beginning are printable ASCII, each a character that no terminal obeys. */
size_t utf8_plain(const char *text, size_t size_bytes);
/* Whether all of it is whole characters. */
bool utf8_is_valid(const char *text, size_t size_bytes);
/* The code of the whole character of `size_bytes` (1 to 4). */
unsigned utf8_code(const char *character, size_t size_bytes);
/* Whether the whole character of `size_bytes` is one that a terminal would obey, or that would end
 * or turn a line: C0, DEL, C1 (U+0080 to U+009F), U+2028, U+2029, and the bidirectional controls
 * U+202A to U+202E and U+2066 to U+2069. */
bool utf8_is_control(const char *character, size_t size_bytes);
/* The size of the longest beginning that is whole characters and at most `limit_bytes`. */
size_t utf8_cut(const char *text, size_t size_bytes, size_t limit_bytes);

#endif
