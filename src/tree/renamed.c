/* SPDX-License-Identifier: MIT */
/*
 * Old names: after a rename by document or field an editor still saves under the old name. For a
 * while that name leads, unlisted, to one more directory of the resource, unless something takes
 * it; to the process alone that had read the file by the old name before it wrote it. To everybody
 * else, a shell's redirection for one, it is free.
 */
#include "config.h"

#include "tree/renamed.h"

#include "vfs/actors.h"
#include "vfs/failure.h"
#include "vfs/file.h"
#include "vfs/process.h"
#include "tree/resolve.h"
#include "tree/known.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RENAMED_MS 600000

struct renamed {
    const struct kind *kind;
    char *id;
    char *old_name;           /* as it was shown */
    struct process_id editor; /* to whom it leads on */
    int64_t until_ms;
    LIST_ENTRY(renamed) link; /* in tree->renamed, guarded by vfs->lock */
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

/* With vfs->lock held; drops what has run out on the way. `editor` NULL: whoever it is. */
static struct renamed *find(struct tree *tree, const struct kind *kind, const char *old_name,
                            const struct process_id *editor)
{
    struct renamed *renamed = LIST_FIRST(&tree->renamed);
    struct renamed *found = NULL;
    int64_t now_ms = clock_now_ms(tree->config.clock);

    while (renamed != NULL) {
        struct renamed *next = LIST_NEXT(renamed, link);
        if (renamed->until_ms <= now_ms)
            renamed_free(renamed);
        else if (renamed->kind == kind && strcmp(renamed->old_name, old_name) == 0 &&
                 (editor == NULL || process_is_same(renamed->editor, *editor)))
            found = renamed;
        renamed = next;
    }
    return found;
}

static void add(struct tree *tree, const struct kind *kind, const char *id, const char *old_name,
                struct process_id editor)
{
    struct renamed *renamed = calloc(1, sizeof *renamed);

    if (renamed == NULL)
        return;
    renamed->kind = kind;
    renamed->editor = editor;
    renamed->id = strdup(id);
    renamed->old_name = strdup(old_name);
    renamed->until_ms = clock_now_ms(tree->config.clock) + RENAMED_MS;
    pthread_mutex_lock(&tree->vfs.lock);
    struct renamed *before = find(tree, kind, old_name, &editor);
    if (before != NULL)
        renamed_free(before);
    LIST_INSERT_HEAD(&tree->renamed, renamed, link);
    if (renamed->id == NULL || renamed->old_name == NULL)
        renamed_free(renamed);
    pthread_mutex_unlock(&tree->vfs.lock);
}

/* Whether the caller's process had read the file by that name, which it goes on with then. */
static bool is_editor(struct file *file, struct process_id process, const char *old_name)
{
    enum renamer renamer;

    return file_renames(file, &renamer) &&
           actors_has_read_as(file->node.dir, renamer, process, old_name);
}

void renamed_note(struct call *call, struct file *file, const struct buf *old_name)
{
    struct dir *dir = dir_resource(file->node.dir);
    struct process_id process = actors_identify(dir->vfs, call->pid);
    struct record *record = resource_record(dir);
    struct buf new_name = BUF_EMPTY;

    if (record != NULL && name_shown(tree_of(dir)->config.cache, record, &new_name) &&
        strcmp(buf_text(&new_name), buf_text(old_name)) != 0) {
        if (is_editor(file, process, buf_text(old_name)))
            add(tree_of(dir), dir->kind, record->id, buf_text(old_name), process);
        /* What is in the directory (an editor's swap file) goes on under the new name. */
        if (strcmp(dir_name(dir), buf_text(old_name)) == 0)
            dir_move(dir, buf_text(&new_name));
    }
    buf_finish(&new_name);
    record_unref(record);
}

/* The record that was shown under `name` in `parent` until the caller's process renamed it: a
 * reference, or NULL. */
static struct record *record_of(struct call *call, struct dir *parent, const char *name)
{
    struct tree *tree = tree_of(parent);

    pthread_mutex_lock(&tree->vfs.lock);
    bool any = !LIST_EMPTY(&tree->renamed);
    pthread_mutex_unlock(&tree->vfs.lock);
    if (!any)
        return NULL;
    struct process_id process = actors_identify(&tree->vfs, call->pid);

    pthread_mutex_lock(&tree->vfs.lock);
    const struct renamed *renamed = find(tree, parent->kind, name, &process);
    char *id = renamed == NULL ? NULL : strdup(renamed->id);
    pthread_mutex_unlock(&tree->vfs.lock);
    struct record *record = id == NULL ? NULL : cache_by_id(tree->config.cache, parent->kind, id);
    free(id);
    if (record != NULL && parent->machine_id != NULL &&
        strcmp(parent->machine_id, record->machine_id) != 0) {
        record_unref(record);
        return NULL;
    }
    return record;
}

struct record *renamed_find(struct call *call, struct dir *parent, const char *name)
{
    struct record *record = record_of(call, parent, name);

    if (record == NULL || !process_is_making_dir(call->pid))
        return record;
    record_unref(record);
    return NULL;
}

void renamed_forget(struct dir *parent, const char *name)
{
    struct tree *tree = tree_of(parent);

    pthread_mutex_lock(&tree->vfs.lock);
    struct renamed *renamed;
    while (!LIST_EMPTY(&tree->renamed) && (renamed = find(tree, parent->kind, name, NULL)) != NULL)
        renamed_free(renamed);
    pthread_mutex_unlock(&tree->vfs.lock);
}
