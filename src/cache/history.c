/* SPDX-License-Identifier: MIT */
/*
 * Older versions of resources, so that a text that was made from one of them can be told from a new
 * one. Of each only what was replaced is kept, and of that digests: what it had in common with its
 * successor was not changed then, and counts as old only from when it is.
 *
 * Versions that nobody can have read are no more than a step on the way from the one before to the
 * one after: they take no place of their own. So a key that changes all the time does not drive out
 * what people have seen.
 */
#include "config.h"

#include "api/visit.h"
#include "cache/collection.h"
#include "util/digest.h"

#include <stdlib.h>
#include <string.h>

/* --- histories -------------------------------------------------------------------------------- */

struct history *history_find(struct collection *collection, const char *id)
{
    struct history *history = NULL;

    HASH_FIND_STR(collection->histories, id, history);
    return history;
}

static struct history *find_or_add(struct collection *collection, const char *id)
{
    struct history *history = history_find(collection, id);

    if (history != NULL)
        return history;
    history = calloc(1, sizeof(*history) + strlen(id) + 1);
    if (history == NULL)
        return NULL;
    history->collection = collection;
    TAILQ_INIT(&history->versions);
    memcpy(history->id, id, strlen(id) + 1);
    HASH_ADD_STR(collection->histories, id, history);
    if (history->hh.tbl != NULL)
        return history;
    free(history);
    return NULL;
}

static size_t bytes_of(const struct version *version)
{
    return sizeof(*version) + version->count * sizeof(*version->values);
}

/* Removes a version, and its history when it was the only one. What it and those before it had is
 * not known from then on. */
static void drop(struct version *version)
{
    struct history *history = version->history;
    struct cache *cache = history->collection->cache;

    TAILQ_REMOVE(&history->versions, version, link);
    TAILQ_REMOVE(&cache->old_versions, version, age);
    cache->old_bytes -= bytes_of(version);
    history->since = version->number + 1;
    if (--history->count == 0) {
        if (cache->old_since < history->since)
            cache->old_since = history->since;
        HASH_DEL(history->collection->histories, history);
        free(history);
    }
    free(version->values);
    free(version);
}

bool version_is_too_old(const struct version *version)
{
    return now_ms(version->history->collection) - version->replaced_ms > CACHE_HISTORY_MS;
}

void history_prune(struct cache *cache)
{
    size_t configured = cache->config.history_max_bytes;
    size_t most = configured > 0 ? configured : CACHE_HISTORY_BYTES;
    struct version *oldest;

    while ((oldest = TAILQ_FIRST(&cache->old_versions)) != NULL &&
           (version_is_too_old(oldest) || cache->old_bytes > most))
        drop(oldest);
}

void history_clear(struct collection *collection)
{
    while (collection->histories != NULL)
        drop(TAILQ_FIRST(&collection->histories->versions));
}

/* --- what was replaced ------------------------------------------------------------------------ */

/* The way from one version to the next. */
struct diff {
    struct item *item;
    const struct record *now;
    struct replaced *values;
    size_t count;
    size_t capacity;
    bool failed; /* no memory */
};

static void add_value(struct diff *diff, uint64_t key, struct json_view value, bool elsewhere)
{
    if (diff->count == diff->capacity) {
        size_t capacity = diff->capacity == 0 ? 4 : diff->capacity * 2;
        struct replaced *values = reallocarray(diff->values, capacity, sizeof(*values));

        diff->failed = diff->failed || values == NULL;
        if (values == NULL)
            return;
        diff->values = values;
        diff->capacity = capacity;
    }
    diff->values[diff->count++] =
        (struct replaced){key, digest_view(value), shown_has(&diff->item->shown, key), elsewhere};
    shown_remove(&diff->item->shown, key);
}

/* A value that is replaced as one, and what it holds. */
static void add_whole(struct diff *diff, uint64_t key, struct json_view value, bool elsewhere)
{
    struct json_entries walk = json_view_entries(value);

    add_value(diff, key, value, elsewhere);
    while (json_view_type(value) == '{' && json_entries_next(&walk))
        add_whole(diff, digest_key(key, walk.key), walk.value, elsewhere);
    diff->failed = diff->failed || walk.failed;
    json_entries_finish(&walk);
}

/* What stands side by side at each key: what a version had, what the next one has, and what this
 * mount has sent for it. */
enum { OLD, NOW, SENT };

/* Where the new record came incomplete, what it lacks is not known to have changed. */
static bool is_replaced(const struct diff *diff, const struct visit *key)
{
    return key->at[NOW].there ? !json_view_same(key->at[OLD], key->at[NOW]) : diff->now->complete;
}

static bool both_are_objects(const struct visitor *visitor, const struct visit *key)
{
    return json_view_type(key->at[OLD]) == '{' && json_view_type(key->at[NOW]) == '{' &&
           is_replaced(visitor->ctx, key);
}

/* Whether this mount has sent another value for the key than it had. */
static bool is_own(const struct visit *key)
{
    return key->at[SENT].there && !json_view_same(key->at[SENT], key->at[OLD]);
}

static bool add_replaced(const struct visitor *visitor, const struct visit *key)
{
    struct diff *diff = visitor->ctx;

    if (is_replaced(diff, key))
        add_whole(diff, key_place(&key->path), key->at[OLD], !is_own(key));
    return true;
}

/* What is new to an object that both have was never shown. */
static void hide_new_keys(struct diff *diff, uint64_t place, const struct visit *object)
{
    struct json_entries walk = json_view_entries(object->at[NOW]);

    while (json_view_type(object->at[OLD]) == '{' && json_entries_next(&walk))
        if (!json_view_member(object->at[OLD], walk.key).there)
            shown_remove(&diff->item->shown, digest_key(place, walk.key));
    json_entries_finish(&walk);
}

