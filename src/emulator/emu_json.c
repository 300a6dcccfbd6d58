/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/emu_json.h"

#include <stdlib.h>
#include <string.h>

const char *emu_json_string(json_object *object, const char *key)
{
    json_object *value;

    if (!json_object_object_get_ex(object, key, &value) ||
        !json_object_is_type(value, json_type_string))
        return NULL;
    return json_object_get_string(value);
}

void emu_json_put(json_object *object, const char *key, json_object *value)
{
    if (!object || json_object_object_add(object, key, value) != 0)
        json_object_put(value);
}

void emu_json_put_string(json_object *object, const char *key, const char *text)
{
    emu_json_put(object, key, text ? json_object_new_string(text) : NULL);
}

void emu_json_share(json_object *target, json_object *source, const char *key)
{
    emu_json_put(target, key, json_object_get(json_object_object_get(source, key)));
}

bool emu_json_is_integer(json_object *value)
{
    if (json_object_is_type(value, json_type_int))
        return true;
    return json_object_is_type(value, json_type_double) &&
           !strpbrk(json_object_to_json_string(value), ".eE");
}

char *emu_json_text(json_object *value, size_t *length)
{
    const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
    const char *text;
    char *copy;

    *length = 4;
    text = value ? json_object_to_json_string_length(value, flags, length) : "null";
    copy = text ? malloc(*length + 1) : NULL;
    if (copy)
        memcpy(copy, text, *length + 1);
    return copy;
}
