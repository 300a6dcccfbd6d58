/* SPDX-License-Identifier: MIT */
/* What lies in a resource belongs to it: where that is found, and its end with the resource. */
#include "config.h"

#include "vfs/overlay.h"
#include "tree/resource.h"
#include "vfs/scratch.h"
#include "vfs/scratch_set.h"
#include "tree/hooks.h"
#include "tree/tree_internal.h"

#include <string.h>

/* Neither has a zero byte. */
bool resource_place(const struct dir *dir, struct buf *out)
{
    return buf_append_text(out, dir->kind->path) && buf_append(out, "", 1) &&
           buf_append_text(out, dir_id(dir));
}

static const struct kind *kind_of(const char *place)
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        if (strcmp(kinds_all[i]->path, place) == 0)
            return kinds_all[i];
    return NULL;
}

/* By a whole listing: one that has failed tells nothing. */
static bool is_gone(void *ctx, const char *place, size_t place_bytes)
{
    struct cache *cache = ((struct tree *)ctx)->config.cache;
    const struct kind *kind = kind_of(place);
    size_t kind_bytes = strlen(place) + 1;

    if (kind == NULL || kind_bytes > place_bytes || !cache_is_known(cache, kind))
        return false;
    struct record *record = cache_by_id(cache, kind, place + kind_bytes);
    record_unref(record);
    return record == NULL;
}

static uint64_t count_changes(const struct tree *tree)
{
    uint64_t changes = 0;

    for (size_t i = 0; kinds_all[i] != NULL; i++)
        changes += cache_names_generation(tree->config.cache, kinds_all[i]);
    return changes;
}

static bool has_scratch(struct tree *tree)
{
    pthread_mutex_lock(&tree->vfs.lock);
    bool some = tree->vfs.scratch->count > 0;
    pthread_mutex_unlock(&tree->vfs.lock);
    return some;
}

/* Frees what lies in resources that are gone, if names have changed since the last time. */
static void sweep_gone(struct tree *tree)
{
    uint64_t changes = count_changes(tree);

    pthread_mutex_lock(&tree->vfs.lock);
    if (changes != tree->names_swept)
        scratch_store_sweep(tree->vfs.scratch, is_gone, tree, scratch_note_all);
    tree->names_swept = changes;
    pthread_mutex_unlock(&tree->vfs.lock);
}

void resource_sweep(struct vfs *vfs)
{
    struct tree *tree = tree_of_vfs(vfs);

    if (has_scratch(tree))
        sweep_gone(tree);
}
