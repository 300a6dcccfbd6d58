/* SPDX-License-Identifier: MIT */
/*
 * What the files of document.h share: keys with their way through nested objects, refusals, types,
 * masks. Values are looked at as views, whether they are given or known.
 */
#ifndef DOCUMENT_PARTS_H
#define DOCUMENT_PARTS_H

#include "api/secrets.h"
#include "api/visit.h"
#include "document/document.h"
#include "util/json.h"

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
/* Sets a member to what the view is; false: no memory. */
bool document_put_view(struct json_object *object, const char *key, struct json_view value);

/* For visitors (api/visit.h) whose results are an object like what is visited: `enter` makes the
 * inner one, `leave` puts it into the outer one, unless it stayed empty. */
bool document_begin_object(const struct visitor *visitor, struct visit *visit);
bool document_end_object(const struct visitor *visitor, const struct visit *visit, bool ok);

/* Whether `value` (not null) has the type of the row. An integer of any size is one. */
bool field_accepts(const struct field *field, struct json_view value);
/* Whether it is no text at all where the row requires one. */
bool field_is_left_empty(const struct field *field, struct json_view value);
const char *field_type_words(const struct field *field); /* "a string" */
/* A server may write an integer as a decimal string: the number of that text, a new reference;
 * NULL: the row is no integer, or the value is no such string. */
struct json_object *field_integer_of(const struct field *field, struct json_view value);
/* Sizes are given in GB; what is over 1,000,000 looks like bytes. */
bool field_looks_like_bytes(const struct field *field, struct json_view value);

/* Whether a value is only a mask, and so means unchanged: nothing but '*', or "****" in it. Asked
 * of secrets only: document_is_mask. */
bool document_is_masked(struct json_view value);
/* Whether the value of that key is the mask of a secret: only secrets have masks. */
bool document_is_mask(const struct key_path *path, struct json_view value);
/* Equal in meaning, also where `old` is the decimal string of the integer that is given; `old` may
 * not be there. */
bool field_same(const struct field *field, struct json_view old, struct json_view given);
/* A value as words for a message, secrets in it masked and a long one cut. */
struct key_words value_words(struct json_view value);

/* Fills body and secrets of a change that is to be sent; false: no memory, `out` is empty. */
bool document_change_fill(struct document_change *out, struct json_object *body);

#endif
