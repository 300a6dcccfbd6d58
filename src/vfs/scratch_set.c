/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/scratch_set.h"

#include "vfs/dir.h"
#include "vfs/leaf.h"

#include <stdlib.h>
#include <string.h>

/* Drafts' numbers begin here: so what was put into a resource that a draft is just becoming, by
 * another name, can go together with what lies in the draft, and both keep their numbers. */
#define FIRST_OF_DRAFTS (LEAF_SCRATCH_NUMBERS / 2)

#define SPARE_BYTES 4096 /* not worth giving back */

struct scratch_store *scratch_store_create(pthread_mutex_t *lock, const struct clock *clock,
                                           void (*on_free)(struct scratch_set *set,
                                                           struct leaf leaf))
{
    struct scratch_store *store = calloc(1, sizeof *store);

    if (store == NULL)
        return NULL;
    *store = (struct scratch_store){.lock = lock, .clock = clock, .on_free = on_free};
    LIST_INIT(&store->sets);
    return store;
}

void scratch_store_destroy(struct scratch_store *store)
{
    struct scratch_set *set, *next;

    if (store == NULL)
        return;
    pthread_mutex_lock(store->lock);
    for (set = LIST_FIRST(&store->sets); set != NULL; set = next) {
        next = LIST_NEXT(set, link);
        scratch_set_clear(set);
        scratch_set_drop(set);
    }
    pthread_mutex_unlock(store->lock);
    free(store);
}

void scratch_store_sweep(struct scratch_store *store,
                         bool (*is_gone)(void *ctx, const char *key, size_t key_bytes), void *ctx,
                         void (*changed)(struct scratch_set *set))
{
    struct scratch_set *set = NULL;
    struct scratch_set *next = NULL;

    HASH_ITER (hh, store->by_key, set, next) {
        if (!LIST_EMPTY(&set->files) && is_gone(ctx, set->key, set->key_bytes)) {
            changed(set);
            scratch_set_clear(set);
        }
        scratch_set_drop(set);
    }
}

/* --- sets ------------------------------------------------------------------------------------- */

struct scratch_set *scratch_set_find(struct scratch_store *store, const char *key, size_t key_bytes)
{
    struct scratch_set *set = NULL;

    HASH_FIND(hh, store->by_key, key, key_bytes, set);
    return set;
}

static bool set_key(struct scratch_set *set, const char *key, size_t key_bytes)
{
    set->key = malloc(key_bytes + 1);
    if (set->key == NULL)
        return false;
    memcpy(set->key, key, key_bytes);
    set->key[key_bytes] = '\0';
    set->key_bytes = key_bytes;
    HASH_ADD_KEYPTR(hh, set->store->by_key, set->key, key_bytes, set);
    return true;
}

struct scratch_set *scratch_set_new(struct scratch_store *store, const char *key, size_t key_bytes)
{
    struct scratch_set *set = calloc(1, sizeof *set);

    if (set == NULL)
        return NULL;
    set->store = store;
    set->next = key == NULL ? FIRST_OF_DRAFTS : 0;
    if (key != NULL && !set_key(set, key, key_bytes)) {
        free(set);
        return NULL;
    }
    LIST_INSERT_HEAD(&store->sets, set, link);
    return set;
}

void scratch_set_drop(struct scratch_set *set)
{
    if (!LIST_EMPTY(&set->dirs) || !LIST_EMPTY(&set->files))
        return;
    if (set->key != NULL)
        HASH_DEL(set->store->by_key, set);
    LIST_REMOVE(set, link);
    free(set->key);
    free(set);
}

static void move_dirs(struct scratch_set *from, struct scratch_set *to)
{
    struct dir *dir;

    while ((dir = LIST_FIRST(&from->dirs)) != NULL) {
        LIST_REMOVE(dir, scratch_link);
        dir->scratch = to;
        LIST_INSERT_HEAD(&to->dirs, dir, scratch_link);
    }
}

/* A number that is taken there can't be kept; but so many were never given yet. */
static void move_file(struct scratch *file, struct scratch_set *to)
{
    struct scratch *same =
        file->name == NULL ? NULL : scratch_of_name(to, file->inside, file->name);

    if (same != NULL)
        scratch_set_name(same, NULL);
    while (scratch_of_leaf(to, file->leaf) != NULL)
        file->leaf.number = scratch_set_number(to, &file->generation);
    LIST_REMOVE(file, link);
    file->set->count--;
    file->set = to;
    to->count++;
    LIST_INSERT_HEAD(&to->files, file, link);
}

void scratch_set_give_key(struct scratch_set *set, const char *key, size_t key_bytes)
{
    struct scratch_set *other = scratch_set_find(set->store, key, key_bytes);

    if (set->key != NULL)
        return;
    if (other == NULL) {
        set_key(set, key, key_bytes);
        return;
    }
    if (other->next < set->next)
        other->next = set->next;
    move_dirs(set, other);
    while (!LIST_EMPTY(&set->files))
        move_file(LIST_FIRST(&set->files), other);
    scratch_set_drop(set);
}

void scratch_set_clear(struct scratch_set *set)
{
    struct scratch *file, *next;

    for (file = LIST_FIRST(&set->files); file != NULL; file = next) {
        next = LIST_NEXT(file, link);
        scratch_set_name(file, NULL);
    }
}

uint32_t scratch_set_number(struct scratch_set *set, uint64_t *generation)
{
    *generation = set->next / LEAF_SCRATCH_NUMBERS;
    return LEAF_SCRATCH + (uint32_t)(set->next++ % LEAF_SCRATCH_NUMBERS);
}

