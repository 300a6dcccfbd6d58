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
static struct role *find_role(const struct dir *dir, struct alias alias)
{
    for (size_t i = 0; i < dir->role_count; i++)
        if (alias_is_same(dir->roles[i].alias, alias))
            return &dir->roles[i];
    return NULL;
}

/* With vfs->lock held. */
static bool add_role(struct dir *dir, struct alias alias, struct leaf leaf, uint64_t generation)
{
    struct role *role = find_role(dir, alias);

    if (role != NULL) {
        role->acts_as = leaf;
        return true;
    }
    struct role *roles = realloc(dir->roles, (dir->role_count + 1) * sizeof *roles);
    if (roles == NULL)
        return false;
    roles[dir->role_count++] = (struct role){alias, leaf, generation};
    dir->roles = roles;
    return true;
}

/* With vfs->lock held: forgets what acts as nothing any more. A scratch file's number that has no
 * role means nothing by itself once its file is gone; another must go on meaning nothing. */
static void prune_roles(struct dir *dir)
{
    size_t kept = 0;

    for (size_t i = 0; i < dir->role_count; i++)
        if (!leaf_is_none(dir->roles[i].acts_as) || dir->roles[i].alias.number < LEAF_SCRATCH)
            dir->roles[kept++] = dir->roles[i];
    dir->role_count = kept;
}

static void drop_roles(struct dir *dir, struct leaf leaf)
{
    for (size_t i = 0; i < dir->role_count; i++)
        if (leaf_is_same(dir->roles[i].acts_as, leaf))
            dir->roles[i].acts_as = LEAF_NONE;
    prune_roles(dir);
}

void leaf_drop_roles(struct scratch_set *set, struct leaf leaf)
{
    struct dir *dir;

    LIST_FOREACH (dir, &set->dirs, scratch_link)
        drop_roles(dir, leaf);
}

/* With vfs->lock held: whether something in the set's directories has that number. */
static bool is_taken(const struct scratch_set *set, uint32_t number)
{
    const struct dir *dir;

    LIST_FOREACH (dir, &set->dirs, scratch_link)
        for (size_t i = 0; i < dir->role_count; i++)
            if (dir->roles[i].alias.number == number || dir->roles[i].acts_as.number == number)
                return true;
    return scratch_of_leaf(set, (struct leaf){number}) != NULL;
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
static uint64_t scratch_generation(struct dir *dir, struct leaf leaf)
{
    const struct scratch_set *set = scratch_set_of(dir);
    const struct scratch *scratch = set == NULL ? NULL : scratch_of_leaf(set, leaf);

    return scratch == NULL ? 0 : scratch->generation;
}

uint64_t leaf_generation(struct dir *dir, struct alias alias)
{
    uint64_t generation = 0;

    if (alias.number < LEAF_SCRATCH)
        return 0;
    pthread_mutex_lock(&dir->vfs->lock);
    const struct role *role = find_role(dir, alias);
    generation =
        role != NULL ? role->generation : scratch_generation(dir, (struct leaf){alias.number});
    pthread_mutex_unlock(&dir->vfs->lock);
    return generation;
}

/* With vfs->lock held; false: no memory. */
static bool assume(struct dir *dir, struct alias alias, struct leaf leaf)
{
    struct leaf own = {alias.number};

    /* Whatever was known as that until now is so no more: one name has one number. */
    for (size_t i = 0; i < dir->role_count; i++)
        if (leaf_is_same(dir->roles[i].acts_as, leaf) && !alias_is_same(dir->roles[i].alias, alias))
            dir->roles[i].acts_as = LEAF_NONE;
    bool ok = add_role(dir, alias, leaf, scratch_generation(dir, own));
    dir_note_names(dir);
    if (ok && !leaf_is_same(own, leaf))
        for (size_t i = 0; i < dir->role_count; i++)
            if (dir->roles[i].alias.number == leaf.number &&
                leaf_is_same(dir->roles[i].acts_as, leaf))
                dir->roles[i].acts_as = LEAF_NONE;
    prune_roles(dir);
    return ok;
}

bool leaf_assume_role(struct dir *dir, struct alias alias, struct leaf leaf)
{
    pthread_mutex_lock(&dir->vfs->lock);
    bool ok = assume(dir, alias, leaf);
    pthread_mutex_unlock(&dir->vfs->lock);
    return ok;
}

/* With vfs->lock held: the number under which it is known; 0: another must be taken. */
static struct alias known_alias(const struct dir *dir, struct leaf leaf)
{
    struct alias alias = {leaf.number};

    for (size_t i = 0; i < dir->role_count; i++) {
        if (leaf_is_same(dir->roles[i].acts_as, leaf))
            return dir->roles[i].alias;
        if (dir->roles[i].alias.number == leaf.number)
            alias.number = 0;
    }
    return alias;
}

bool leaf_become(struct dir *dir, struct leaf scratch, struct leaf onto)
{
    struct dir *other;
    bool ok = true;

    pthread_mutex_lock(&dir->vfs->lock);
    const struct scratch_set *set = scratch_set_of(dir);
    if (set != NULL)
        LIST_FOREACH (other, &set->dirs, scratch_link) {
            bool here = strcmp(scratch_inside(dir), scratch_inside(other)) == 0;
            struct alias alias = here ? known_alias(other, scratch) : (struct alias){0};
            if (alias.number != 0)
                ok = assume(other, alias, onto) && ok;
        }
    pthread_mutex_unlock(&dir->vfs->lock);
    return ok;
}

struct alias leaf_alias(struct dir *dir, struct leaf leaf)
{
    pthread_mutex_lock(&dir->vfs->lock);
    struct alias alias = known_alias(dir, leaf);
    if (alias.number == 0) {
        uint64_t generation;
        alias.number = leaf_take_number(dir, &generation);
        if (alias.number == 0 || !add_role(dir, alias, leaf, generation))
            alias.number = leaf.number;
    }
    pthread_mutex_unlock(&dir->vfs->lock);
    return alias;
}
