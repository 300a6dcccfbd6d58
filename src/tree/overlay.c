/* SPDX-License-Identifier: MIT */
/*
 * What this mount lays over a resource's directory: files that were unlinked are hidden until the
 * directory's rmdir deletes the resource or the time for it has passed, and it is remembered who
 * read what, so that a move to another filesystem is known by its rmdir.
 */
#include "config.h"

#include "tree/tree_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int64_t now_ms(const struct tree *tree)
{
    return clock_now_ms(tree->config.clock);
}

/* With tree->lock held; returns whether the list's reference is to be dropped afterwards. */
static bool clear(struct dir *dir)
{
    bool was_listed = dir->overlay.listed;

    dir->overlay.hidden = 0;
    dir->overlay.revert_ms = 0;
    dir->overlay.listed = false;
    if (was_listed)
        LIST_REMOVE(dir, overlay.link);
    return was_listed;
}

void overlay_hide(struct dir *dir, uint32_t leaf)
{
    struct tree *tree = dir->tree;

    pthread_mutex_lock(&tree->lock);
    dir->overlay.hidden |= UINT64_C(1) << (leaf - 1);
    dir->overlay.revert_ms = now_ms(tree) + UNLINK_REVERT_MS;
    if (!dir->overlay.listed) {
        dir->overlay.listed = true;
        dir->refs++;
        LIST_INSERT_HEAD(&tree->hiding, dir, overlay.link);
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

void overlay_show(struct dir *dir, uint32_t leaf)
{
    pthread_mutex_lock(&dir->tree->lock);
    dir->overlay.hidden &= ~(UINT64_C(1) << (leaf - 1));
    bool drop = dir->overlay.hidden == 0 && clear(dir);
    pthread_mutex_unlock(&dir->tree->lock);
    if (drop)
        dir_unref(dir);
}

bool overlay_hides_all(struct dir *dir)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (leaf_exists(dir, &rows[i]) && !leaf_hidden(dir, i + 1))
            return false;
    return true;
}

static void report_reverted(struct dir *dir)
{
    struct call call = {.op = "unlink"};
    char path[PATH_BYTES];

    dir_path(dir, NULL, path, sizeof path);
    tree_fail(&call, EPERM,
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
        LIST_FOREACH(dir, &tree->hiding, overlay.link)
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

void overlay_note_reader(struct dir *dir, uint32_t leaf, pid_t pid)
{
    struct overlay *overlay = &dir->overlay;

    pthread_mutex_lock(&dir->tree->lock);
    if (overlay->readers == NULL)
        overlay->readers = calloc(READERS_REMEMBERED, sizeof *overlay->readers);
    if (overlay->readers != NULL) {
        overlay->readers[overlay->reader_next] = (struct reader){pid, leaf, now_ms(dir->tree)};
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

/* The leaves (bit n: leaf n + 1) that the process of `pid` opened in the last minute. */
static uint64_t leaves_read_by(struct dir *dir, pid_t pid)
{
    struct reader readers[READERS_REMEMBERED] = {0};
    uint64_t leaves = 0;

    pthread_mutex_lock(&dir->tree->lock);
    if (dir->overlay.readers != NULL)
        for (unsigned i = 0; i < READERS_REMEMBERED; i++)
            readers[i] = dir->overlay.readers[i];
    int64_t since = now_ms(dir->tree) - READER_MEMORY_MS;
    pthread_mutex_unlock(&dir->tree->lock);
    for (unsigned i = 0; i < READERS_REMEMBERED; i++)
        if (readers[i].leaf != 0 && readers[i].opened_ms >= since &&
            same_process(pid, readers[i].pid))
            leaves |= UINT64_C(1) << (readers[i].leaf - 1);
    return leaves;
}

bool overlay_was_read_by(struct dir *dir, pid_t pid)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;
    uint64_t read = leaves_read_by(dir, pid);

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (leaf_exists(dir, &rows[i]) && (read >> i & 1) == 0)
            return false;
    return true;
}
