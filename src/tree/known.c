/* SPDX-License-Identifier: MIT */
/* What is known of the resource that a directory shows. */
#include "config.h"

#include "tree/known.h"

#include "vfs/failure.h"
#include "tree/tree_internal.h"

#include <errno.h>

struct record *resource_record(struct dir *dir)
{
    return cache_by_id(tree_of(dir)->config.cache, dir->kind, dir_id(dir));
}

int resource_say_rebound(struct call *call, const struct dir *dir)
{
    return call_fail(call, EBUSY, "this name has just come to mean another %s (%s): look again",
                     dir->kind->noun, dir_id(dir));
}

int resource_check_shown(struct call *call, struct dir *dir)
{
    return dir_is_rebound(dir) ? resource_say_rebound(call, dir) : 0;
}
