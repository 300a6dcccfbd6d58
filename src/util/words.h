/* SPDX-License-Identifier: MIT */
/*
 * Words made fit to be shown: what a terminal would obey is taken out, and what is secret. All that
 * leaves the program as words goes through here: last-error, the journals, --check, standard error,
 * the log. Any thread.
 */
#ifndef UTIL_WORDS_H
#define UTIL_WORDS_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct scrub;

/* In place: every control character (utf8_is_control) becomes a space, every byte that is no UTF-8
 * '?'. Returns the new size, which is not larger; words_clean_text ends the text with a NUL. */
size_t words_clean(char *text, size_t size_bytes);
void words_clean_text(char *text);

/* A list of texts, which may be secrets. */
struct word_list {
    char **texts; /* ends with NULL; NULL: empty */
    size_t count;
};

#define WORD_LIST_EMPTY ((struct word_list){NULL, 0})

/* Adds a copy of `text`; false: no memory. */
bool word_list_add(struct word_list *list, const char *text);
/* The list as scrub.h wants it. */
const char *const *word_list_texts(const struct word_list *list);
void word_list_finish(struct word_list *list); /* wipes and frees; empty again */

/* The keys of this process, the one in use and those before it: no word may show them. */
void words_add_key(const char *key); /* copied; "" and NULL are none, a known one is not added */
bool words_list_keys(struct word_list *out);

/* Takes out of words of our own every key, and every one of `secrets` but for what `open` has (both
 * may be NULL). False: no memory; the text is empty then. */
bool words_hide(struct buf *text, const char *const *secrets, const char *const *open);
/* Words of our own made fit: clean and as words_hide makes them. What is cleaned may come to read
 * like a secret (a control character in place of its blank); so it is hidden before and after. */
bool words_make_safe(struct buf *text, const char *const *secrets, const char *const *open);
/* Words of somebody else made fit: the same, as scrub_foreign makes them. */
bool words_make_safe_foreign(struct buf *text, const struct scrub *scrub);
/* The same in an array of `size_bytes`, without other secrets than the keys. */
void words_make_safe_text(char *text, size_t size_bytes);

#endif
