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

    if (!LIST_EMPTY(&dir->overlay.hidden))
        dir_note_names(dir);
    scratch_forget(dir);
    deeds_forget_all(dir->vfs->deeds, &dir->overlay.hidden);
    dir->overlay.revert_ms = 0;
    dir->overlay.listed = false;
    if (was_listed)
        LIST_REMOVE(dir, overlay.link);
    return was_listed;
}

const struct deed *overlay_find(const struct dir *dir, struct leaf leaf)
{
    return deed_find(dir->vfs->deeds, deed_of_removal(dir_serial(dir), leaf));
}

/* With vfs->lock held; false: no memory. */
static bool add_hidden(struct dir *dir, struct leaf leaf, struct process_id by)
{
    struct deed *removed =
        deed_note(dir->vfs->deeds, deed_of_removal(dir_serial(dir), leaf), &dir->overlay.hidden);

    if (removed != NULL)
        removed->value = process_number(by);
    return removed != NULL;
}

void overlay_hide(struct call *call, struct dir *dir, struct leaf leaf)
{
    struct vfs *vfs = dir->vfs;
    struct process_id process = actors_identify(vfs, call->pid);

    pthread_mutex_lock(&vfs->lock);
    if (add_hidden(dir, leaf, process)) {
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
    uint64_t process = process_number(actors_identify(dir->vfs, call->pid));
    const struct deed *removed;
    bool some = false;

    pthread_mutex_lock(&dir->vfs->lock);
    LIST_FOREACH (removed, &dir->overlay.hidden, link.of_owner)
        some = some || removed->value == process;
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

void overlay_show(struct dir *dir, struct leaf leaf)
{
    pthread_mutex_lock(&dir->vfs->lock);
    struct deed *removed = deed_find(dir->vfs->deeds, deed_of_removal(dir_serial(dir), leaf));
    if (removed != NULL)
        dir_note_names(dir);
    deed_forget(dir->vfs->deeds, removed);
    bool drop = LIST_EMPTY(&dir->overlay.hidden) && clear(dir);
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

bool overlay_is_any(struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
    bool any = !LIST_EMPTY(&dir->overlay.hidden);
    pthread_mutex_unlock(&dir->vfs->lock);
    return any;
}
