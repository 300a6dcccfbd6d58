/* SPDX-License-Identifier: MIT */
/* Words that a person may have typed where no key belongs: they are not repeated. */
#ifndef CONFIG_KEY_SHAPE_H
#define CONFIG_KEY_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

/* What stands in a message in the place of a word that may be a key. */
#define KEY_SHAPE_HIDDEN "(it looks like a key and is not repeated)"

/* Whether `text` looks like a key: it has 20 or more letters and digits in a row. */
bool key_shape(const char *text);
/* Whether a line is a shell's NAME=value, or a file's NAME: value, rather than a key. */
bool key_shape_is_assignment(const char *line, size_t size);
/* `text` as it may stand in a message: itself, or KEY_SHAPE_HIDDEN when it looks like a key or has
 * PAPERSPACE_API_KEY in it. Before key_create, which clears that variable. */
const char *key_shape_words(const char *text);

#endif
