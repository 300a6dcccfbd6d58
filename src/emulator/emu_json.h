/* SPDX-License-Identifier: MIT */
/*
 * Building documents of what util/json reads and prints. A json_object is only touched by the
 * thread that made it, or under the lock of what it was stored in.
 */
#ifndef EMULATOR_EMU_JSON_H
#define EMULATOR_EMU_JSON_H

#include "util/json.h"

/* Sets a key, also to null (NULL). Takes over `value` in any case. */
void emu_json_put(struct json_object *object, const char *key, struct json_object *value);
/* Sets a key to a new string; NULL gives null. */
void emu_json_put_string(struct json_object *object, const char *key, const char *text);
/* Sets target[key] to source[key], by reference, or to null. */
void emu_json_share(struct json_object *target, struct json_object *source, const char *key);
/* A copy one level deep, owned by the caller: the values are shared. */
struct json_object *emu_json_copy(struct json_object *object);

#endif
