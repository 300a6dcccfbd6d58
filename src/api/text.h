/* SPDX-License-Identifier: MIT */
/* Foreign text made fit to be shown: one line, whole characters. Any thread. */
#ifndef API_TEXT_H
#define API_TEXT_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Copies `text` into `out` (`size_bytes` with the NUL): cut between characters, and cleaned
 * (words_clean). */
void text_copy(char *out, size_t size_bytes, const char *text);
/* Appends the words of a text that may be HTML: without tags, comments, scripts and styles, each
 * run of white space one space. False: no memory. */
bool text_words(struct buf *out, const char *text, size_t size_bytes);
/* Whether `text` has one of `words` (small letters, ends with NULL) as a whole word, whatever its
 * case; '_', digits and a small letter before a capital part words, as in QUOTA_EXCEEDED. */
bool text_has_word(const char *text, const char *const *words);

#endif
