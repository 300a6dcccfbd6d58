/* SPDX-License-Identifier: MIT */
/*
 * The part of TOML 1.0 that a list of names and values needs: comments, tables of one level, bare
 * and quoted keys, strings of one line, integers, true and false. All else (arrays, inline tables,
 * dotted keys, dates, fractions, strings of many lines) is refused rather than guessed at.
 */
#ifndef CONFIG_TOML_H
#define CONFIG_TOML_H

#include "util/problem.h"

#include <stddef.h>

enum toml_type { TOML_STRING, TOML_INTEGER, TOML_BOOLEAN, TOML_TABLE };

struct toml_entry {
    char *table; /* "" before the first [table], and for the tables themselves */
    char *key;
    enum toml_type type;
    char *value; /* of a string: what it means; of a table: ""; else as it is written */
    unsigned line;
};

/* The entries in the order of the text. A zeroed one is empty. */
struct toml {
    struct toml_entry *entries;
    size_t count;
};

/* Reads a whole text. Returns 0 (toml_finish is due), or -1 with the problem "LINE: what is wrong",
 * which never repeats a value. */
int toml_read(const char *text, struct toml *out, struct problem *problem);
/* Wipes the values, which may be secrets, and frees. */
void toml_finish(struct toml *toml);
/* NULL: there is none. */
const struct toml_entry *toml_find(const struct toml *toml, const char *table, const char *key);

#endif
