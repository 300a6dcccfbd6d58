/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/secrets.h"

#include "kinds/kind.h"

#include <json-c/json.h>

static bool mask_member(struct json_object *object, const char *key, struct json_object *value)
{
    if (value == NULL || !field_is_secret(key))
        return secrets_mask(value);
    struct json_object *mask = json_object_new_string(SECRET_MASK);

    if (mask != NULL && json_object_object_add(object, key, mask) == 0)
        return true;
    json_object_put(mask);
    return false;
}

static bool mask_members(struct json_object *object)
{
    bool ok = true;

    json_object_object_foreach (object, key, value) {
        ok = ok && mask_member(object, key, value);
    }
    return ok;
}

bool secrets_mask(struct json_object *value)
{
    bool ok = true;

    if (json_object_is_type(value, json_type_array))
        for (size_t i = 0; ok && i < json_object_array_length(value); i++)
            ok = secrets_mask(json_object_array_get_idx(value, i));
    if (json_object_is_type(value, json_type_object))
        ok = mask_members(value);
    return ok;
}
