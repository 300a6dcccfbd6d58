/* SPDX-License-Identifier: MIT */
/* Scratch files, as a directory shows them; what is in them: scratch_data.c. */
#include "config.h"

#include "vfs/scratch.h"

#include "vfs/failure.h"
#include "vfs/process.h"
#include "vfs/scratch_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void lock(const struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
}

static void unlock(const struct dir *dir)
{
    pthread_mutex_unlock(&dir->vfs->lock);
}

/* --- all directories of a set ---------------------------------------------------------------- */

void scratch_take_over(struct dir *dir)
{
    struct buf key = BUF_EMPTY;

    if (dir->scratch != NULL && dir_ops(dir)->place(dir, &key))
        scratch_set_give_key(dir->scratch, buf_text(&key), key.size_bytes);
    buf_finish(&key);
    if (dir->scratch != NULL)
        scratch_note_all(dir->scratch);
}

void scratch_note_all(struct scratch_set *set)
{
    struct dir *dir;

    LIST_FOREACH (dir, &set->dirs, scratch_link)
        dir_note_names(dir);
}

/* With the lock held: a scratch file has come to or gone from the place that `dir` is. */
static void note_names(struct dir *dir)
{
    struct dir *other;

    dir_note_names(dir);
    LIST_FOREACH (other, &dir->scratch->dirs, scratch_link)
        atomic_fetch_add(&other->names_changed, 1);
}

/* Each with the lock held; NULL: there is none. */

static struct scratch *find_leaf(struct dir *dir, struct leaf leaf)
{
    struct scratch_set *set = scratch_set_of(dir);

    return set == NULL ? NULL : scratch_of_leaf(set, leaf);
}

static struct scratch *find_name(struct dir *dir, const char *name)
{
    struct scratch_set *set = scratch_set_of(dir);

    return set == NULL ? NULL : scratch_of_name(set, scratch_inside(dir), name);
}

/* --- making and removing --------------------------------------------------------------------- */

static int no_space(struct call *call)
{
    return call_fail(call, ENOSPC,
                     "scratch files are kept in memory: at most %d at once in a resource, %d and "
                     "16 MiB in all",
                     SCRATCH_MAX_FILES, SCRATCH_ALL_FILES);
}

/* With the lock held. */
static int create(struct call *call, struct dir *dir, const char *name, mode_t mode,
                  const char *target, struct leaf *out)
{
    struct scratch_set *set = scratch_make_set_of(dir);
    uint64_t generation;

    if (set == NULL)
        return -ENOMEM;
    if (!scratch_set_has_room(set, 1, target == NULL ? 0 : strlen(target)))
        return no_space(call);
    *out = (struct leaf){leaf_take_number(dir, &generation)};
    struct scratch *scratch = scratch_add(set, *out, generation, scratch_inside(dir), name, target);
    if (scratch == NULL)
        return -ENOMEM;
    scratch->mode = mode & 07777;
    scratch->uid = call->uid;
    scratch->gid = call->gid;
    note_names(dir);
    return 0;
}

int scratch_create(struct call *call, struct dir *dir, const char *name, mode_t mode,
                   const char *target, struct leaf *out)
{
    lock(dir);
    int rc = create(call, dir, name, mode, target, out);
    unlock(dir);
    return rc;
}

void scratch_remove(struct dir *dir, struct leaf leaf)
{
    lock(dir);
    struct scratch *scratch = find_leaf(dir, leaf);
    if (scratch != NULL) {
        note_names(dir);
        scratch_set_name(scratch, NULL);
    }
    unlock(dir);
}

void scratch_unlink(struct dir *dir, struct leaf leaf)
{
    lock(dir);
    struct scratch *scratch = find_leaf(dir, leaf);
    if (scratch != NULL) {
        note_names(dir);
        scratch_lose(scratch, dir);
    }
    unlock(dir);
}

void scratch_return(struct dir *dir)
{
    lock(dir);
    struct scratch_set *set = scratch_set_of(dir);
    if (set != NULL) {
        scratch_bring_back(set);
        scratch_note_all(set);
    }
    unlock(dir);
}

void scratch_set_unlisted(struct dir *dir, struct leaf leaf, bool unlisted)
{
    lock(dir);
    struct scratch *scratch = find_leaf(dir, leaf);
    if (scratch != NULL)
        scratch->unlisted = unlisted;
    unlock(dir);
}

void scratch_author(struct dir *dir, struct leaf leaf, struct author *out)
{
    *out = (struct author){0};
    lock(dir);
    const struct scratch *scratch = find_leaf(dir, leaf);
    if (scratch != NULL)
        author_copy(&scratch->author, out);
    unlock(dir);
}

void scratch_clear(struct dir *dir)
{
    lock(dir);
    struct scratch_set *set = scratch_set_of(dir);
    if (set != NULL) {
        scratch_set_clear(set);
        scratch_note_all(set);
    }
    unlock(dir);
}

bool scratch_rename(struct dir *dir, struct leaf leaf, const char *new_name)
{
    char *name = strdup(new_name);

    lock(dir);
    struct scratch *scratch = find_leaf(dir, leaf);
    bool ok = scratch != NULL && name != NULL;
    if (ok) {
        scratch_set_name(scratch, name);
        note_names(dir);
    }
    unlock(dir);
    if (!ok)
        free(name);
    return ok;
}

/* --- finding --------------------------------------------------------------------------------- */

