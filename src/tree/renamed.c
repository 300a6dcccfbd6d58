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
#include "tree/resolve.h"
#include "tree/known.h"
#include "tree/tree_internal.h"
#include "util/digest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct deed_key key_of(const struct kind *kind, const char *old_name,
                              struct process_id editor)
{
    return (struct deed_key){.kind = DEED_RENAMED,
                             .who = process_number(editor),
                             .place = digest_key((uintptr_t)kind, old_name)};
}

/* To whom the old name leads on. Without memory it leads nowhere. */
static void add(struct tree *tree, const struct kind *kind, const char *id, const char *old_name,
                struct process_id editor)
{
    pthread_mutex_lock(&tree->vfs.lock);
    struct text_deed *renamed =
        (struct text_deed *)deed_note(tree->vfs.deeds, key_of(kind, old_name, editor), NULL);
    if (renamed != NULL) {
        free(renamed->text);
        renamed->text = strdup(id);
    }
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

/* The id of what was shown under `name` until the caller's process renamed it: the caller's to
 * free; NULL: none. */
static char *id_of(struct call *call, struct dir *parent, const char *name)
{
    struct vfs *vfs = parent->vfs;

    pthread_mutex_lock(&vfs->lock);
    bool any = deeds_any(vfs->deeds, DEED_RENAMED);
    pthread_mutex_unlock(&vfs->lock);
    if (!any)
        return NULL;
    struct deed_key key = key_of(parent->kind, name, actors_identify(vfs, call->pid));
    pthread_mutex_lock(&vfs->lock);
    const struct text_deed *renamed = (const struct text_deed *)deed_find(vfs->deeds, key);
    char *id = renamed == NULL || renamed->text == NULL ? NULL : strdup(renamed->text);
    pthread_mutex_unlock(&vfs->lock);
    return id;
}

/* The record that was shown under `name` in `parent` until the caller's process renamed it: a
 * reference, or NULL. */
static struct record *record_of(struct call *call, struct dir *parent, const char *name)
{
    char *id = id_of(call, parent, name);
    struct record *record =
        id == NULL ? NULL : cache_by_id(tree_of(parent)->config.cache, parent->kind, id);

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

/* With vfs->lock held. */
static void forget(struct deeds *deeds, uint64_t place)
{
    struct deed *renamed = deed_next(deeds, DEED_RENAMED, NULL);

    while (renamed != NULL) {
        struct deed *following = deed_next(deeds, DEED_RENAMED, renamed);
        if (renamed->key.place == place)
            deed_forget(deeds, renamed);
        renamed = following;
    }
}

void renamed_forget(struct dir *parent, const char *name)
{
    struct vfs *vfs = parent->vfs;

    pthread_mutex_lock(&vfs->lock);
    if (deeds_any(vfs->deeds, DEED_RENAMED))
        forget(vfs->deeds, key_of(parent->kind, name, (struct process_id){0}).place);
    pthread_mutex_unlock(&vfs->lock);
}
