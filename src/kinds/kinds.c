/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "kinds/kind.h"

#include <stdio.h>
#include <string.h>

#define KIND_LISTED(name) &kind_##name,

const struct kind *const kinds_all[] = {KINDS(KIND_LISTED) NULL};

const struct dialect_row dialect_rows[DIALECT_COUNT] = {
    [DIALECT_DOCS] = {.name = "docs",
                      .list = LIST_PAGE,
                      .data_key = "data",
                      .event_key = "event",
                      .events_path = "/machine-events",
                      .session_path = "/auth/session"},
    [DIALECT_OPENAPI] = {.name = "openapi", .list = LIST_ARRAY},
};

size_t kind_index(const struct kind *kind)
{
    size_t i = 0;

    while (kinds_all[i] != NULL && kinds_all[i] != kind)
        i++;
    return i;
}

const struct kind *kinds_singleton(void)
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        if (kinds_all[i]->singleton)
            return kinds_all[i];
    return NULL;
}

const struct field *field_find(const struct field *fields, const char *key, size_t size_bytes)
{
    for (; fields != NULL && fields->key != NULL; fields++)
        if (strlen(fields->key) == size_bytes && memcmp(fields->key, key, size_bytes) == 0)
            return fields;
    return NULL;
}

static bool table_has_secret(const struct field *fields, const char *key)
{
    for (; fields != NULL && fields->key != NULL; fields++) {
        if ((fields->flags & FIELD_SECRET) != 0 && strcmp(fields->key, key) == 0)
            return true;
        if (table_has_secret(fields->members, key))
            return true;
    }
    return false;
}

bool field_is_secret(const char *key)
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        for (size_t d = 0; d < DIALECT_COUNT; d++)
            if (table_has_secret(kinds_all[i]->shapes[d].fields, key))
                return true;
    return false;
}

static bool table_is_mentioned(const struct field *fields, const char *text)
{
    char quoted[80];

    for (; fields != NULL && fields->key != NULL; fields++) {
        snprintf(quoted, sizeof quoted, "\"%s\"", fields->key);
        if ((fields->flags & FIELD_SECRET) != 0 && strstr(text, quoted) != NULL)
            return true;
        if (table_is_mentioned(fields->members, text))
            return true;
    }
    return false;
}

bool field_text_has_secret(const char *text)
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        for (size_t d = 0; d < DIALECT_COUNT; d++)
            if (table_is_mentioned(kinds_all[i]->shapes[d].fields, text))
                return true;
    return false;
}
