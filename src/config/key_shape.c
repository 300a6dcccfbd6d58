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

bool key_shape_is_assignment(const char *line, size_t size)
{
    static const char export[] = "export ";
    size_t at = 0;

    if (size > strlen(export) && memcmp(line, export, strlen(export)) == 0)
        at = strlen(export);
    size_t name = at;
    while (at < size && (isalnum((unsigned char)line[at]) || line[at] == '_'))
        at++;
    if (at == name || isdigit((unsigned char)line[name]))
        return false;
    while (at < size && isblank((unsigned char)line[at]))
        at++;
    if (at + 1 >= size) /* a key may end with '=', as base64 does */
        return false;
    return (line[at] == '=' && line[at + 1] != '=') ||
           (line[at] == ':' && isblank((unsigned char)line[at + 1]));
}