static bool leave(const struct visitor *visitor, const struct visit *object, bool ok)
{
    hide_new_keys(visitor->ctx, key_place(&object->path), object);
    return ok;
}

static void compare(struct diff *diff, const struct visit *root)
{
    const struct visitor visitor = {
        .nests = both_are_objects, .leaf = add_replaced, .leave = leave, .ctx = diff};

    diff->failed = !visit_all(&visitor, NULL, root) || diff->failed;
    hide_new_keys(diff, DIGEST_ROOT, root);
}

static int by_key(const void *a, const void *b)
{
    uint64_t key_a = ((const struct replaced *)a)->key;
    uint64_t key_b = ((const struct replaced *)b)->key;

    return (key_a > key_b) - (key_a < key_b);
}

static struct replaced *find_key(const struct version *version, uint64_t key)
{
    struct replaced wanted = {.key = key};

    return bsearch(&wanted, version->values, version->count, sizeof(wanted), by_key);
}

/* --- versions --------------------------------------------------------------------------------- */

/* A key that has changed elsewhere has done so for all values that it had before, too. */
static void mark_elsewhere(struct history *history, const struct diff *diff)
{
    struct version *version;

    TAILQ_FOREACH (version, &history->versions, link) {
        for (size_t i = 0; i < diff->count; i++) {
            struct replaced *before =
                diff->values[i].elsewhere ? find_key(version, diff->values[i].key) : NULL;

            if (before != NULL)
                before->elsewhere = true;
        }
    }
}

/* A new version takes over the values; false: no memory. */
static bool add_version(struct history *history, struct diff *diff)
{
    struct collection *collection = history->collection;
    struct version *version = calloc(1, sizeof(*version));

    if (version == NULL)
        return false;
    version->history = history;
    version->number = diff->item->record->version;
    version->replaced_ms = now_ms(collection);
    version->values = diff->values;
    version->count = diff->count;
    diff->values = NULL;
    TAILQ_INSERT_TAIL(&history->versions, version, link);
    TAILQ_INSERT_TAIL(&collection->cache->old_versions, version, age);
    collection->cache->old_bytes += bytes_of(version);
    history->count++;
    return true;
}

/* The step from a version that nobody can have read becomes part of the one before it: keys that
 * this has too had their value from then on, which nobody has seen. */
static bool extend_version(struct version *version, const struct diff *diff)
{
    struct replaced *values =
        reallocarray(version->values, version->count + diff->count, sizeof(*values));
    size_t before = version->count;

    if (values == NULL)
        return false;
    version->values = values;
    version->number = diff->item->record->version;
    for (size_t i = 0; i < diff->count; i++) {
        struct replaced wanted = diff->values[i];
        if (bsearch(&wanted, values, before, sizeof(wanted), by_key) == NULL)
            values[version->count++] = wanted;
    }
    version->history->collection->cache->old_bytes += (version->count - before) * sizeof(*values);
    qsort(values, version->count, sizeof(*values), by_key);
    return true;
}

/* Without memory for it, nothing of the resource is known that could be told from what is new. */
static void take_diff(struct collection *collection, struct diff *diff)
{
    bool fresh = diff->item->served;
    struct history *history = fresh ? find_or_add(collection, diff->item->record->id)
                                    : history_find(collection, diff->item->record->id);

    if (history == NULL)
        return;
    qsort(diff->values, diff->count, sizeof(*diff->values), by_key);
    mark_elsewhere(history, diff);
    bool ok = fresh || history->count == 0
                  ? add_version(history, diff)
                  : extend_version(TAILQ_LAST(&history->versions, version_list), diff);

    if (history->count > CACHE_HISTORY_DEPTH)
        drop(TAILQ_FIRST(&history->versions));
    if (!ok && history->count == 0) {
        HASH_DEL(collection->histories, history);
        free(history);
    }
}

/* What this mount has set itself is no older value any more. */
static void settle_own(struct history *history, uint64_t up, struct json_view sent)
{
    struct json_entries walk = json_view_entries(sent);
    struct version *version;

    while (json_view_type(sent) == '{' && json_entries_next(&walk)) {
        uint64_t place = digest_key(up, walk.key);
        uint64_t digest = digest_view(walk.value);

        settle_own(history, place, walk.value);
        TAILQ_FOREACH (version, &history->versions, link) {
            struct replaced *before = find_key(version, place);

            if (before != NULL && before->value == digest)
                before->elsewhere = false;
        }
    }
    json_entries_finish(&walk);
}

static void push(struct collection *collection, struct diff *diff, const struct visit *root)
{
    compare(diff, root);
    if (diff->count > 0 && !diff->failed)
        take_diff(collection, diff);
    struct history *history = json_view_type(root->at[SENT]) == '{'
                                  ? history_find(collection, diff->item->record->id)
                                  : NULL;

    if (history != NULL)
        settle_own(history, DIGEST_ROOT, root->at[SENT]);
    history_prune(collection->cache);
}

void history_push(struct collection *collection, struct item *item, struct record *now,
                  const char *body)
{
    struct diff diff = {.item = item, .now = now};
    struct json_slice sent =
        json_slice_of(body == NULL ? "" : body, body == NULL ? 0 : strlen(body));
    struct json_index *old_index;
    struct json_index *now_index;
    const struct visit root = {.at = {[OLD] = record_view(item->record, &old_index),
                                      [NOW] = record_view(now, &now_index),
                                      [SENT] = json_view_of_slice(sent, NULL)}};

    push(collection, &diff, &root);
    free(diff.values);
    free(old_index);
    free(now_index);
}
