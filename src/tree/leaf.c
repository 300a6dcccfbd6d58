/* SPDX-License-Identifier: MIT */
/* The files of a directory, by number. */
#include "config.h"

#include "tree/leaf.h"

#include "tree/scratch.h"
#include "tree/scratch_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct kind *leaf_singleton(void)
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        if (kinds_all[i]->singleton)
            return kinds_all[i];
    return NULL;
}

const struct kind *machine_kind(void)
{
    for (size_t i = 0; kinds_all[i] != NULL; i++)
        if (kinds_all[i]->machine_key != NULL)
            return kinds_all[i];
    return NULL;
}

/* --- roles ----------------------------------------------------------------------------------- */

uint32_t leaf_acts_as(const struct dir *dir, uint32_t leaf)
{
    uint32_t acts_as = leaf;

    pthread_mutex_lock(&dir->tree->lock);
    for (size_t i = 0; i < dir->role_count; i++)
        if (dir->roles[i].leaf == leaf)
            acts_as = dir->roles[i].acts_as;
    pthread_mutex_unlock(&dir->tree->lock);
    return acts_as;
}

/* With tree->lock held. */
static struct role *find_role(const struct dir *dir, uint32_t leaf)
{
    for (size_t i = 0; i < dir->role_count; i++)
        if (dir->roles[i].leaf == leaf)
            return &dir->roles[i];
    return NULL;
}

/* With tree->lock held. */
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

/* With tree->lock held: forgets what acts as nothing any more. A scratch file's number that has no
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

/* With tree->lock held: whether something in the set's directories has that number. */
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

/* With tree->lock held; 0: it is no scratch file's. */
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
    pthread_mutex_lock(&dir->tree->lock);
    const struct role *role = find_role(dir, leaf);
    generation = role != NULL ? role->generation : scratch_generation(dir, leaf);
    pthread_mutex_unlock(&dir->tree->lock);
    return generation;
}

bool leaf_assume_role(struct dir *dir, uint32_t leaf, uint32_t canonical)
{
    pthread_mutex_lock(&dir->tree->lock);
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
    pthread_mutex_unlock(&dir->tree->lock);
    return ok;
}

/* With tree->lock held: the number under which `canonical` is known; 0: another must be taken. */
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

uint32_t leaf_number(struct dir *dir, uint32_t canonical)
{
    pthread_mutex_lock(&dir->tree->lock);
    uint32_t number = known_number(dir, canonical);
    if (number == 0) {
        uint64_t generation;
        number = leaf_take_number(dir, &generation);
        if (number == 0 || !add_role(dir, number, canonical, generation))
            number = canonical;
    }
    pthread_mutex_unlock(&dir->tree->lock);
    return number;
}

/* --- rows ------------------------------------------------------------------------------------ */

const char *leaf_row_name(const struct dir *dir, const struct leaf_row *row)
{
    if ((row->flags & LEAF_DOCUMENT) != 0)
        return dir->kind->document;
    const struct kind *singleton = leaf_singleton();
    if ((row->flags & LEAF_SINGLETON) != 0 && singleton != NULL)
        return singleton->document;
    return row->name;
}

bool leaf_row_exists(const struct dir *dir, const struct leaf_row *row)
{
    return row->exists == NULL || row->exists(dir);
}

/* The row of a canonical number below LEAF_FIELDS; NULL: there is none. */
const struct leaf_row *leaf_fixed_row(const struct dir *dir, uint32_t leaf)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (i + 1 == leaf)
            return leaf_row_exists(dir, &rows[i]) ? &rows[i] : NULL;
    return NULL;
}

const struct leaf_row *leaf_row(struct dir *dir, uint32_t leaf)
{
    uint32_t canonical = leaf_acts_as(dir, leaf);

    if (canonical == 0)
        return NULL;
    if (canonical >= LEAF_SCRATCH)
        return scratch_row(dir, canonical);
    if (canonical >= LEAF_FIELDS)
        return dir_ops(dir)->source == NULL ? NULL : dir_ops(dir)->source->row(dir, canonical);
    return leaf_fixed_row(dir, canonical);
}

void leaf_name(struct dir *dir, uint32_t leaf, char out[LEAF_NAME_BYTES])
{
    uint32_t canonical = leaf_acts_as(dir, leaf);
    const struct leaf_row *row = leaf_fixed_row(dir, canonical);

    out[0] = '\0';
    if (canonical >= LEAF_SCRATCH)
        scratch_name(dir, canonical, out);
    else if (canonical >= LEAF_FIELDS && dir_ops(dir)->source != NULL)
        dir_ops(dir)->source->print_name(dir, canonical, out);
    else if (row != NULL)
        snprintf(out, LEAF_NAME_BYTES, "%s", leaf_row_name(dir, row));
}

bool leaf_is_hidden_secret(const struct dir *dir, const char *name)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    if (dir->tree->config.secrets != SECRETS_HIDE)
        return false;
    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if ((rows[i].flags & LEAF_SECRET) != 0 && strcmp(rows[i].name, name) == 0)
            return true;
    return false;
}

mode_t leaf_mode(struct node node)
{
    const struct leaf_row *row = leaf_row(node.dir, node.leaf);
    struct stat st = {.st_mode = row == NULL ? 0 : row->mode};

    if (row != NULL && row->attr != NULL)
        row->attr(node, &st);
    return st.st_mode & 07777;
}

uint32_t leaf_find_fixed(const struct dir *dir, const char *name)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;

    for (uint32_t i = 0; rows != NULL && rows[i].name != NULL; i++)
        if (strcmp(leaf_row_name(dir, &rows[i]), name) == 0 && leaf_row_exists(dir, &rows[i]))
            return i + 1;
    return 0;
}

bool leaf_hidden(struct dir *dir, uint32_t canonical)
{
    bool hidden = false;

    pthread_mutex_lock(&dir->tree->lock);
    for (size_t i = 0; i < dir->overlay.hidden_count; i++)
        hidden = hidden || dir->overlay.hidden[i].leaf == canonical;
    pthread_mutex_unlock(&dir->tree->lock);
    return hidden;
}
