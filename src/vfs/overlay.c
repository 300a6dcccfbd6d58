/* SPDX-License-Identifier: MIT */
/*
 * What this mount lays over a resource's directory: files that were unlinked are hidden until the
 * directory's rmdir deletes the resource or the time for it has passed.
 */
#include "config.h"

#include "vfs/overlay.h"

#include "vfs/actors.h"
#include "vfs/failure.h"
#include "vfs/finish.h"
#include "vfs/process.h"
#include "vfs/scratch.h"

#include <errno.h>
#include <stdlib.h>

static int64_t now_ms(const struct vfs *vfs)
{
    return clock_now_ms(vfs->config.clock);
}

/* With vfs->lock held; returns whether the list's reference is to be dropped afterwards. */
static bool clear(struct dir *dir)
{
    bool was_listed = dir->overlay.listed;

    if (dir->overlay.hidden_count > 0)
        dir_note_names(dir);
    scratch_forget(dir);
    dir->overlay.hidden_count = 0;
    dir->overlay.revert_ms = 0;
    dir->overlay.listed = false;
    if (was_listed)
        LIST_REMOVE(dir, overlay.link);
    return was_listed;
}

/* With vfs->lock held; false: no memory. */
static bool add_hidden(struct overlay *overlay, uint32_t canonical, struct process_id by)
{
    struct unlinked *hidden =
        realloc(overlay->hidden, (overlay->hidden_count + 1) * sizeof *hidden);

    if (hidden == NULL)
        return false;
    hidden[overlay->hidden_count++] = (struct unlinked){canonical, by};
    overlay->hidden = hidden;
    return true;
}

void overlay_hide(struct call *call, struct dir *dir, uint32_t canonical)
{
    struct vfs *vfs = dir->vfs;
    struct process_id process = actors_identify(vfs, call->pid);

    pthread_mutex_lock(&vfs->lock);
    if (add_hidden(&dir->overlay, canonical, process)) {
        dir_note_names(dir);
        dir->overlay.revert_ms = now_ms(vfs) + UNLINK_REVERT_MS;
        if (!dir->overlay.listed) {
            dir->overlay.listed = true;
            dir->refs++;
            LIST_INSERT_HEAD(&vfs->hiding, dir, overlay.link);
        }
    }
    pthread_mutex_unlock(&vfs->lock);
}

void overlay_clear(struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
    bool drop = clear(dir);
    pthread_mutex_unlock(&dir->vfs->lock);
    if (drop)
        dir_unref(dir);
}

bool overlay_hides_by(struct call *call, struct dir *dir)
{
    struct process_id process = actors_identify(dir->vfs, call->pid);
    bool some = false;

    pthread_mutex_lock(&dir->vfs->lock);
    for (size_t i = 0; i < dir->overlay.hidden_count; i++)
        some = some || process_is_same(dir->overlay.hidden[i].by, process);
    pthread_mutex_unlock(&dir->vfs->lock);
    return some;
}

/* A directory with hidden files that is, or is nested in, `dir`: a reference, or NULL. */
static struct dir *hiding_in(struct dir *dir)
{
    struct dir *found;

    pthread_mutex_lock(&dir->vfs->lock);
    LIST_FOREACH (found, &dir->vfs->hiding, overlay.link)
        if (dir_resource(found) == dir)
            break;
    if (found != NULL)
        found->refs++;
    pthread_mutex_unlock(&dir->vfs->lock);
    return found;
}

void overlay_clear_all(struct dir *dir)
{
    struct dir *hiding;

    while ((hiding = hiding_in(dir)) != NULL) {
        overlay_clear(hiding);
        dir_unref(hiding);
    }
}

void overlay_show(struct dir *dir, uint32_t canonical)
{
    struct overlay *overlay = &dir->overlay;
    size_t kept = 0;

    pthread_mutex_lock(&dir->vfs->lock);
    for (size_t i = 0; i < overlay->hidden_count; i++)
        if (overlay->hidden[i].leaf != canonical)
            overlay->hidden[kept++] = overlay->hidden[i];
    if (kept != overlay->hidden_count)
        dir_note_names(dir);
    overlay->hidden_count = kept;
    bool drop = kept == 0 && clear(dir);
    pthread_mutex_unlock(&dir->vfs->lock);
    if (drop)
        dir_unref(dir);
}

static const char *noun_of(const struct dir *dir)
{
    const struct vfs_hooks *hooks = dir->vfs->config.hooks;

    return hooks->noun == NULL ? "directory" : hooks->noun(dir);
}

static void report_reverted(struct dir *dir)
{
    struct call call = {.op = "unlink"};
    char path[PATH_BYTES];
    char whole[PATH_BYTES];
    struct dir *resource = dir_resource(dir);

    dir_path(dir, NULL, path, sizeof path);
    dir_path(resource, NULL, whole, sizeof whole);
    call_set_words(&call, EPERM,
                   "its files were removed, the %s was not: nothing was deleted and they show "
                   "again; 'rm -r %s' deletes it",
                   noun_of(resource), whole);
    call_finish(&call, dir, path, -EPERM);
}

void overlay_sweep(struct vfs *vfs)
{
    struct dir *dir;

    do {
        pthread_mutex_lock(&vfs->lock);
        int64_t now = now_ms(vfs);
        LIST_FOREACH (dir, &vfs->hiding, overlay.link)
            if (dir->overlay.revert_ms <= now)
                break;
        if (dir != NULL)
            clear(dir);
        pthread_mutex_unlock(&vfs->lock);
        if (dir != NULL) {
            report_reverted(dir);
            dir_unref(dir);
        }
    } while (dir != NULL);
}
