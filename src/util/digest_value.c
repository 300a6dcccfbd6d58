/* SPDX-License-Identifier: MIT */
/* Digests of JSON values; those of places are in digest.c, which knows no JSON. */
#include "config.h"

#include "util/digest.h"

#include "util/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Equal doubles are equal, however they are written; what overflows a double only as text. */
static uint64_t digest_number(uint64_t hash, struct json_object *value)
{
    const char *text = json_number_text(value);
    double number = text == NULL ? 0 : strtod(text, NULL);

    if (text != NULL && isinf(number))
        return digest_bytes(hash, text, strlen(text));
    if (number == 0)
        number = 0; /* not -0 */
    return digest_bytes(hash, &number, sizeof number);
}

static uint64_t digest_array(uint64_t hash, struct json_object *value)
{
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        uint64_t element = digest_value(json_object_array_get_idx(value, i));
        hash = digest_bytes(hash, &element, sizeof element);
    }
    return hash;
}

/* The order of keys means nothing. */
static uint64_t digest_object(uint64_t hash, struct json_object *value)
{
    uint64_t sum = 0;

    json_object_object_foreach (value, key, member) {
        sum += digest_mix(digest_key(DIGEST_ROOT, key) ^ digest_mix(digest_value(member)));
    }
    return digest_bytes(hash, &sum, sizeof sum);
}

uint64_t digest_value(struct json_object *value)
{
    enum json_type type = json_object_get_type(value);
    bool is_number = type == json_type_int || type == json_type_double;
    unsigned char tag = (unsigned char)(is_number ? json_type_double : type);
    uint64_t hash = digest_bytes(DIGEST_ROOT, &tag, 1);
    int truth = type == json_type_boolean && json_object_get_boolean(value);

    if (is_number)
        hash = digest_number(hash, value);
    else if (type == json_type_boolean)
        hash = digest_bytes(hash, &truth, sizeof truth);
    else if (type == json_type_string)
        hash = digest_bytes(hash, json_object_get_string(value),
                            (size_t)json_object_get_string_len(value));
    else if (type == json_type_array)
        hash = digest_array(hash, value);
    else if (type == json_type_object)
        hash = digest_object(hash, value);
    return digest_mix(hash);
}
