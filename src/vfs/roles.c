/* SPDX-License-Identifier: MIT */
/*
 * Numbers that act as others: the kernel's RENAME takes a file's number along to its new name. And
 * new numbers, for scratch files and for what is known under another number than its own.
 */
#include "config.h"

#include "vfs/leaf.h"

#include "vfs/dates.h"
#include "vfs/scratch.h"
#include "vfs/scratch_set.h"

#include <stdlib.h>
#include <string.h>

/* With vfs->lock held. */
static struct role *find_role(const struct dir *dir, uint32_t leaf)
{
    for (size_t i = 0; i < dir->role_count; i++)
        if (dir->roles[i].leaf == leaf)
            return &dir->roles[i];
    return NULL;
}

/* With vfs->lock held. */
static bool add_role(struct dir *dir, uint32_t leaf, uint32_t canonical, uint64_t generation)
{
    struct role *role = find_role(dir, leaf);

    if (role != NULL) {
        role->acts_as = canonical;
        return true;
    }
    struct role *roles = realloc(dir->roles, (dir->role_count + 1) * sizeof *roles);
    if (roles == NULL)
        return false;
    roles[dir->role_count++] = (struct role){leaf, canonical, generation};
    dir->roles = roles;
    return true;
}

/* With vfs->lock held: forgets what acts as nothing any more. A scratch file's number that has no
 * role means nothing by itself once its file is gone; another must go on meaning nothing. */
static void prune_roles(struct dir *dir)
{
    size_t kept = 0;

    for (size_t i = 0; i < dir->role_count; i++)
        if (dir->roles[i].acts_as != 0 || dir->roles[i].leaf < LEAF_SCRATCH)
            dir->roles[kept++] = dir->roles[i];
    dir->role_count = kept;
}

static void drop_roles(struct dir *dir, uint32_t canonical)
{
    for (size_t i = 0; i < dir->role_count; i++)
        if (dir->roles[i].acts_as == canonical)
            dir->roles[i].acts_as = 0;
    prune_roles(dir);
}

void leaf_drop_roles(struct scratch_set *set, uint32_t canonical)
{
    struct dir *dir;

    LIST_FOREACH (dir, &set->dirs, scratch_link)
        drop_roles(dir, canonical);
}

/* With vfs->lock held: whether something in the set's directories has that number. */
static bool is_taken(const struct scratch_set *set, uint32_t number)
{
    const struct dir *dir;

    LIST_FOREACH (dir, &set->dirs, scratch_link)
        for (size_t i = 0; i < dir->role_count; i++)
            if (dir->roles[i].leaf == number || dir->roles[i].acts_as == number)
                return true;
    return scratch_of_leaf(set, number) != NULL;
}

uint32_t leaf_take_number(struct dir *dir, uint64_t *generation)
{
    struct scratch_set *set = scratch_make_set_of(dir);
    uint32_t number;

    if (set == NULL)
        return 0;
    do
        number = scratch_set_number(set, generation);
    while (is_taken(set, number));
    return number;
}

/* With vfs->lock held; 0: it is no scratch file's. */
static uint64_t scratch_generation(struct dir *dir, uint32_t leaf)
{
    const struct scratch_set *set = scratch_set_of(dir);
    const struct scratch *scratch = set == NULL ? NULL : scratch_of_leaf(set, leaf);

    return scratch == NULL ? 0 : scratch->generation;
}

uint64_t leaf_generation(struct dir *dir, uint32_t leaf)
{
    uint64_t generation = 0;

    if (leaf < LEAF_SCRATCH)
        return 0;
    pthread_mutex_lock(&dir->vfs->lock);
    const struct role *role = find_role(dir, leaf);
    generation = role != NULL ? role->generation : scratch_generation(dir, leaf);
    pthread_mutex_unlock(&dir->vfs->lock);
    return generation;
}

/* With vfs->lock held; false: no memory. */
static bool assume(struct dir *dir, uint32_t leaf, uint32_t canonical)
{
    /* Whatever was known as that until now is so no more: one name has one number. */
    for (size_t i = 0; i < dir->role_count; i++)
        if (dir->roles[i].acts_as == canonical && dir->roles[i].leaf != leaf)
            dir->roles[i].acts_as = 0;
    bool ok = add_role(dir, leaf, canonical, scratch_generation(dir, leaf));
    dir_note_names(dir);
    if (ok && leaf != canonical)
        for (size_t i = 0; i < dir->role_count; i++)
            if (dir->roles[i].leaf == canonical && dir->roles[i].acts_as == canonical)
                dir->roles[i].acts_as = 0;
    prune_roles(dir);
    return ok;
}

bool leaf_assume_role(struct dir *dir, uint32_t leaf, uint32_t canonical)
{
    pthread_mutex_lock(&dir->vfs->lock);
    bool ok = assume(dir, leaf, canonical);
    pthread_mutex_unlock(&dir->vfs->lock);
    return ok;
}

/* With vfs->lock held: the number under which `canonical` is known; 0: another must be taken. */
static uint32_t known_number(const struct dir *dir, uint32_t canonical)
{
    uint32_t number = canonical;

    for (size_t i = 0; i < dir->role_count; i++) {
        if (dir->roles[i].acts_as == canonical)
            return dir->roles[i].leaf;
        if (dir->roles[i].leaf == canonical)
            number = 0;
    }
    return number;
}

bool leaf_become(struct dir *dir, uint32_t scratch, uint32_t canonical)
{
    struct dir *other;
    bool ok = true;

    pthread_mutex_lock(&dir->vfs->lock);
    const struct scratch_set *set = scratch_set_of(dir);
    if (set != NULL)
        LIST_FOREACH (other, &set->dirs, scratch_link) {
            bool here = strcmp(scratch_inside(dir), scratch_inside(other)) == 0;
            uint32_t number = here ? known_number(other, scratch) : 0;
            if (number != 0)
                ok = assume(other, number, canonical) && ok;
        }
    pthread_mutex_unlock(&dir->vfs->lock);
    return ok;
}

uint32_t leaf_number(struct dir *dir, uint32_t canonical)
{
    pthread_mutex_lock(&dir->vfs->lock);
    uint32_t number = known_number(dir, canonical);
    if (number == 0) {
        uint64_t generation;
        number = leaf_take_number(dir, &generation);
        if (number == 0 || !add_role(dir, number, canonical, generation))
            number = canonical;
    }
    pthread_mutex_unlock(&dir->vfs->lock);
    return number;
}
