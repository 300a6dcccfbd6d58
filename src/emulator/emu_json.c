/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/emu_json.h"

void emu_json_put(struct json_object *object, const char *key, struct json_object *value)
{
    if (object == NULL || json_object_object_add(object, key, value) != 0)
        json_object_put(value);
}

void emu_json_put_string(struct json_object *object, const char *key, const char *text)
{
    emu_json_put(object, key, text == NULL ? NULL : json_object_new_string(text));
}

void emu_json_share(struct json_object *target, struct json_object *source, const char *key)
{
    emu_json_put(target, key, json_object_get(json_member(source, key)));
}

struct json_object *emu_json_copy(struct json_object *object)
{
    struct json_object *copy = json_object_new_object();

    json_object_object_foreach (object, key, value) {
        emu_json_put(copy, key, json_object_get(value));
    }
    return copy;
}
