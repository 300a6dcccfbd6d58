/* SPDX-License-Identifier: MIT */
/*
 * JSON values and their keys as 64 bits, to know a value again without keeping it. Pure functions
 * on the caller's own objects; no lock, any thread.
 */
#ifndef UTIL_DIGEST_H
#define UTIL_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct json_object;
struct json_view;

#define DIGEST_ROOT UINT64_C(0xcbf29ce484222325) /* the digest of a document's own place */

/* FNV-1a, from `hash` on; and what spreads every bit of a hash over all of it. */
uint64_t digest_bytes(uint64_t hash, const void *data, size_t size);
uint64_t digest_mix(uint64_t hash);
/* The digest of the place that `key` has in the object at the place `up`; never 0. */
uint64_t digest_key(uint64_t up, const char *key);
/* The digest of a value: equal for values that json_same calls the same; NULL is null. */
uint64_t digest_value(struct json_object *value);
uint64_t digest_view(struct json_view value);        /* of a value that is there */
uint64_t digest_text(const char *text, size_t size); /* of that string */

#endif