struct leaf scratch_find(struct dir *dir, const char *name)
{
    lock(dir);
    const struct scratch *scratch = find_name(dir, name);
    struct leaf leaf = scratch == NULL ? LEAF_NONE : scratch->leaf;
    unlock(dir);
    return leaf;
}

static void print_name(struct dir *dir, struct leaf leaf, char out[LEAF_NAME_BYTES])
{
    lock(dir);
    const struct scratch *scratch = find_leaf(dir, leaf);
    snprintf(out, LEAF_NAME_BYTES, "%s",
             scratch == NULL || scratch->name == NULL ? "" : scratch->name);
    unlock(dir);
}

struct name_copy {
    struct leaf leaf;
    mode_t type;
    char *name;
};

/* Copies of all names, so that the lock is not held while they are listed. */
static struct name_copy *copy_names(struct dir *dir, size_t *count)
{
    const struct scratch_set *set = scratch_set_of(dir);
    const struct scratch *scratch;
    struct name_copy *copies = calloc(set == NULL ? 1 : set->count + 1, sizeof *copies);

    *count = 0;
    if (copies == NULL || set == NULL)
        return copies;
    LIST_FOREACH (scratch, &set->files, link)
        if (scratch->name != NULL && !scratch->unlisted &&
            strcmp(scratch->inside, scratch_inside(dir)) == 0)
            copies[(*count)++] = (struct name_copy){
                scratch->leaf, scratch->target == NULL ? S_IFREG : S_IFLNK, strdup(scratch->name)};
    return copies;
}

static int list(struct call *call, struct dir *dir, struct listing *listing)
{
    size_t count;

    (void)call;

    lock(dir);
    struct name_copy *copies = copy_names(dir, &count);
    unlock(dir);
    bool ok = copies != NULL;
    for (size_t i = 0; copies != NULL && i < count; i++) {
        ok = ok && copies[i].name != NULL &&
             listing_add_leaf(listing, copies[i].name, leaf_alias(dir, copies[i].leaf),
                              copies[i].type);
        free(copies[i].name);
    }
    free(copies);
    return ok ? 0 : -ENOMEM;
}

bool scratch_is_any(struct dir *dir)
{
    lock(dir);
    const struct scratch_set *set = scratch_set_of(dir);
    bool any = set != NULL && !LIST_EMPTY(&set->files);
    unlock(dir);
    return any;
}

bool scratch_read(struct dir *dir, struct leaf leaf, struct buf *out)
{
    lock(dir);
    const struct scratch *scratch = find_leaf(dir, leaf);
    bool ok =
        scratch != NULL && buf_append(out, buf_text(&scratch->data), scratch->data.size_bytes);
    unlock(dir);
    return ok;
}

int scratch_put(struct call *call, struct dir *dir, const char *name, mode_t mode, bool unlisted,
                const struct buf *text)
{
    struct leaf leaf = scratch_find(dir, name);
    int made = leaf_is_none(leaf) ? scratch_create(call, dir, name, mode, NULL, &leaf) : 0;

    if (made < 0)
        return made;
    scratch_set_unlisted(dir, leaf, unlisted);
    struct scratch *scratch = scratch_hold(dir, leaf);
    if (scratch == NULL)
        return -ENOENT;
    ssize_t rc = scratch_truncate(call, scratch, 0);
    if (rc == 0)
        rc = scratch_pwrite(call, dir, scratch, buf_text(text), text->size_bytes, 0, false);
    scratch_release(dir, scratch, false);
    return rc < 0 ? (int)rc : 0;
}

/* --- attributes ------------------------------------------------------------------------------ */

int scratch_setattr(struct dir *dir, struct leaf leaf, const struct setattr *change)
{
    lock(dir);
    struct scratch *scratch = find_leaf(dir, leaf);
    if (scratch != NULL && change->set_mode)
        scratch->mode = change->mode & 07777;
    if (scratch != NULL && change->touch_now)
        scratch->mtime_ms = clock_wall_ms(dir->vfs->config.clock);
    unlock(dir);
    return 0;
}

int scratch_readlink(struct dir *dir, struct leaf leaf, char *out, size_t size)
{
    lock(dir);
    const struct scratch *scratch = find_leaf(dir, leaf);
    bool ok = scratch != NULL && scratch->target != NULL;
    if (ok)
        snprintf(out, size, "%s", scratch->target);
    unlock(dir);
    return ok ? 0 : -EINVAL;
}

static void scratch_attr(struct node node, struct stat *st)
{
    struct leaf leaf = leaf_of(node);

    lock(node.dir);
    const struct scratch *scratch = find_leaf(node.dir, leaf);
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
    return scratch_read(node.dir, leaf_of(node), out) ? 0 : -ENOENT;
}

static const struct leaf_row row = {.name = "scratch",
                                    .mode = 0644,
                                    .flags = LEAF_SCRATCH_FILE,
                                    .render = scratch_render,
                                    .attr = scratch_attr};

static const struct leaf_row *row_of(struct dir *dir, struct leaf leaf)
{
    lock(dir);
    bool found = find_leaf(dir, leaf) != NULL;
    unlock(dir);
    return found ? &row : NULL;
}

static struct leaf find(struct call *call, struct dir *dir, const char *name, bool *nested)
{
    (void)call, (void)nested;
    return scratch_find(dir, name);
}

const struct leaf_source scratch_leaves = {
    .fleeting = true,
    .find = find,
    .row = row_of,
    .print_name = print_name,
    .list = list,
};
