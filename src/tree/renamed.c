/* SPDX-License-Identifier: MIT */
/*
 * Old names: after a rename by document or field an editor still saves under the old name. For a
 * while that name leads, unlisted, to the new one as a symbolic link, unless something takes it. To
 * who makes a directory it is not there: the kernel would refuse without asking us, and mkdir -p be
 * content with what it finds, a snapshot not taken.
 */
#include "config.h"

#include "tree/renamed.h"

#include "tree/errors.h"
#include "tree/names.h"
#include "tree/process.h"
#include "tree/resource.h"
#include "tree/scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RENAMED_MS 600000

struct renamed {
    const struct kind *kind;
    char *id;
    char *old_name; /* as it was shown */
    int64_t until_ms;
    LIST_ENTRY(renamed) link; /* in tree->renamed, guarded by tree->lock */
};

static void renamed_free(struct renamed *renamed)
{
    LIST_REMOVE(renamed, link);
    free(renamed->id);
    free(renamed->old_name);
    free(renamed);
}

void renamed_finish(struct tree *tree)
{
    while (!LIST_EMPTY(&tree->renamed))
        renamed_free(LIST_FIRST(&tree->renamed));
}

/* With tree->lock held; drops what has run out on the way. */
static struct renamed *find(struct tree *tree, const struct kind *kind, const char *old_name)
{
    struct renamed *renamed = LIST_FIRST(&tree->renamed);
    struct renamed *found = NULL;
    int64_t now_ms = clock_now_ms(tree->config.clock);

    while (renamed != NULL) {
        struct renamed *next = LIST_NEXT(renamed, link);
        if (renamed->until_ms <= now_ms)
            renamed_free(renamed);
        else if (renamed->kind == kind && strcmp(renamed->old_name, old_name) == 0)
            found = renamed;
        renamed = next;
    }
    return found;
}

static void add(struct tree *tree, const struct kind *kind, const char *id, const char *old_name)
{
    struct renamed *renamed = calloc(1, sizeof *renamed);

    if (renamed == NULL)
        return;
    renamed->kind = kind;
    renamed->id = strdup(id);
    renamed->old_name = strdup(old_name);
    renamed->until_ms = clock_now_ms(tree->config.clock) + RENAMED_MS;
    pthread_mutex_lock(&tree->lock);
    struct renamed *before = find(tree, kind, old_name);
    if (before != NULL)
        renamed_free(before);
    LIST_INSERT_HEAD(&tree->renamed, renamed, link);
    if (renamed->id == NULL || renamed->old_name == NULL)
        renamed_free(renamed);
    pthread_mutex_unlock(&tree->lock);
}

void renamed_note(struct dir *dir, const struct buf *old_name)
{
    struct record *record = resource_record(dir);
    struct buf new_name = BUF_EMPTY;

    if (record != NULL && name_shown(dir->tree->config.cache, record, &new_name) &&
        strcmp(buf_text(&new_name), buf_text(old_name)) != 0) {
        add(dir->tree, dir->kind, record->id, buf_text(old_name));
        /* What is in the directory (an editor's swap file) goes on under the new name. */
        if (strcmp(dir_name(dir), buf_text(old_name)) == 0)
            dir_move(dir, buf_text(&new_name));
    }
    buf_finish(&new_name);
    record_unref(record);
}

/* The record that was shown under `name` in `parent` until it was renamed: a reference, or NULL. */
static struct record *record_of(struct dir *parent, const char *name)
{
    struct tree *tree = parent->tree;

    pthread_mutex_lock(&tree->lock);
    const struct renamed *renamed = find(tree, parent->kind, name);
    char *id = renamed == NULL ? NULL : strdup(renamed->id);
    pthread_mutex_unlock(&tree->lock);
    struct record *record = id == NULL ? NULL : cache_by_id(tree->config.cache, parent->kind, id);
    free(id);
    if (record != NULL && parent->machine_id != NULL &&
        strcmp(parent->machine_id, record->machine_id) != 0) {
        record_unref(record);
        return NULL;
    }
    return record;
}

/* A symbolic link of that name to `target`, the one handed out before if it is the same. */
static int64_t make_link(struct call *call, struct dir *parent, const char *name,
                         const char *target)
{
    char before[LEAF_NAME_BYTES * 4];
    uint32_t leaf = scratch_find(parent, name);

    if (leaf != 0 && scratch_readlink(parent, leaf, before, sizeof before) == 0 &&
        strcmp(before, target) == 0)
        return leaf;
    if (leaf != 0)
        scratch_remove(parent, leaf);
    return scratch_create(call, parent, name, 0777, target);
}

int renamed_lookup(struct call *call, struct dir *parent, const char *name, struct found *out)
{
    struct record *record = record_of(parent, name);
    struct buf target = BUF_EMPTY;
    int64_t leaf = -ENOENT;

    if (record != NULL && process_is_making_dir(call->pid)) {
        record_unref(record);
        return -ENOENT;
    }
    if (record != NULL && name_shown(parent->tree->config.cache, record, &target))
        leaf = make_link(call, parent, name, buf_text(&target));
    record_unref(record);
    buf_finish(&target);
    if (leaf < 0)
        return (int)leaf;
    out->leaf = (uint32_t)leaf;
    return 0;
}

bool renamed_is_old_name(struct dir *parent, const char *name)
{
    struct record *record = record_of(parent, name);

    record_unref(record);
    return record != NULL;
}

void renamed_forget(struct dir *parent, const char *name)
{
    struct tree *tree = parent->tree;

    pthread_mutex_lock(&tree->lock);
    struct renamed *renamed = LIST_EMPTY(&tree->renamed) ? NULL : find(tree, parent->kind, name);
    if (renamed != NULL)
        renamed_free(renamed);
    pthread_mutex_unlock(&tree->lock);
}

int renamed_unlink(struct call *call, struct dir *parent, const char *name)
{
    uint32_t leaf = scratch_find(parent, name);

    if (leaf == 0 || !renamed_is_old_name(parent, name))
        return tree_fail(call, EPERM, "nothing can be removed here");
    scratch_remove(parent, leaf);
    renamed_forget(parent, name);
    return 0;
}
