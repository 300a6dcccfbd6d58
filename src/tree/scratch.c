/* SPDX-License-Identifier: MIT */
/* Scratch files: their names, lives and attributes; what is in them: scratch_data.c. */
#include "config.h"

#include "tree/scratch.h"

#include "tree/failure.h"
#include "tree/process.h"
#include "tree/scratch_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scratch *scratch_find_leaf(const struct dir *dir, uint32_t leaf)
{
    struct scratch *scratch;

    LIST_FOREACH (scratch, &dir->scratch, link)
        if (scratch->leaf == leaf)
            break;
    return scratch;
}

uint64_t scratch_generation(const struct dir *dir, uint32_t leaf)
{
    const struct scratch *scratch = scratch_find_leaf(dir, leaf);

    return scratch == NULL ? 0 : scratch->generation;
}

static struct scratch *find_name(const struct dir *dir, const char *name)
{
    struct scratch *scratch;

    LIST_FOREACH (scratch, &dir->scratch, link)
        if (scratch->name != NULL && strcmp(scratch->name, name) == 0)
            break;
    return scratch;
}

static void lock(const struct dir *dir)
{
    pthread_mutex_lock(&dir->tree->lock);
}

static void unlock(const struct dir *dir)
{
    pthread_mutex_unlock(&dir->tree->lock);
}

int scratch_no_space(struct call *call)
{
    return tree_fail(call, ENOSPC,
                     "scratch files are kept in memory: at most 16 MiB in all, %d files",
                     SCRATCH_MAX_FILES);
}

/* --- making and removing --------------------------------------------------------------------- */

/* With the lock held; returns whether the directory's reference is to be dropped. */
static bool scratch_free(struct dir *dir, struct scratch *scratch)
{
    LIST_REMOVE(scratch, link);
    LIST_REMOVE(scratch, all);
    leaf_drop_roles(dir, scratch->leaf);
    dir->tree->scratch_bytes -= scratch->data.size_bytes;
    dir->tree->scratch_count--;
    if (scratch->data.data != NULL)
        explicit_bzero(scratch->data.data, scratch->data.capacity_bytes);
    buf_finish(&scratch->data);
    author_clear(&scratch->author);
    free(scratch->name);
    free(scratch->target);
    free(scratch);
    return LIST_EMPTY(&dir->scratch);
}

/* With the lock held. */
static struct scratch *scratch_new(struct call *call, struct dir *dir, const char *name,
                                   mode_t mode, const char *target)
{
    struct scratch *scratch = calloc(1, sizeof *scratch);

    if (scratch == NULL)
        return NULL;
    scratch->name = strdup(name);
    scratch->target = target == NULL ? NULL : strdup(target);
    if (scratch->name == NULL || (target != NULL && scratch->target == NULL)) {
        free(scratch->name);
        free(scratch->target);
        free(scratch);
        return NULL;
    }
    scratch->dir = dir;
    scratch->leaf = leaf_take_number(dir, &scratch->generation);
    scratch->mode = mode & 07777;
    scratch->uid = call->uid;
    scratch->gid = call->gid;
    scratch->mtime_ms = clock_wall_ms(dir->tree->config.clock);
    dir->refs += LIST_EMPTY(&dir->scratch);
    dir->tree->scratch_count++;
    LIST_INSERT_HEAD(&dir->scratch, scratch, link);
    LIST_INSERT_HEAD(&dir->tree->all_scratch, scratch, all);
    dir_note_names(dir);
    return scratch;
}

int64_t scratch_create(struct call *call, struct dir *dir, const char *name, mode_t mode,
                       const char *target)
{
    int64_t rc;

    lock(dir);
    if (dir->tree->scratch_count >= SCRATCH_MAX_FILES) {
        rc = scratch_no_space(call);
    } else {
        struct scratch *scratch = scratch_new(call, dir, name, mode, target);
        rc = scratch == NULL ? -ENOMEM : (int64_t)scratch->leaf;
    }
    unlock(dir);
    return rc;
}

void scratch_remove(struct dir *dir, uint32_t leaf)
{
    bool drop = false;

    lock(dir);
    struct scratch *scratch = scratch_find_leaf(dir, leaf);
    dir_note_names(dir);
    if (scratch != NULL && scratch->holds == 0) {
        drop = scratch_free(dir, scratch);
    } else if (scratch != NULL) {
        free(scratch->name);
        scratch->name = NULL;
    }
    unlock(dir);
    if (drop)
        dir_unref(dir);
}

