/* SPDX-License-Identifier: MIT */
/* Which set of scratch files a directory shows: found when it is first asked for. */
#include "config.h"

#include "vfs/scratch.h"
#include "vfs/scratch_set.h"

const char *scratch_inside(const struct dir *dir)
{
    return dir->inside == NULL ? "" : dir->inside;
}

/* Where in its resource a nested directory is: "s3Config", "a/b". */
static char *name_inside(const struct dir *dir)
{
    struct buf path = BUF_EMPTY;

    if (dir->parent->inside != NULL &&
        (!buf_append_text(&path, dir->parent->inside) || !buf_append_text(&path, "/")))
        goto failed;
    if (!buf_append_text(&path, dir_name(dir)))
        goto failed;
    return path.data;
failed:
    buf_finish(&path);
    return NULL;
}

/* With the lock held; what it is nested in shows the set already. False: no memory. */
static bool join(struct dir *dir, struct scratch_set *set)
{
    if (dir->scratch != NULL)
        return true;
    if (dir != dir_resource(dir)) {
        if (!join(dir->parent, set) || (dir->inside = name_inside(dir)) == NULL)
            return false;
    }
    dir->scratch = set;
    LIST_INSERT_HEAD(&set->dirs, dir, scratch_link);
    return true;
}

/* With the lock held: the set of a resource or draft, made where `make` says so. */
static struct scratch_set *set_of_resource(struct dir *resource, bool make)
{
    struct scratch_store *store = resource->vfs->scratch;
    bool (*place)(const struct dir *, struct buf *) = dir_ops(resource)->place;
    struct scratch_set *set = resource->scratch;
    struct buf key = BUF_EMPTY;

    if (set != NULL || (!make && (place == NULL || store->by_key == NULL)))
        return set;
    if (place != NULL && !place(resource, &key)) {
        buf_finish(&key);
        return NULL;
    }
    if (place != NULL)
        set = scratch_set_find(store, buf_text(&key), key.size_bytes);
    if (set == NULL && make)
        set = scratch_set_new(store, place == NULL ? NULL : buf_text(&key), key.size_bytes);
    buf_finish(&key);
    return set;
}

static struct scratch_set *set_of(struct dir *dir, bool make)
{
    if (dir->scratch != NULL)
        return dir->scratch;
    struct scratch_set *set = set_of_resource(dir_resource(dir), make);
    if (set == NULL || join(dir, set))
        return set;
    scratch_set_drop(set);
    return NULL;
}

struct scratch_set *scratch_set_of(struct dir *dir)
{
    return set_of(dir, false);
}

struct scratch_set *scratch_make_set_of(struct dir *dir)
{
    return set_of(dir, true);
}

void scratch_leave(struct dir *dir)
{
    struct scratch_set *set = dir->scratch;

    if (set == NULL)
        return;
    scratch_let_go(set, dir);
    LIST_REMOVE(dir, scratch_link);
    dir->scratch = NULL;
    if (LIST_EMPTY(&set->dirs) && set->key == NULL)
        scratch_set_clear(set); /* nobody finds it any more */
    scratch_set_drop(set);
}

void scratch_forget(struct dir *dir)
{
    if (dir->scratch != NULL)
        scratch_let_go(dir->scratch, dir);
}
