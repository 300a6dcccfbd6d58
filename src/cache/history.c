/* SPDX-License-Identifier: MIT */
/*
 * Older versions of resources, so that an edit of one of them can be told from a new one. Of each
 * only what was replaced is kept: what it had in common with its successor was not changed then,
 * and counts as old only from when it is.
 */
#include "config.h"

#include "cache/cache_internal.h"
#include "util/json.h"

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

/* --- what was replaced ------------------------------------------------------------------------ */

static bool is_object(struct json_object *value)
{
    return json_object_is_type(value, json_type_object);
}

/* What `old` has otherwise than `now`, or what `now` lacks: a new object, with references to
 * members of `old`; NULL: no memory. */
static struct json_object *replaced(struct json_object *old, struct json_object *now)
{
    struct json_object *result = json_object_new_object();
    bool ok = result != NULL;

    json_object_object_foreach (old, key, value) {
        struct json_object *other = NULL;
        if (!ok || (json_object_object_get_ex(now, key, &other) && json_same(value, other)))
            continue;
        bool nests = is_object(value) && is_object(other);
        struct json_object *kept = nests ? replaced(value, other) : json_object_get(value);
        ok = !(nests && kept == NULL) && json_object_object_add(result, key, kept) == 0;
    }
    if (ok)
        return result;
    json_object_put(result);
    return NULL;
}

/* A record of `old` with its id and what was replaced only; NULL: nothing was, or no memory. */
static struct record *version_of(const struct collection *collection, const struct record *old,
                                 const struct record *now)
{
    struct json_object *before = record_parse(old);
    struct json_object *after = record_parse(now);
    struct json_object *object = before == NULL || after == NULL ? NULL : replaced(before, after);
    struct json_object *id = json_member(before, "id");
    struct record *version = NULL;

    if (object != NULL && json_object_object_length(object) > 0 &&
        json_object_object_add(object, "id", json_object_get(id)) == 0)
        version = record_from_json(old->kind, cache_dialect(collection->cache), object, NULL);
    json_object_put(object);
    json_object_put(before);
    json_object_put(after);
    return version;
}

/* --- versions --------------------------------------------------------------------------------- */

/* Takes over the reference. */
static void push(struct collection *collection, struct record *version)
{
    struct history *history = find_or_add(collection, version->id);

    if (history == NULL) {
        record_unref(version);
        return;
    }
    if (history->count == CACHE_HISTORY_DEPTH)
        drop_oldest(history);
    if (history->count == history->capacity && !grow(history)) {
        record_unref(version);
        return;
    }
    memmove(&history->versions[1], &history->versions[0],
            history->count * sizeof(history->versions[0]));
    history->versions[0] = (struct version){version, now_ms(collection)};
    history->count++;
}

void history_push(struct collection *collection, const struct record *old, const struct record *now)
{
    struct record *version = version_of(collection, old, now);

    if (version != NULL)
        push(collection, version);
}

void history_forget(struct collection *collection, const struct record *now)
{
    struct history *history = find(collection, now->id);
    size_t left = 0;

    for (size_t i = 0; history != NULL && i < history->count; i++) {
        struct version version = history->versions[i];
        struct record *rest = version_of(collection, version.record, now);
        record_unref(version.record);
        version.record = rest;
        if (rest != NULL)
            history->versions[left++] = version;
    }
    if (history != NULL)
        history->count = left;
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
