/* SPDX-License-Identifier: MIT */
/*
 * Every key ever seen in an answer, by number and by text: a field's leaf number is that of its
 * key, so that a field costs no memory of its own. Entries last as long as the tree. Any thread.
 */
#ifndef TREE_FIELD_KEYS_H
#define TREE_FIELD_KEYS_H

#include "tree/dir.h"

struct field_key {
    char *key;
    char *name;      /* as a file name; NULL: the key can't be one */
    uint32_t number; /* from LEAF_FIELDS on */
    UT_hash_handle hh;
};

/* The entry of a key; NULL: no memory (or no number is left). */
const struct field_key *field_key_intern(struct tree *tree, const char *text);
/* The entry of a leaf number; NULL: there is none. */
const struct field_key *field_key_of(const struct dir *dir, uint32_t leaf);

/* Frees all of them. */
void field_keys_finish(struct tree *tree);

#endif
