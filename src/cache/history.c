/* SPDX-License-Identifier: MIT */
/* Older versions of resources, so that an edit of one of them can be told from a new one. */
#include "config.h"

#include "cache/cache_internal.h"

#include <stdlib.h>
#include <string.h>

static struct history *find(struct collection *collection, const char *id)
{
    struct history *history = NULL;

    HASH_FIND_STR(collection->histories, id, history);
    return history;
}

static struct history *find_or_add(struct collection *collection, const char *id)
{
    struct history *history = find(collection, id);

    if (history != NULL)
        return history;
    history = calloc(1, sizeof(*history) + strlen(id) + 1);
    if (history == NULL)
        return NULL;
    memcpy(history->id, id, strlen(id) + 1);
    HASH_ADD_STR(collection->histories, id, history);
    if (history->hh.tbl != NULL)
        return history;
    free(history);
    return NULL;
}

static void drop_oldest(struct history *history)
{
    record_unref(history->versions[--history->count].record);
}

static bool grow(struct history *history)
{
    size_t capacity = history->capacity == 0 ? 2 : history->capacity * 2;
    struct version *versions = reallocarray(history->versions, capacity, sizeof(*versions));

    if (versions == NULL)
        return false;
    history->versions = versions;
    history->capacity = capacity;
    return true;
}

void history_push(struct collection *collection, struct record *record)
{
    struct history *history = find_or_add(collection, record->id);

    if (history == NULL)
        return;
    if (history->count == CACHE_HISTORY_DEPTH)
        drop_oldest(history);
    if (history->count == history->capacity && !grow(history))
        return;
    memmove(&history->versions[1], &history->versions[0],
            history->count * sizeof(history->versions[0]));
    history->versions[0] = (struct version){record_ref(record), now_ms(collection)};
    history->count++;
}

static bool is_too_old(const struct collection *collection, const struct version *version)
{
    return now_ms(collection) - version->replaced_ms > CACHE_HISTORY_MS;
}

size_t history_copy(struct collection *collection, const char *id, struct record **out, size_t max)
{
    struct history *history = find(collection, id);
    size_t count = 0;

    if (history == NULL)
        return 0;
    while (count < max && count < history->count &&
           !is_too_old(collection, &history->versions[count])) {
        out[count] = record_ref(history->versions[count].record);
        count++;
    }
    return count;
}

static void remove_history(struct collection *collection, struct history *history)
{
    while (history->count > 0)
        drop_oldest(history);
    HASH_DEL(collection->histories, history);
    free(history->versions);
    free(history);
}

void history_prune(struct collection *collection)
{
    struct history *history = NULL;
    struct history *next = NULL;

    HASH_ITER (hh, collection->histories, history, next) {
        while (history->count > 0 && is_too_old(collection, &history->versions[history->count - 1]))
            drop_oldest(history);
        if (history->count == 0)
            remove_history(collection, history);
    }
}

void history_clear(struct collection *collection)
{
    struct history *history = NULL;
    struct history *next = NULL;

    HASH_ITER (hh, collection->histories, history, next) {
        remove_history(collection, history);
    }
}
