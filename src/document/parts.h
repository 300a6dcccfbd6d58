/* SPDX-License-Identifier: MIT */
/*
 * What the files of document.h share: keys with their way through nested objects, refusals, types,
 * masks. All of it on json_objects of the calling thread.
 */
#ifndef DOCUMENT_PARTS_H
#define DOCUMENT_PARTS_H

#include "api/secrets.h"
#include "document/document.h"
#include "util/json.h"

/* A key in a document; lives on the stack of who walks through it. */
struct key_path {
    const struct key_path *up; /* the object it is in; NULL: the document */
    const char *key;
};

/* A key as words, s3Config.bucket; a long one is cut. */
struct key_words {
    char text[128];
};
struct key_words key_words(const struct key_path *path);
/* The value at `path`, borrowed; `*found` says whether it is there, even as null. */
struct json_object *key_lookup(struct json_object *object, const struct key_path *path,
                               bool *found);

/* Adds `path` (NULL: none) to the keys in problem->details. Only the first refusal sets err and
 * words (printf-style). */
void document_refuse(struct problem *problem, int err, const struct key_path *path,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Hands `refusal` over: 0 when it is none, else -1 and a copy in `problem` (may be NULL). */
int document_verdict(const struct problem *refusal, struct problem *problem);

/* Reads a user's text, which has to be one JSON object: EFBIG, EINVAL. */
struct json_object *document_parse(const char *text, size_t text_bytes, struct problem *refusal);
/* Reads our own text: "" and NULL are {}; NULL: no memory. */
struct json_object *document_load(const char *text);
/* {"name": NAME}; NULL: no memory. */
struct json_object *document_named(const char *name, size_t name_bytes);
/* Sets a member to `value`, whose reference it takes over in any case; false: no memory. */
bool document_put(struct json_object *object, const char *key, struct json_object *value);

/* Whether `value` (not null) has the type of the row. An integer of any size is one. */
bool field_accepts(const struct field *field, struct json_object *value);
/* Whether it is no text at all where the row requires one. */
bool field_is_left_empty(const struct field *field, struct json_object *value);
const char *field_type_words(const struct field *field); /* "a string" */
/* A server may write an integer as a decimal string: the number of that text, a new reference;
 * NULL: the row is no integer, or the value is no such string. */
struct json_object *field_integer_of(const struct field *field, struct json_object *value);
/* Sizes are given in GB; what is over 1,000,000 looks like bytes. */
bool field_looks_like_bytes(const struct field *field, struct json_object *value);

/* Whether a value is only a mask, and so means unchanged: nothing but '*', or "****" in it. Asked
 * of secrets only: document_is_mask. */
bool document_is_masked(struct json_object *value);
/* Whether the value of that key is the mask of a secret: only secrets have masks. */
bool document_is_mask(const struct key_path *path, struct json_object *value);
/* A value as words for a message, secrets in it masked and a long one cut. */
struct key_words value_words(struct json_object *value);

/* Fills body and secrets of a change that is to be sent; false: no memory, `out` is empty. */
bool document_change_fill(struct document_change *out, struct json_object *body);

#endif
