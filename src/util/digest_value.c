/* SPDX-License-Identifier: MIT */
/* Digests of JSON values; those of places are in digest.c, which knows no JSON. */
#include "config.h"

#include "util/digest.h"

#include "util/json_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Equal doubles are equal, however they are written; what overflows a double only as text. */
static uint64_t digest_number(uint64_t hash, const struct buf *text)
{
    double number = strtod(buf_text(text), NULL);

    if (isinf(number))
        return digest_bytes(hash, buf_text(text), text->size_bytes);
    if (number == 0)
        number = 0; /* not -0 */
    return digest_bytes(hash, &number, sizeof number);
}

static uint64_t digest_scalar(uint64_t hash, struct json_view value)
{
    struct buf text = BUF_EMPTY;

    json_view_text(value, &text);
    hash = json_view_type(value) == '0' ? digest_number(hash, &text)
                                        : digest_bytes(hash, buf_text(&text), text.size_bytes);
    buf_finish(&text);
    return hash;
}

/* Of what an array or an object holds. The order of keys means nothing. */
static uint64_t digest_entries(uint64_t hash, struct json_view value)
{
    struct json_entries walk = json_view_entries(value);
    uint64_t sum = 0;

    while (json_entries_next(&walk)) {
        uint64_t entry = digest_view(walk.value);

        if (walk.key == NULL)
            hash = digest_bytes(hash, &entry, sizeof entry);
        else
            sum += digest_mix(digest_key(DIGEST_ROOT, walk.key) ^ digest_mix(entry));
    }
    json_entries_finish(&walk);
    return json_view_type(value) == '{' ? digest_bytes(hash, &sum, sizeof sum) : hash;
}

uint64_t digest_view(struct json_view value)
{
    char type = json_view_type(value);
    uint64_t hash = digest_bytes(DIGEST_ROOT, &type, 1);

    if (type == '"' || type == '0')
        hash = digest_scalar(hash, value);
    else if (type == '{' || type == '[')
        hash = digest_entries(hash, value);
    return digest_mix(hash);
}

uint64_t digest_text(const char *text, size_t size)
{
    return digest_mix(digest_bytes(digest_bytes(DIGEST_ROOT, "\"", 1), text, size));
}

uint64_t digest_value(struct json_object *value)
{
    return digest_view(json_view_of(value));
}
