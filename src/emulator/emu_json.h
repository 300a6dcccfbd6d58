/* SPDX-License-Identifier: MIT */
/*
 * JSON text to json-c trees and back, digit for digit.
 *
 * json-c's own tokener is not used: it saturates integers beyond 64 bits,
 * turns -0 into 0 and accepts much that is not JSON. Numbers that a 64-bit
 * integer does not print back unchanged keep their source text.
 *
 * json-c objects are not thread safe: a tree is only touched by the thread
 * that made it or under the lock of what it was stored in.
 */
#ifndef PAPERSPACEFS_EMULATOR_EMU_JSON_H
#define PAPERSPACEFS_EMULATOR_EMU_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* Arrays and objects may be nested this deep. */
#define EMU_JSON_DEPTH 64

/*
 * Reads one JSON value (RFC 8259, UTF-8) that fills the text up to white
 * space. On success *out is the value, owned by the caller; it is NULL for
 * the literal null. On failure *offset is the byte at which it went wrong.
 */
bool emu_json_parse(const char *text, size_t length, json_object **out, size_t *offset);

/* The string under key, borrowed from object; NULL if it is no string. */
const char *emu_json_string(json_object *object, const char *key);

/* Sets a key. Takes over value in any case. */
void emu_json_put(json_object *object, const char *key, json_object *value);

/* Sets a key to a new string; NULL text gives null. */
void emu_json_put_string(json_object *object, const char *key, const char *text);

/* Sets target[key] to source[key], by reference, or to null. */
void emu_json_share(json_object *target, json_object *source, const char *key);

/* A number without fraction or exponent, of any size. */
bool emu_json_is_integer(json_object *value);

/*
 * Compact text of a value (NULL gives `null`), malloc'd, NUL-terminated,
 * with its length; NULL if there is no memory.
 */
char *emu_json_text(json_object *value, size_t *length);

#endif
