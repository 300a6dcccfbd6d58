/* SPDX-License-Identifier: MIT */
/* What a directory object is, and where. */
#include "config.h"

#include "vfs/dir.h"

#include "util/digest.h"

const char *dir_name(const struct dir *dir)
{
    return atomic_load(&dir->name);
}

struct dir *dir_resource(struct dir *dir)
{
    while (dir_ops(dir)->nested)
        dir = dir->parent;
    return dir;
}

uint64_t dir_key(const struct dir *dir)
{
    const char *id = dir_id(dir);

    if (dir->parent == NULL)
        return DIGEST_ROOT;
    if (id != NULL && dir->kind != NULL)
        return digest_key((uintptr_t)dir->kind, id);
    return digest_key(dir_key(dir->parent), dir_name(dir));
}

uint64_t dir_shows(const struct dir *dir)
{
    while (dir_ops(dir)->nested && dir->parent != NULL)
        dir = dir->parent;
    return dir->kind != NULL && dir_id(dir) != NULL ? dir_key(dir) : 0;
}

struct dir *dir_parent(const struct dir *dir)
{
    return dir->parent;
}

struct serial dir_serial(const struct dir *dir)
{
    return dir->serial;
}
