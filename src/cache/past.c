/* SPDX-License-Identifier: MIT */
/* What is remembered of older versions, for those who read and write: history.c keeps it. */
#include "config.h"

#include "cache/state.h"

#include "cache/collection.h"

#include <stdlib.h>

static size_t count_values(const struct history *history)
{
    const struct version *version;
    size_t count = 0;

    TAILQ_FOREACH (version, &history->versions, link)
        count += version_is_too_old(version) ? 0 : version->count;
    return count;
}

static void copy_version(const struct version *version, struct past *out)
{
    for (size_t i = 0; i < version->count; i++) {
        const struct replaced *value = &version->values[i];
        out->values[out->count++] = (struct old_value){value->key, value->value, version->number,
                                                       value->shown, value->elsewhere};
    }
}

static void copy_history(const struct history *history, struct past *out)
{
    const struct version *version;

    if (out->since < history->since)
        out->since = history->since;
    out->values = calloc(count_values(history) + 1, sizeof(*out->values));
    if (out->values == NULL)
        return;
    TAILQ_FOREACH (version, &history->versions, link)
        if (!version_is_too_old(version))
            copy_version(version, out);
}

void cache_get_past(struct cache *cache, const struct kind *kind, const char *id, struct past *out)
{
    *out = (struct past){0};
    pthread_mutex_lock(&cache->lock);
    const struct history *history = history_find(collection_of(cache, kind), id == NULL ? "" : id);

    out->since = cache->old_since;
    if (history != NULL)
        copy_history(history, out);
    pthread_mutex_unlock(&cache->lock);
}

static bool has_elsewhere(const struct version *version)
{
    for (size_t i = 0; i < version->count; i++)
        if (version->values[i].elsewhere)
            return true;
    return false;
}

bool cache_was_changed_elsewhere(struct cache *cache, const struct record *record)
{
    const struct version *version;
    bool found = false;

    pthread_mutex_lock(&cache->lock);
    const struct history *history = history_find(collection_of(cache, record->kind), record->id);

    if (history != NULL)
        TAILQ_FOREACH (version, &history->versions, link)
            found = found || (!version_is_too_old(version) && has_elsewhere(version));
    pthread_mutex_unlock(&cache->lock);
    return found;
}

void past_finish(struct past *past)
{
    free(past->values);
    *past = (struct past){0};
}

static void mark_shown(struct version *version, uint64_t key)
{
    for (size_t i = 0; i < version->count; i++)
        if (key == 0 || version->values[i].key == key)
            version->values[i].shown = true;
}

/* What an older version had is what it and later ones were replaced of. */
static void note_old_shown(struct collection *collection, const char *id, uint64_t version,
                           uint64_t key)
{
    struct history *history = history_find(collection, id);
    struct version *old;

    if (history == NULL)
        return;
    TAILQ_FOREACH (old, &history->versions, link)
        if (old->number >= version)
            mark_shown(old, key);
}

void cache_note_shown(struct cache *cache, const struct kind *kind, const char *id,
                      uint64_t version, uint64_t key)
{
    struct collection *collection = collection_of(cache, kind);

    id = id == NULL ? "" : id;
    pthread_mutex_lock(&cache->lock);
    struct item *item = collection_find(collection, id);

    if (item != NULL && version == item->record->version)
        shown_add(&item->shown, key);
    else
        note_old_shown(collection, id, version, key);
    pthread_mutex_unlock(&cache->lock);
}