void scratch_set_unlisted(struct dir *dir, uint32_t leaf, bool unlisted)
{
    lock(dir);
    struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL)
        scratch->unlisted = unlisted;
    unlock(dir);
}

void scratch_hold(struct dir *dir, uint32_t leaf)
{
    lock(dir);
    struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL)
        scratch->holds++;
    unlock(dir);
}

void scratch_author(const struct dir *dir, uint32_t leaf, struct author *out)
{
    *out = (struct author){0};
    lock(dir);
    const struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL)
        author_copy(&scratch->author, out);
    unlock(dir);
}

/* Its author may end before somebody moves it into place. */
static void keep_seen(struct dir *dir, uint32_t leaf)
{
    struct author author;

    scratch_author(dir, leaf, &author);
    author_keep_seen(&author, dir);
    lock(dir);
    struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL && process_is_same(scratch->author.process, author.process)) {
        seen_list_finish(&scratch->author.had_read);
        scratch->author.had_read = author.had_read;
        author.had_read = (struct seen_list){0};
    }
    unlock(dir);
    author_clear(&author);
}

void scratch_release(struct dir *dir, uint32_t leaf, bool writable)
{
    bool drop = false;

    if (writable)
        keep_seen(dir, leaf);
    lock(dir);
    struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL && --scratch->holds == 0 && scratch->name == NULL)
        drop = scratch_free(dir, scratch);
    unlock(dir);
    if (drop)
        dir_unref(dir);
}

void scratch_clear(struct dir *dir)
{
    struct scratch *scratch;

    lock(dir);
    uint32_t leaf = 0;
    do {
        leaf = 0;
        LIST_FOREACH (scratch, &dir->scratch, link)
            if (scratch->name != NULL)
                leaf = scratch->leaf;
        unlock(dir);
        if (leaf != 0)
            scratch_remove(dir, leaf);
        lock(dir);
    } while (leaf != 0);
    unlock(dir);
}

void scratch_finish(struct tree *tree)
{
    while (!LIST_EMPTY(&tree->all_scratch)) {
        struct dir *dir = dir_ref(LIST_FIRST(&tree->all_scratch)->dir);
        scratch_clear(dir);
        dir_unref(dir);
    }
}

bool scratch_rename(struct dir *dir, uint32_t leaf, const char *new_name)
{
    char *name = strdup(new_name);

    lock(dir);
    struct scratch *scratch = scratch_find_leaf(dir, leaf);
    bool ok = scratch != NULL && name != NULL;
    if (ok) {
        free(scratch->name);
        scratch->name = name;
        dir_note_names(dir);
    }
    unlock(dir);
    if (!ok)
        free(name);
    return ok;
}

/* --- finding --------------------------------------------------------------------------------- */

uint32_t scratch_find(const struct dir *dir, const char *name)
{
    lock(dir);
    const struct scratch *scratch = find_name(dir, name);
    uint32_t leaf = scratch == NULL ? 0 : scratch->leaf;
    unlock(dir);
    return leaf;
}

void scratch_name(const struct dir *dir, uint32_t leaf, char out[LEAF_NAME_BYTES])
{
    lock(dir);
    const struct scratch *scratch = scratch_find_leaf(dir, leaf);
    snprintf(out, LEAF_NAME_BYTES, "%s",
             scratch == NULL || scratch->name == NULL ? "" : scratch->name);
    unlock(dir);
}

struct name_copy {
    uint32_t leaf;
    mode_t type;
    char *name;
};

/* Copies of all names, so that the lock is not held while they are listed. */
static struct name_copy *copy_names(const struct dir *dir, size_t *count)
{
    const struct scratch *scratch;
    size_t total = 0;

    *count = 0;
    LIST_FOREACH (scratch, &dir->scratch, link)
        total++;
    struct name_copy *copies = calloc(total + 1, sizeof *copies);
    if (copies == NULL)
        return NULL;
    LIST_FOREACH (scratch, &dir->scratch, link)
        if (scratch->name != NULL && !scratch->unlisted)
            copies[(*count)++] = (struct name_copy){
                scratch->leaf, scratch->target == NULL ? S_IFREG : S_IFLNK, strdup(scratch->name)};
    return copies;
}

