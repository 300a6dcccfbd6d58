/* SPDX-License-Identifier: MIT */
/* Secrets in JSON, which are known by their keys (kinds' FIELD_SECRET). Any thread. */
#ifndef API_SECRETS_H
#define API_SECRETS_H

#include "util/json_view.h"
#include "util/words.h"

#include <stdbool.h>

struct json_object;

#define SECRET_MASK      "********"
#define SECRETS_MAX_OPEN 4096

/* Masks every secret that is not null, at any depth; false: no memory. */
bool secrets_mask(struct json_object *value);
/* Whether a key, as it is written, is that of a secret. */
bool secrets_is_key(struct json_slice key);
/* Appends a value of a record's text, compact or as documents show it, every secret that is not
 * null masked unless `show`; false: no memory. Nothing is parsed. */
bool secrets_print(struct buf *out, struct json_slice value, bool pretty, bool show);
/* Whether a value holds a secret that is neither null nor a mask: of a text that json_scan vouches
 * for. */
bool secrets_are_told(struct json_slice value);
/* Whether a text is but a mask: nothing but '*', or "****" in it. */
bool secrets_is_mask(const char *text, size_t size_bytes);
/* Adds every text (and number) of a secret to `secrets`; every other, and every key, to `open`, of
 * which SECRETS_MAX_OPEN are enough. False: no memory. */
bool secrets_collect(struct json_view value, struct word_list *secrets, struct word_list *open);
/* The same of a JSON text that json_scan vouches for; nothing of it is built. */
bool secrets_collect_text(const char *text, size_t text_bytes, struct word_list *secrets,
                          struct word_list *open);

#endif
