/* SPDX-License-Identifier: MIT */
/*
 * The one walk over rows of fields and values: what an edit, a draft, the body of a create, a whole
 * object, defaults, what was sent and what was replaced have to do with each key is a function; the
 * way through the keys, and through objects in objects, is here.
 *
 * Values stand side by side, as views (util/json_view.h): what is given and what is there, say.
 * Pure functions; any thread that may look at the values.
 */
#ifndef API_VISIT_H
#define API_VISIT_H

#include "kinds/kind.h"
#include "util/json_view.h"

#include <stdbool.h>
#include <stdint.h>

struct json_object;

/* A key in a document; lives on the stack of who walks through it. */
struct key_path {
    const struct key_path *up; /* the object it is in; NULL: the document */
    const char *key;
};

/* A key as words, s3Config.bucket, without what a terminal would obey; a long one is cut. */
struct key_words {
    char text[128];
};
struct key_words key_words(const struct key_path *path);
struct key_words words_cut(const struct buf *text); /* the same of any text */
/* The digest of its place in the document (util/digest.h). */
uint64_t key_place(const struct key_path *path);
/* The value at `path` in a document; may be none. */
struct json_view key_lookup(struct json_view document, const struct key_path *path);

#define VISIT_SIDES 3

/* A key on its visit, or, as the root, the document. */
struct visit {
    struct key_path path;
    const struct visit *up;           /* the object it is in; NULL: the root */
    const struct field *field;        /* its row; NULL: the rows do not know it */
    struct json_view at[VISIT_SIDES]; /* its value on each side */
    struct json_object *out;          /* of an object: what its members' results go into */
    bool needed;                      /* likewise the visitor's own */
};

struct visitor {
    /* 0: each key of the object at[0] is visited, in its order. Else each row that has one of these
     * flags (enum field_flag). */
    unsigned rows;
    /* Whether it is an object to go into; NULL: nothing is. */
    bool (*nests)(const struct visitor *visitor, const struct visit *visit);
    /* What is to be done with any other; before the members of an object; and behind them, in any
     * case once they were begun. False: the walk ends, and so returns. `leaf` may be NULL, and so
     * may the others. */
    bool (*leaf)(const struct visitor *visitor, const struct visit *visit);
    bool (*enter)(const struct visitor *visitor, struct visit *visit);
    bool (*leave)(const struct visitor *visitor, const struct visit *visit, bool ok);
    void *ctx;
};

/* Visits one. */
bool visit_key(const struct visitor *visitor, struct visit *visit);
/* Visits what is in `root`. False: a function has ended it, or there was no memory. */
bool visit_all(const struct visitor *visitor, const struct field *fields, const struct visit *root);

#endif
