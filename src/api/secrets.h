/* SPDX-License-Identifier: MIT */
/* Secrets in JSON, which are known by their keys (kinds' FIELD_SECRET). Any thread. */
#ifndef API_SECRETS_H
#define API_SECRETS_H

#include <stdbool.h>

struct json_object;

#define SECRET_MASK "********"

/* Masks every secret that is not null, at any depth; false: no memory. */
bool secrets_mask(struct json_object *value);

#endif
