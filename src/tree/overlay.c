/* SPDX-License-Identifier: MIT */
/*
 * What this mount lays over a resource's directory: files that were unlinked are hidden until the
 * directory's rmdir deletes the resource or the time for it has passed. A move to another
 * filesystem is known by its rmdir: its process has read what it removes.
 */
#include "config.h"

#include "tree/overlay.h"

#include "tree/actors.h"
#include "tree/attr.h"
#include "tree/failure.h"
#include "tree/finish.h"
#include "tree/leaf.h"
#include "tree/listing.h"
#include "tree/process.h"

#include <errno.h>
#include <stdlib.h>

static int64_t now_ms(const struct tree *tree)
{
    return clock_now_ms(tree->config.clock);
}

/* With tree->lock held; returns whether the list's reference is to be dropped afterwards. */
static bool clear(struct dir *dir)
{
    bool was_listed = dir->overlay.listed;

    if (dir->overlay.hidden_count > 0)
        dir_note_names(dir);
    dir->overlay.hidden_count = 0;
    dir->overlay.revert_ms = 0;
    dir->overlay.listed = false;
    if (was_listed)
        LIST_REMOVE(dir, overlay.link);
    return was_listed;
}

/* With tree->lock held; false: no memory. */
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
    struct tree *tree = dir->tree;
    struct process_id process = actors_identify(tree, call->pid);

    pthread_mutex_lock(&tree->lock);
    if (add_hidden(&dir->overlay, canonical, process)) {
        dir_note_names(dir);
        dir->overlay.revert_ms = now_ms(tree) + UNLINK_REVERT_MS;
        if (!dir->overlay.listed) {
            dir->overlay.listed = true;
            dir->refs++;
            LIST_INSERT_HEAD(&tree->hiding, dir, overlay.link);
        }
    }
    pthread_mutex_unlock(&tree->lock);
}

void overlay_clear(struct dir *dir)
{
    pthread_mutex_lock(&dir->tree->lock);
    bool drop = clear(dir);
    pthread_mutex_unlock(&dir->tree->lock);
    if (drop)
        dir_unref(dir);
}

/* A directory with hidden files that is, or is nested in, `dir`: a reference, or NULL. */
static struct dir *hiding_in(struct dir *dir)
{
    struct dir *found;

    pthread_mutex_lock(&dir->tree->lock);
    LIST_FOREACH (found, &dir->tree->hiding, overlay.link)
        if (dir_resource(found) == dir)
            break;
    if (found != NULL)
        found->refs++;
    pthread_mutex_unlock(&dir->tree->lock);
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

    pthread_mutex_lock(&dir->tree->lock);
    for (size_t i = 0; i < overlay->hidden_count; i++)
        if (overlay->hidden[i].leaf != canonical)
            overlay->hidden[kept++] = overlay->hidden[i];
    if (kept != overlay->hidden_count)
        dir_note_names(dir);
    overlay->hidden_count = kept;
    bool drop = kept == 0 && clear(dir);
    pthread_mutex_unlock(&dir->tree->lock);
    if (drop)
        dir_unref(dir);
}

bool overlay_hides_all(struct call *call, struct dir *dir)
{
    struct listing listing;
    int rc = listing_look(call, dir, false, &listing);
    bool empty = rc == -ENOENT || (rc == 0 && listing.count == 0);

    listing_finish(&listing);
    return empty;
}

static void report_reverted(struct dir *dir)
{
    struct call call = {.op = "unlink"};
    char path[PATH_BYTES];
    char whole[PATH_BYTES];
    struct dir *resource = dir_resource(dir);

    dir_path(dir, NULL, path, sizeof path);
    dir_path(resource, NULL, whole, sizeof whole);
    tree_set_words(&call, EPERM,
                   "its files were removed, the %s was not: nothing was deleted and they show "
                   "again; 'rm -r %s' deletes it",
                   resource->kind->noun, whole);
    tree_finish(&call, dir, path, -EPERM);
}

void overlay_sweep(struct tree *tree)
{
    struct dir *dir;

    do {
        pthread_mutex_lock(&tree->lock);
        int64_t now = now_ms(tree);
        LIST_FOREACH (dir, &tree->hiding, overlay.link)
            if (dir->overlay.revert_ms <= now)
                break;
        if (dir != NULL)
            clear(dir);
        pthread_mutex_unlock(&tree->lock);
        if (dir != NULL) {
            report_reverted(dir);
            dir_unref(dir);
        }
    } while (dir != NULL);
}

/* --- moves elsewhere -------------------------------------------------------------------------- */

static bool contains(const uint32_t *leaves, size_t count, uint32_t leaf)
{
    for (size_t i = 0; i < count; i++)
        if (leaves[i] == leaf)
            return true;
    return false;
}

/* Whether another process has unlinked it. */
static bool others_hid(struct dir *dir, uint32_t canonical, struct process_id process)
{
    bool others = false;

    pthread_mutex_lock(&dir->tree->lock);
    for (size_t i = 0; i < dir->overlay.hidden_count; i++)
        if (dir->overlay.hidden[i].leaf == canonical)
            others = !process_is_same(dir->overlay.hidden[i].by, process);
    pthread_mutex_unlock(&dir->tree->lock);
    return others;
}

/* What is empty need not be opened to be copied: tar does not. */
static bool is_empty(struct call *call, struct dir *dir, uint32_t leaf)
{
    int64_t valid_ms;
    struct stat st;

    return attr_node(call, (struct node){dir, leaf}, &st, &valid_ms) == 0 && st.st_size == 0;
}

/* Whether nobody misses it in a copy: no file, empty, or what changes by itself, and may have come
 * after the copy (event.json). */
static bool is_no_content(struct call *call, struct dir *dir, const struct listed *entry)
{
    const struct leaf_row *row = leaf_row(dir, entry->leaf);

    return entry->type != S_IFREG || (row != NULL && (row->flags & LEAF_VOLATILE) != 0) ||
           is_empty(call, dir, entry->leaf);
}

/* Whether the process has read every file of the directory but those that others have unlinked,
 * which it never met; `alone`: it must have unlinked them all. */
static bool has_read(struct call *call, struct dir *dir, struct process_id process, bool alone)
{
    uint32_t *read;
    size_t count = actors_opened(dir, process, &read);
    struct listing listing = {0};
    bool all = count > 0 && listing_look(call, dir, true, &listing) == 0;

    for (size_t i = 0; all && i < listing.count; i++) {
        uint32_t canonical = leaf_acts_as(dir, listing.entries[i].leaf);
        all = is_no_content(call, dir, &listing.entries[i]) ||
              (others_hid(dir, canonical, process) ? !alone : contains(read, count, canonical));
    }
    listing_finish(&listing);
    free(read);
    return all;
}

/* Whether a process has unlinked something here, another than `process`: which. */
static bool other_remover(struct dir *dir, struct process_id process, struct process_id *other)
{
    bool found = false;

    pthread_mutex_lock(&dir->tree->lock);
    for (size_t i = 0; i < dir->overlay.hidden_count; i++) {
        if (process_is_same(dir->overlay.hidden[i].by, process))
            continue;
        *other = dir->overlay.hidden[i].by;
        found = true;
    }
    pthread_mutex_unlock(&dir->tree->lock);
    return found;
}

bool overlay_was_moved(struct call *call, struct dir *dir)
{
    struct process_id process = actors_identify(dir->tree, call->pid);
    struct process_id other;

    /* rsync --remove-source-files leaves the directories to somebody else. */
    return has_read(call, dir, process, false) ||
           (other_remover(dir, process, &other) && has_read(call, dir, other, true));
}
