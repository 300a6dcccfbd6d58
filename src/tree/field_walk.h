/* SPDX-License-Identifier: MIT */
/*
 * The keys of a JSON object as files, one after the other, each with its number. A number is
 * computed, from the key's row where the dialect knows it, else from the key's text: so fields cost
 * no memory, whatever keys a server makes up, and no number is ever used up. Any thread.
 */
#ifndef TREE_FIELD_WALK_H
#define TREE_FIELD_WALK_H

#include "tree/members.h"

#define FIELD_FILES_MAX 1000 /* keys of one record that are files; the rest is in the document */
#define FIELD_SLOTS     2048 /* more than twice that, a power of two */

/* One key of what a directory shows. What it points to lives as long as the members walked. */
struct field_key {
    struct json_slice key;   /* as it is written; no text where it is the row's */
    const struct field *row; /* NULL: the dialect does not know it */
    struct json_slice value; /* no text: not answered */
    size_t place;            /* in the members' index, if it is answered */
    bool secret;
    bool answered;    /* the server sent it; else it is one that can be given */
    struct leaf leaf; /* LEAF_NONE: it is no file */
};

/* Appends the key's text, decoded; false: no memory. */
bool field_key_append(const struct field_key *key, struct buf *out);

struct field_walk {
    struct dir *dir;
    const struct field *rows; /* of what `dir` shows; NULL: none are known */
    const struct members *members;
    struct json_members at;
    size_t files_left;         /* how many more unknown keys get a number */
    const struct field *given; /* the next row that may be one not answered; NULL: not there yet */
    bool hashed;               /* `taken` is in use */
    uint32_t taken[FIELD_SLOTS];
};

/* Walks all keys of `members` (of what `dir` shows, borrowed) in their order, then those that can
 * be given and were left out. `files_left` as field_files_left has it. */
void field_walk_start(struct field_walk *walk, struct dir *dir, const struct members *members,
                      size_t files_left);
bool field_walk_next(struct field_walk *walk, struct field_key *out);

/* The file of a row's key among `rows`. */
struct leaf field_leaf_of_row(const struct field *rows, const struct field *row);
/* The row of a file among `rows`; NULL: no row's. */
const struct field *field_row_at(const struct field *rows, struct leaf leaf);
/* The number that a key without a row has, when `attempt` others have taken the ones before. */
uint32_t field_hash(const char *key, size_t size_bytes, uint32_t attempt);

#endif
