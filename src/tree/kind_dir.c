/* SPDX-License-Identifier: MIT */
/* The directory of a kind: drives/, snapshots/, providers/. */
#include "config.h"

#include "tree/collection_dir.h"
#include "tree/ensure.h"

#include "document/document.h"
#include "tree/draft.h"
#include "vfs/failure.h"
#include "vfs/listing.h"
#include "util/file_name.h"
#include "tree/renamed.h"
#include "tree/resolve.h"
#include "tree/shown.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int kind_lookup(struct call *call, struct dir *dir, const char *name, struct found *out)
{
    out->dir = draft_find(dir, name);
    if (out->dir != NULL)
        return 0;
    int rc = ensure_lookup(call, dir, name);
    return rc < 0 ? rc : lookup_or_renamed(call, dir, name, out);
}

static int kind_list(struct call *call, struct dir *dir, struct listing *listing)
{
    int rc = ensure_listing(call, dir, CACHE_FRESH);

    return rc < 0 ? rc : shown_list(dir, listing);
}

static int refuse_outside_view(struct call *call, const struct view_row *view, const char *name)
{
    return call_fail(call, EINVAL, "it is not said of which %s: mkdir %s/%s/%s takes it",
                     view->noun, view->directory, view->id_word, name);
}

static int kind_mkdir(struct call *call, struct dir *dir, const char *name, struct dir **child)
{
    if (dir->kind->create == CREATE_NOT)
        return call_fail(call, EPERM, "a %s can't be created", dir->kind->noun);
    int rc = ensure_listing(call, dir, CACHE_LOOKUP);
    if (rc == 0)
        rc = check_new_name(call, dir, name);
    if (rc < 0)
        return rc;
    rc = draft_mkdir_by_defaults(call, dir, name, child);
    if (rc <= 0)
        return rc;
    if (dir->kind->create == CREATE_IN_VIEW)
        return refuse_outside_view(call, dir->kind->view, name);
    rc = draft_mkdir(call, dir, name, child);
    if (rc == 0)
        renamed_forget(dir, name);
    return rc;
}

static int kind_rmdir(struct call *call, struct dir *dir, const char *name)
{
    struct dir *draft = draft_find(dir, name);

    if (draft == NULL)
        return resource_rmdir(call, dir, name);
    int rc = draft_rmdir(call, draft);
    dir_unref(draft);
    return rc;
}

static int rename_draft(struct call *call, struct dir *dir, struct dir *draft, struct dir *new_dir,
                        const char *new_name, unsigned flags)
{
    if (dir != new_dir || (flags & ~(unsigned)RENAME_NOREPLACE) != 0)
        return call_fail(call, EPERM, "a draft can only be renamed where it is");
    int rc = check_new_name(call, dir, new_name);
    return rc < 0 ? rc : draft_rename(call, draft, new_name);
}

static int kind_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                       const char *new_name, unsigned flags)
{
    struct dir *draft = draft_find(dir, name);
    struct dir *target = new_dir == dir ? draft_find(dir, new_name) : NULL;
    int rc;

    if (target != NULL && target == draft)
        rc = 0;
    else if (target != NULL)
        rc = call_fail(call, (flags & RENAME_NOREPLACE) != 0 ? EEXIST : ENOTEMPTY,
                       "a draft has this name");
    else if (draft != NULL)
        rc = rename_draft(call, dir, draft, new_dir, new_name, flags);
    else
        rc = resource_rename(call, dir, name, new_dir, new_name, flags);
    dir_unref(target);
    dir_unref(draft);
    return rc;
}

static int kind_mtime(struct dir *dir, struct date *date)
{
    kind_names_date(dir, NULL, date);
    return 0;
}

static void kind_touch(struct dir *dir)
{
    cache_expire(tree_of(dir)->config.cache, dir->kind, NULL);
}

const struct dir_ops kind_ops = {
    .type = "kind",
    .mtime = kind_mtime,
    .lookup = kind_lookup,
    .list = kind_list,
    .refresh = shown_refresh,
    .counted = true,
    .mkdir = kind_mkdir,
    .rmdir = kind_rmdir,
    .rename = kind_rename,
    .touch = kind_touch,
};
