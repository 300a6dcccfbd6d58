/* SPDX-License-Identifier: MIT */
/* Secrets in JSON, which are known by their keys (kinds' FIELD_SECRET). Any thread. */
#ifndef API_SECRETS_H
#define API_SECRETS_H

#include "util/words.h"

#include <stdbool.h>

struct json_object;

#define SECRET_MASK      "********"
#define SECRETS_MAX_OPEN 4096

/* Masks every secret that is not null, at any depth; false: no memory. */
bool secrets_mask(struct json_object *value);
/* Adds every text (and number) of a secret to `secrets`; every other, and every key, to `open`, of
 * which SECRETS_MAX_OPEN are enough. False: no memory. */
bool secrets_collect(struct json_object *value, struct word_list *secrets, struct word_list *open);

#endif
