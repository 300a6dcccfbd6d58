/* SPDX-License-Identifier: MIT */
/* What a directory object is, and where. */
#include "config.h"

#include "tree/dir.h"

const struct dir_ops *dir_ops(const struct dir *dir)
{
    return atomic_load(&dir->ops);
}

const char *dir_id(const struct dir *dir)
{
    return atomic_load(&dir->id);
}

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

struct dir *dir_parent(const struct dir *dir)
{
    return dir->parent;
}

uint64_t dir_serial(const struct dir *dir)
{
    return dir->serial;
}