bool scratch_list(struct dir *dir, struct listing *listing)
{
    size_t count;

    lock(dir);
    struct name_copy *copies = copy_names(dir, &count);
    unlock(dir);
    bool ok = copies != NULL;
    for (size_t i = 0; copies != NULL && i < count; i++) {
        ok = ok && copies[i].name != NULL &&
             listing_add_leaf(listing, copies[i].name, leaf_number(dir, copies[i].leaf),
                              copies[i].type);
        free(copies[i].name);
    }
    free(copies);
    return ok;
}

static void note_put(const struct call *call, struct dir *dir, uint32_t leaf)
{
    lock(dir);
    struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL) {
        scratch->put_by = call->pid;
        scratch->put_ms = clock_now_ms(dir->tree->config.clock);
    }
    unlock(dir);
}

bool scratch_was_just_put(const struct call *call, const struct dir *dir, uint32_t leaf,
                          int64_t within_ms)
{
    pid_t pid = 0;

    lock(dir);
    const struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL && clock_now_ms(dir->tree->config.clock) - scratch->put_ms < within_ms)
        pid = scratch->put_by;
    unlock(dir);
    return pid != 0 && same_process(call->pid, pid);
}

int scratch_put(struct call *call, struct dir *dir, const char *name, mode_t mode, bool unlisted,
                const struct buf *text)
{
    int64_t leaf = scratch_find(dir, name);

    if (leaf == 0)
        leaf = scratch_create(call, dir, name, mode, NULL);
    if (leaf < 0)
        return (int)leaf;
    scratch_set_unlisted(dir, (uint32_t)leaf, unlisted);
    note_put(call, dir, (uint32_t)leaf);
    int rc = scratch_truncate(call, dir, (uint32_t)leaf, 0);
    if (rc < 0)
        return rc;
    ssize_t wrote =
        scratch_pwrite(call, dir, (uint32_t)leaf, buf_text(text), text->size_bytes, 0, false);
    return wrote < 0 ? (int)wrote : 0;
}

/* --- attributes ------------------------------------------------------------------------------ */

int scratch_setattr(struct dir *dir, uint32_t leaf, const struct setattr *change)
{
    lock(dir);
    struct scratch *scratch = scratch_find_leaf(dir, leaf);
    if (scratch != NULL && change->set_mode)
        scratch->mode = change->mode & 07777;
    if (scratch != NULL && change->touch_now)
        scratch->mtime_ms = clock_wall_ms(dir->tree->config.clock);
    unlock(dir);
    return 0;
}

int scratch_readlink(const struct dir *dir, uint32_t leaf, char *out, size_t size)
{
    lock(dir);
    const struct scratch *scratch = scratch_find_leaf(dir, leaf);
    bool ok = scratch != NULL && scratch->target != NULL;
    if (ok)
        snprintf(out, size, "%s", scratch->target);
    unlock(dir);
    return ok ? 0 : -EINVAL;
}

static void scratch_attr(struct node node, struct stat *st)
{
    uint32_t leaf = leaf_acts_as(node.dir, node.leaf);

    lock(node.dir);
    const struct scratch *scratch = scratch_find_leaf(node.dir, leaf);
    if (scratch != NULL) {
        st->st_mode = (scratch->target == NULL ? S_IFREG : S_IFLNK) | scratch->mode;
        st->st_uid = scratch->uid;
        st->st_gid = scratch->gid;
        st->st_size =
            (off_t)(scratch->target == NULL ? scratch->data.size_bytes : strlen(scratch->target));
        st->st_mtim.tv_sec = (time_t)(scratch->mtime_ms / 1000);
        st->st_mtim.tv_nsec = (long)(scratch->mtime_ms % 1000) * 1000000L;
        st->st_nlink = scratch->name == NULL ? 0 : 1;
    }
    unlock(node.dir);
}

static int scratch_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    (void)call, (void)wait;
    return scratch_read(node.dir, leaf_acts_as(node.dir, node.leaf), out) ? 0 : -ENOENT;
}

static const struct leaf_row row = {.name = "scratch",
                                    .mode = 0644,
                                    .flags = LEAF_SCRATCH_FILE,
                                    .render = scratch_render,
                                    .attr = scratch_attr};

const struct leaf_row *scratch_row(const struct dir *dir, uint32_t leaf)
{
    lock(dir);
    bool found = scratch_find_leaf(dir, leaf) != NULL;
    unlock(dir);
    return found ? &row : NULL;
}
