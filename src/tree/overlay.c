/* SPDX-License-Identifier: MIT */
/*
 * What this mount lays over a resource's directory: files that were unlinked are hidden until the
 * directory's rmdir deletes the resource or the time for it has passed, and it is remembered who
 * read what, so that a move to another filesystem is known by its rmdir.
 */
#include "config.h"

#include "tree/overlay.h"

#include "tree/attr.h"
#include "tree/errors.h"
#include "tree/leaf.h"
#include "tree/listing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int64_t now_ms(const struct tree *tree)
{
    return clock_now_ms(tree->config.clock);
}

/* With tree->lock held; returns whether the list's reference is to be dropped afterwards. */
static bool clear(struct dir *dir)
{
    bool was_listed = dir->overlay.listed;

    dir->overlay.hidden_count = 0;
    dir->overlay.revert_ms = 0;
    dir->overlay.listed = false;
    if (was_listed)
        LIST_REMOVE(dir, overlay.link);
    return was_listed;
}

/* The visitor of that pid, else the one that was seen longest ago. With tree->lock held. */
static struct visitor *find_visitor(struct tree *tree, pid_t pid)
{
    struct visitor *oldest = &tree->visitors[0];

    for (size_t i = 0; i < VISITORS_REMEMBERED; i++) {
        if (tree->visitors[i].pid == pid)
            return &tree->visitors[i];
        if (tree->visitors[i].last_ms < oldest->last_ms)
            oldest = &tree->visitors[i];
    }
    return oldest;
}

/* The caller opens or removes something. With tree->lock held. */
static void note_visitor(struct tree *tree, pid_t pid)
{
    struct visitor *visitor = find_visitor(tree, pid);
    int64_t now = now_ms(tree);

    if (visitor->pid != pid || now - visitor->last_ms > READER_MEMORY_MS)
        *visitor = (struct visitor){.pid = pid, .since_ms = now};
    visitor->last_ms = now;
}

/* Since when what a process has read counts: for a while, and as long as it goes on; a move of very
 * many files elsewhere reads them all before it removes the first. With tree->lock held. */
static int64_t memory_since(struct tree *tree, pid_t pid)
{
    const struct visitor *visitor = find_visitor(tree, pid);
    int64_t since = now_ms(tree) - READER_MEMORY_MS;

    return visitor->pid == pid && visitor->last_ms >= since && visitor->since_ms < since
               ? visitor->since_ms
               : since;
}

/* With tree->lock held; false: no memory. */
static bool add_hidden(struct overlay *overlay, uint32_t canonical, pid_t pid)
{
    struct hidden *hidden = realloc(overlay->hidden, (overlay->hidden_count + 1) * sizeof *hidden);

    if (hidden == NULL)
        return false;
    hidden[overlay->hidden_count++] = (struct hidden){canonical, pid};
    overlay->hidden = hidden;
    return true;
}

void overlay_hide(struct call *call, struct dir *dir, uint32_t canonical)
{
    struct tree *tree = dir->tree;

    pthread_mutex_lock(&tree->lock);
    note_visitor(tree, call->pid);
    if (add_hidden(&dir->overlay, canonical, call->pid)) {
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

    dir_path(dir, NULL, path, sizeof path);
    tree_set_words(
        &call, EPERM,
        "its files were removed, its directory was not: nothing was deleted and they show "
        "again; 'rm -r %s' deletes it",
        path);
    tree_finish(&call, dir->tree, path, -EPERM);
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

void overlay_note_reader(struct dir *dir, uint32_t canonical, pid_t pid)
{
    struct overlay *overlay = &dir->overlay;

    pthread_mutex_lock(&dir->tree->lock);
    note_visitor(dir->tree, pid);
    if (overlay->readers == NULL)
        overlay->readers = calloc(READERS_REMEMBERED, sizeof *overlay->readers);
    if (overlay->readers != NULL) {
        overlay->readers[overlay->reader_next] = (struct reader){pid, canonical, now_ms(dir->tree)};
        overlay->reader_next = (overlay->reader_next + 1) % READERS_REMEMBERED;
    }
    pthread_mutex_unlock(&dir->tree->lock);
}

bool same_process(pid_t a, pid_t b)
{
    char path[64];

    if (a == b)
        return true;
    snprintf(path, sizeof path, "/proc/%d/task/%d", (int)a, (int)b);
    return access(path, F_OK) == 0;
}

/* The leaves that the process of `pid` opened in the last minute: their numbers in `out`. */
static size_t leaves_read_by(struct dir *dir, pid_t pid, uint32_t out[READERS_REMEMBERED])
{
    struct reader readers[READERS_REMEMBERED] = {0};
    size_t count = 0;

    pthread_mutex_lock(&dir->tree->lock);
    if (dir->overlay.readers != NULL)
        memcpy(readers, dir->overlay.readers, sizeof readers);
    int64_t since = memory_since(dir->tree, pid);
    pthread_mutex_unlock(&dir->tree->lock);
    for (unsigned i = 0; i < READERS_REMEMBERED; i++)
        if (readers[i].leaf != 0 && readers[i].opened_ms >= since &&
            same_process(pid, readers[i].pid))
            out[count++] = readers[i].leaf;
    return count;
}

static bool contains(const uint32_t *leaves, size_t count, uint32_t leaf)
{
    for (size_t i = 0; i < count; i++)
        if (leaves[i] == leaf)
            return true;
    return false;
}

/* Whether another process than the caller's has unlinked it: then the caller never met it. */
static bool was_hidden_by_other(struct call *call, struct dir *dir, uint32_t canonical)
{
    pid_t pid = call->pid;

    pthread_mutex_lock(&dir->tree->lock);
    for (size_t i = 0; i < dir->overlay.hidden_count; i++)
        if (dir->overlay.hidden[i].leaf == canonical)
            pid = dir->overlay.hidden[i].pid;
    pthread_mutex_unlock(&dir->tree->lock);
    return !same_process(call->pid, pid);
}

/* What is empty need not be opened to be copied: tar does not. */
static bool is_empty(struct call *call, struct dir *dir, uint32_t leaf)
{
    int64_t valid_ms;
    struct stat st;

    return attr_node(call, (struct node){dir, leaf}, &st, &valid_ms) == 0 && st.st_size == 0;
}

bool overlay_was_read(struct call *call, struct dir *dir)
{
    uint32_t read[READERS_REMEMBERED];
    size_t count = leaves_read_by(dir, call->pid, read);
    struct listing listing;
    bool all = count > 0 && listing_look(call, dir, true, &listing) == 0;

    if (count == 0)
        return false;
    for (size_t i = 0; all && i < listing.count; i++) {
        uint32_t leaf = listing.entries[i].leaf;
        uint32_t canonical = leaf_acts_as(dir, leaf);
        all = listing.entries[i].type != S_IFREG || contains(read, count, canonical) ||
              was_hidden_by_other(call, dir, canonical) || is_empty(call, dir, leaf);
    }
    listing_finish(&listing);
    return all;
}