/* --- files ------------------------------------------------------------------------------------ */

struct scratch *scratch_of_leaf(const struct scratch_set *set, struct leaf leaf)
{
    struct scratch *file;

    LIST_FOREACH (file, &set->files, link)
        if (leaf_is_same(file->leaf, leaf))
            break;
    return file;
}

struct scratch *scratch_of_name(const struct scratch_set *set, const char *inside, const char *name)
{
    struct scratch *file;

    LIST_FOREACH (file, &set->files, link)
        if (file->name != NULL && strcmp(file->name, name) == 0 &&
            strcmp(file->inside, inside) == 0)
            break;
    return file;
}

static void let_all_go(struct scratch_store *store)
{
    struct scratch_set *set;

    LIST_FOREACH (set, &store->sets, link)
        scratch_let_go(set, NULL);
}

static bool has_room(const struct scratch_set *set, size_t more_files, size_t more_bytes)
{
    const struct scratch_store *store = set->store;

    return set->count + more_files <= SCRATCH_MAX_FILES &&
           store->count + more_files <= SCRATCH_ALL_FILES && more_bytes <= SCRATCH_TOTAL_BYTES &&
           store->bytes <= SCRATCH_TOTAL_BYTES - more_bytes;
}

bool scratch_set_has_room(struct scratch_set *set, size_t more_files, size_t more_bytes)
{
    if (has_room(set, more_files, more_bytes))
        return true;
    let_all_go(set->store);
    return has_room(set, more_files, more_bytes);
}

static size_t bytes_of(const struct scratch *file)
{
    return file->data.size_bytes + (file->target == NULL ? 0 : strlen(file->target));
}

static void wipe(struct scratch *file)
{
    if (file->data.data != NULL)
        explicit_bzero(file->data.data, file->data.capacity_bytes);
    buf_finish(&file->data);
    author_clear(&file->author);
    free(file->inside);
    free(file->name);
    free(file->lost_name);
    free(file->target);
    free(file);
}

struct scratch *scratch_add(struct scratch_set *set, struct leaf leaf, uint64_t generation,
                            const char *inside, const char *name, const char *target)
{
    struct scratch *file = calloc(1, sizeof *file);

    if (file == NULL)
        return NULL;
    file->store = set->store;
    file->set = set;
    file->leaf = leaf;
    file->generation = generation;
    file->inside = strdup(inside);
    file->name = strdup(name);
    file->target = target == NULL ? NULL : strdup(target);
    file->mtime_ms = clock_wall_ms(set->store->clock);
    if (file->inside == NULL || file->name == NULL || (target != NULL && file->target == NULL)) {
        wipe(file);
        return NULL;
    }
    set->count++;
    set->store->count++;
    set->store->bytes += bytes_of(file);
    LIST_INSERT_HEAD(&set->files, file, link);
    return file;
}

static void free_if_unused(struct scratch *file)
{
    if (file->name != NULL || file->lost_name != NULL || file->holds > 0)
        return;
    LIST_REMOVE(file, link);
    file->store->on_free(file->set, file->leaf);
    file->set->count--;
    file->store->count--;
    file->store->bytes -= bytes_of(file);
    wipe(file);
}

void scratch_set_name(struct scratch *file, char *name)
{
    free(file->name);
    free(file->lost_name);
    file->name = name;
    file->lost_name = NULL;
    free_if_unused(file);
}

void scratch_lose(struct scratch *file, const void *lost_to)
{
    if (file->name == NULL)
        return;
    free(file->lost_name);
    file->lost_name = file->name;
    file->lost_to = lost_to;
    file->name = NULL;
}

static void bring_back(struct scratch *file)
{
    char *name = file->lost_name;
    bool taken = scratch_of_name(file->set, file->inside, name) != NULL;

    file->lost_name = NULL;
    file->name = taken ? NULL : name;
    if (taken)
        free(name);
    free_if_unused(file);
}

void scratch_bring_back(struct scratch_set *set)
{
    struct scratch *file, *next;

    for (file = LIST_FIRST(&set->files); file != NULL; file = next) {
        next = LIST_NEXT(file, link);
        if (file->lost_name != NULL)
            bring_back(file);
    }
}

void scratch_let_go(struct scratch_set *set, const void *lost_to)
{
    struct scratch *file, *next;

    for (file = LIST_FIRST(&set->files); file != NULL; file = next) {
        next = LIST_NEXT(file, link);
        if (file->lost_name == NULL || (lost_to != NULL && file->lost_to != lost_to))
            continue;
        free(file->lost_name);
        file->lost_name = NULL;
        free_if_unused(file);
    }
}

void scratch_unhold(struct scratch *file)
{
    file->holds--;
    free_if_unused(file);
}

/* What is cut away may be a secret. */
static void give_back(struct buf *data)
{
    if (data->capacity_bytes / 2 <= data->size_bytes + SPARE_BYTES)
        return;
    explicit_bzero(data->data + data->size_bytes, data->capacity_bytes - data->size_bytes);
    buf_trim(data);
}

bool scratch_resize(struct scratch *file, size_t size)
{
    size_t before = file->data.size_bytes;

    if (!buf_resize(&file->data, size))
        return false;
    if (size < before)
        give_back(&file->data);
    file->store->bytes += size;
    file->store->bytes -= before;
    file->mtime_ms = clock_wall_ms(file->store->clock);
    return true;
}
