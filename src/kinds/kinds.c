/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "kinds/kind.h"

#include <pthread.h>
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

const struct kind *kinds_singleton(void)
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        if (kinds_all[i]->singleton)
            return kinds_all[i];
    return NULL;
}

bool kind_is_in(const struct kind *kind, enum dialect dialect)
{
    return kind->shapes[dialect].fields != NULL;
}

bool kind_changes(const struct kind *kind)
{
    bool changes = kind->create != CREATE_NOT || kind->deletable;

    for (size_t d = 0; d < DIALECT_COUNT; d++)
        changes = changes || kind->shapes[d].update != UPDATE_NONE;
    return changes;
}

const struct field *field_find(const struct field *fields, const char *key, size_t size_bytes)
{
    for (; fields != NULL && fields->key != NULL; fields++)
        if (strlen(fields->key) == size_bytes && memcmp(fields->key, key, size_bytes) == 0)
            return fields;
    return NULL;
}

/* --- secrets ---------------------------------------------------------------------------------- */

#define SECRET_KEYS_MAX 16

/* The keys of secrets, each once; asked for at every key that is shown. */
static const char *secret_keys[SECRET_KEYS_MAX];
static size_t secret_count;

static bool is_listed(const char *key, size_t size_bytes)
{
    for (size_t i = 0; i < secret_count; i++)
        if (strlen(secret_keys[i]) == size_bytes && memcmp(secret_keys[i], key, size_bytes) == 0)
            return true;
    return false;
}

static void list_table(const struct field *fields)
{
    for (; fields != NULL && fields->key != NULL; fields++) {
        if ((fields->flags & FIELD_SECRET) != 0 && !is_listed(fields->key, strlen(fields->key)) &&
            secret_count < SECRET_KEYS_MAX)
            secret_keys[secret_count++] = fields->key;
        list_table(fields->members);
    }
}

static void list_secrets(void)
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        for (size_t d = 0; d < DIALECT_COUNT; d++)
            list_table(kinds_all[i]->shapes[d].fields);
}

bool field_key_is_secret(const char *key, size_t size_bytes)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, list_secrets);
    return is_listed(key, size_bytes);
}

bool field_is_secret(const char *key)
{
    return field_key_is_secret(key, strlen(key));
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
