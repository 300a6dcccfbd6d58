/* SPDX-License-Identifier: MIT */
/* Directory objects: one for each path form that somebody knows. */
#include "config.h"

#include "vfs/dir.h"

#include "vfs/content.h"
#include "vfs/rebound.h"

#include <stdlib.h>
#include <string.h>

static void dir_free(struct dir *dir)
{
    for (size_t i = 0; i < dir->retired_count; i++)
        free(dir->retired_names[i]);
    free(dir->retired_names);
    free(atomic_load(&dir->name));
    free(atomic_load(&dir->id));
    free(dir->machine_id);
    free(dir->inside);
    content_unref(dir->content);
    free(dir->cache);
    rebound_finish(dir);
    free(dir->roles);
    free(dir);
}

static char *copy_or_null(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

/* A new object with one reference; takes no reference of `parent` yet. */
static struct dir *dir_new(struct vfs *vfs, const char *name, const struct dir_ops *ops,
                           const struct kind *kind, const char *id, const char *machine_id)
{
    struct dir *dir = calloc(1, sizeof *dir);

    if (dir == NULL)
        return NULL;
    dir->vfs = vfs;
    dir->refs = 1;
    dir->kind = kind;
    dir->machine_id = copy_or_null(machine_id);
    atomic_init(&dir->ops, ops);
    atomic_init(&dir->name, strdup(name));
    atomic_init(&dir->id, copy_or_null(id));
    if (dir_name(dir) == NULL || (id != NULL && dir_id(dir) == NULL) ||
        (machine_id != NULL && dir->machine_id == NULL)) {
        dir_free(dir);
        return NULL;
    }
    return dir;
}

struct dir *dir_root_create(struct vfs *vfs, const struct dir_ops *ops)
{
    struct dir *root = dir_new(vfs, "", ops, NULL, NULL, NULL);

    if (root != NULL)
        root->serial.number = ++vfs->last_serial;
    return root;
}

struct dir *dir_ref(struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
    dir->refs++;
    pthread_mutex_unlock(&dir->vfs->lock);
    return dir;
}

/* With vfs->lock held. */
static void detach(struct dir *dir)
{
    if (dir->attached)
        HASH_DEL(dir->parent->children, dir);
    dir->attached = false;
}

/* With vfs->lock held. */
static void leave_home(struct dir *dir)
{
    if (dir->home)
        HASH_DELETE(home_hh, dir->parent->homes, dir);
    dir->home = false;
}

void dir_detach(struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
    if (dir->attached)
        rebound_forget_listed(dir->parent, dir_name(dir));
    detach(dir);
    leave_home(dir);
    pthread_mutex_unlock(&dir->vfs->lock);
}

void dir_unref(struct dir *dir)
{
    while (dir != NULL) {
        struct vfs *vfs = dir->vfs;
        struct dir *parent = dir->parent;

        pthread_mutex_lock(&vfs->lock);
        bool last = --dir->refs == 0;
        if (last) {
            detach(dir);
            leave_home(dir);
            birth_finish(dir);
            vfs->on_dir_end(dir);
        }
        pthread_mutex_unlock(&vfs->lock);
        if (!last)
            return;
        dir_free(dir);
        dir = parent;
    }
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* With vfs->lock held. */
static void attach(struct dir *parent, struct dir *dir)
{
    const char *name = dir_name(dir);

    HASH_ADD_KEYPTR(hh, parent->children, name, strlen(name), dir);
    dir->attached = true;
}

/* With vfs->lock held. */
static struct dir *find_child(struct dir *parent, const char *name)
{
    struct dir *dir;

    HASH_FIND(hh, parent->children, name, strlen(name), dir);
    return dir;
}

struct dir *dir_child(struct dir *parent, const char *name)
{
    pthread_mutex_lock(&parent->vfs->lock);
    struct dir *dir = find_child(parent, name);
    if (dir != NULL)
        dir->refs++;
    pthread_mutex_unlock(&parent->vfs->lock);
    return dir;
}

/* The old name may still be borrowed by somebody: it lives as long as the object. */
static bool retire_name(struct dir *dir, char *name)
{
    char **names = realloc(dir->retired_names, (dir->retired_count + 1) * sizeof *names);

    if (names == NULL)
        return false;
    names[dir->retired_count++] = name;
    dir->retired_names = names;
    return true;
}

/* Moves the object to that name, a copy that it takes over. With vfs->lock held; false: no memory.
 */
static bool move(struct dir *dir, char *name)
{
    if (!retire_name(dir, atomic_load(&dir->name)))
        return false;
    struct dir *other = find_child(dir->parent, name);
    rebound_forget_listed(dir->parent, dir_name(dir));
    detach(dir);
    if (other != NULL && other != dir)
        detach(other);
    atomic_store(&dir->name, name);
    attach(dir->parent, dir);
    return true;
}

/* With vfs->lock held. */
static struct dir *find_home(struct dir *parent, const char *id)
{
    struct dir *dir;

    HASH_FIND(home_hh, parent->homes, id, strlen(id), dir);
    return dir;
}

/* With vfs->lock held. */
static void make_home(struct dir *dir)
{
    const char *id = dir_id(dir);

    if (dir->home)
        return;
    HASH_ADD_KEYPTR(home_hh, dir->parent->homes, id, strlen(id), dir);
    dir->home = true;
}

/* The listed directory of `id` is known by another name: brings it here. With vfs->lock held;
 * NULL: it is not, or no memory. */
static struct dir *bring_home(struct dir *parent, char **name, struct dir *known, const char *id)
{
    struct dir *home = find_home(parent, id);

    if (home == NULL || home == known)
        return NULL;
    rebound_note_surprise(parent, *name, known, id);
    if (home->attached)
        rebound_note_left(parent, dir_name(home), id);
    if (!move(home, *name))
        return NULL;
    *name = NULL;
    home->refs++;
    return home;
}

/* Adds a new object. With vfs->lock held. */
static struct dir *adopt(struct dir *parent, struct dir *fresh, struct dir *known)
{
    rebound_note_surprise(parent, dir_name(fresh), known, dir_id(fresh));
    if (known != NULL)
        detach(known);
    fresh->serial.number = ++parent->vfs->last_serial;
    fresh->parent = parent;
    parent->refs++;
    attach(parent, fresh);
    return fresh;
}

static struct dir *intern(struct dir *parent, struct dir *fresh, char **name, bool listed)
{
    struct vfs *vfs = parent->vfs;
    const char *id = dir_id(fresh);
    struct dir *dir = NULL;

    pthread_mutex_lock(&vfs->lock);
    struct dir *known = find_child(parent, *name);
    if (listed)
        dir = bring_home(parent, name, known, id);
    if (dir == NULL && known != NULL && dir_ops(known) == dir_ops(fresh) &&
        same_text(dir_id(known), id)) {
        dir = known;
        dir->refs++;
    }
    if (dir == NULL)
        dir = adopt(parent, fresh, known);
    if (listed && find_home(parent, id) == NULL)
        make_home(dir);
    pthread_mutex_unlock(&vfs->lock);
    return dir;
}

static struct dir *intern_new(struct dir *parent, const char *name, struct dir *fresh, bool listed)
{
    char *copy = strdup(name);

    if (fresh == NULL || copy == NULL) {
        free(copy);
        if (fresh != NULL)
            dir_free(fresh);
        return NULL;
    }
    struct dir *dir = intern(parent, fresh, &copy, listed);
    if (dir != fresh)
        dir_free(fresh);
    free(copy);
    return dir;
}

struct dir *dir_intern(struct dir *parent, const char *name, const struct dir_ops *ops,
                       const struct kind *kind, const char *id, const char *machine_id)
{
    return intern_new(parent, name, dir_new(parent->vfs, name, ops, kind, id, machine_id), false);
}

struct dir *dir_home(struct dir *parent, const char *name, const struct dir_ops *ops,
                     const struct kind *kind, const char *id, const char *machine_id)
{
    return intern_new(parent, name, dir_new(parent->vfs, name, ops, kind, id, machine_id), true);
}

bool dir_move(struct dir *dir, const char *new_name)
{
    char *name = strdup(new_name);

    if (name == NULL)
        return false;
    pthread_mutex_lock(&dir->vfs->lock);
    bool ok = move(dir, name);
    pthread_mutex_unlock(&dir->vfs->lock);
    if (!ok)
        free(name);
    return ok;
}
