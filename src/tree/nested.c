/* SPDX-License-Identifier: MIT */
/* The directory of a nested object. */
#include "config.h"

#include "tree/nested.h"

#include "vfs/failure.h"
#include "tree/fields.h"
#include "tree/resource.h"
#include "util/file_name.h"
#include "tree/members.h"
#include "vfs/lookup.h"
#include "vfs/scratch.h"
#include "tree/tree_internal.h"
#include "vfs/saving.h"

#include <errno.h>

/* From a resource's members to those of the object that `dir` shows; false: it has none there. */
static bool descend(struct dir *dir, struct members *members)
{
    struct buf key = BUF_EMPTY;

    if (!dir_ops(dir)->nested)
        return true;
    bool ok = descend(dir->parent, members) && name_decode(dir_name(dir), &key) &&
              members_enter(members, buf_text(&key));
    buf_finish(&key);
    return ok;
}

static bool has_object(struct dir *dir, struct record *record, const char *key)
{
    struct members members;
    bool has = members_of_record(record_ref(record), &members) && descend(dir, &members) &&
               members_enter(&members, key);

    members_finish(&members);
    return has;
}

/* Whether other resources have an object there, which is nothing that can be given: a copy of one
 * makes a directory of it. */
static bool is_object_of_peers(struct dir *dir, const char *name)
{
    struct record_list peers = RECORD_LIST_EMPTY;
    struct buf key = BUF_EMPTY;
    bool found = false;

    if (name_decode(name, &key) && cache_records(tree_of(dir)->config.cache, dir->kind, &peers))
        for (size_t i = 0; !found && i < peers.count; i++)
            found = has_object(dir, peers.records[i], buf_text(&key));
    record_list_finish(&peers);
    buf_finish(&key);
    return found;
}

int nested_mkdir(struct call *call, struct dir *dir, const char *name, struct dir **child)
{
    bool nested = false;
    struct leaf leaf = lookup_own(call, dir, name, &nested);

    if (!birth_is_copying(call, dir) || !(nested || is_object_of_peers(dir, name)))
        return call_fail(call, EPERM, "no directory can be made here");
    *child = lookup_object(dir, name);
    if (nested) {
        overlay_show(dir, leaf);
        birth_made(call, dir, leaf);
    }
    return *child == NULL ? -ENOMEM : 0;
}

static bool nested_fields(struct call *call, struct dir *dir, enum fields_need need,
                          struct members *out)
{
    struct buf key = BUF_EMPTY;
    bool ok = field_members(call, dir->parent, need, out) && name_decode(dir_name(dir), &key) &&
              members_enter(out, buf_text(&key));

    buf_finish(&key);
    return ok;
}

static int nested_mtime(struct dir *dir, struct date *date)
{
    struct dir *resource = dir_resource(dir);

    return dir_ops(resource)->mtime(resource, date);
}

static void nested_touch(struct dir *dir)
{
    struct dir *resource = dir_resource(dir);

    if (dir_ops(resource)->touch != NULL)
        dir_ops(resource)->touch(resource);
}

static const struct dir_fields nested_members = {nested_fields, NULL};

const struct dir_ops nested_ops = {
    .type = "nested",
    .mtime = nested_mtime,
    .mkdir = nested_mkdir,
    .unlink = leaf_unlink,
    .rename = leaf_rename,
    .rmdir = leaf_rmdir,
    .touch = nested_touch,
    .fields = &nested_members,
    .scratch = true,
    .nested = true,
    .source = &field_leaves,
    .others = &scratch_leaves,
    .objects = &nested_ops,
};
