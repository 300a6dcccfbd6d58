/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/key_shape.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define KEY_RUN 20

/* Of the variable in a longer word; shorter ones are parts of ordinary words. */
#define PART_MIN 8

bool key_shape(const char *text)
{
    size_t run = 0;

    for (; *text != '\0' && run < KEY_RUN; text++)
        run = isalnum((unsigned char)*text) ? run + 1 : 0;
    return run == KEY_RUN;
}

static bool is_or_holds(const char *text, const char *key)
{
    return strcmp(text, key) == 0 || (strlen(key) >= PART_MIN && strstr(text, key) != NULL);
}

const char *key_shape_words(const char *text)
{
    const char *key = getenv("PAPERSPACE_API_KEY");
    bool is_key = key != NULL && key[0] != '\0' && is_or_holds(text, key);

    return is_key || key_shape(text) ? KEY_SHAPE_HIDDEN : text;
}
