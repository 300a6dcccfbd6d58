/* SPDX-License-Identifier: MIT */
/* The root: the directories of kinds and of views, the control directory, README, utilization.json.
 */
#include "config.h"

#include "vfs/attr.h"
#include "vfs/dates.h"
#include "document/document.h"
#include "vfs/failure.h"
#include "tree/leaf_rows.h"
#include "vfs/listing.h"
#include "vfs/lookup.h"
#include "tree/record_date.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <string.h>

#define CONTROL ".paperspacefs"

static const char *kind_directory(const struct kind *kind)
{
    return kind->plural;
}

static const char *view_directory(const struct kind *kind)
{
    return kind->view == NULL ? NULL : kind->view->directory;
}

/* What a kind can have at the root, in the order in which it is listed. */
static const struct {
    const char *(*name)(const struct kind *kind); /* NULL: this one has none */
    const struct dir_ops *ops;
} places[] = {
    {kind_directory, &kind_ops},
    {view_directory, &view_ops},
};

/* The name of that place of a kind; NULL: there is none, or the API has no such kind. */
static const char *place_name(const struct dir *root, size_t place, const struct kind *kind)
{
    return cache_has(tree_of(root)->config.cache, kind) ? places[place].name(kind) : NULL;
}

/* The directory called so of one of the kinds; `*any` tells whether there is one. */
static struct dir *find_place(struct dir *dir, const char *name, bool *any)
{
    for (size_t p = 0; p < sizeof places / sizeof *places; p++)
        for (size_t i = 0; kinds_all[i] != NULL; i++) {
            const char *directory = place_name(dir, p, kinds_all[i]);

            *any = directory != NULL && strcmp(directory, name) == 0;
            if (*any)
                return dir_intern(dir, name, places[p].ops, kinds_all[i], NULL, NULL);
        }
    return NULL;
}

static int root_lookup(struct call *call, struct dir *dir, const char *name, struct found *out)
{
    bool any = false;

    out->dir = find_place(dir, name, &any);
    if (!any && strcmp(name, CONTROL) == 0)
        out->dir = dir_intern(dir, name, &control_ops, NULL, NULL, NULL);
    else if (!any)
        return leaves_lookup(call, dir, name, out);
    return out->dir == NULL ? -ENOMEM : 0;
}

static bool list_places(const struct dir *dir, struct listing *listing)
{
    bool ok = true;

    for (size_t p = 0; p < sizeof places / sizeof *places; p++)
        for (size_t i = 0; ok && kinds_all[i] != NULL; i++) {
            const char *directory = place_name(dir, p, kinds_all[i]);

            ok = directory == NULL ||
                 listing_add_dir(listing, directory, places[p].ops, kinds_all[i], NULL, NULL);
        }
    return ok;
}

static int root_list(struct call *call, struct dir *dir, struct listing *listing)
{
    bool ok = list_places(dir, listing) &&
              listing_add_dir(listing, CONTROL, &control_ops, NULL, NULL, NULL);

    return ok ? leaves_list(call, dir, listing) : -ENOMEM;
}

static int refuse(struct call *call)
{
    return call_fail(call, EPERM,
                     "the top of the mount is fixed: nothing is made, renamed or "
                     "removed here");
}

static int root_mkdir(struct call *call, struct dir *dir, const char *name, struct dir **child)
{
    (void)dir, (void)name, (void)child;
    return refuse(call);
}

static int root_remove(struct call *call, struct dir *dir, const char *name)
{
    (void)dir, (void)name;
    return refuse(call);
}

static int root_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                       const char *new_name, unsigned flags)
{
    (void)dir, (void)name, (void)new_dir, (void)new_name, (void)flags;
    return refuse(call);
}

static int singleton_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct dir *dir = node.dir;
    struct cache *cache = tree_of(dir)->config.cache;
    struct record *record = NULL;

    (void)wait; /* its size is asked for before anybody reads it */
    if (cache_read(cache, kinds_singleton(), NULL, call->cancel, &record, &call->problem) < 0)
        return call_problem_errno(call, false);
    bool ok = document_render(record, false, out);
    record_unref(record);
    return ok ? 0 : -ENOMEM;
}

static void singleton_attr(struct node node, struct stat *st)
{
    struct record *record = cache_by_id(tree_of(node.dir)->config.cache, kinds_singleton(), NULL);

    if (record != NULL)
        attr_set_times(st, record_date(tree_of(node.dir), record));
    record_unref(record);
}

static void root_touch(struct dir *dir)
{
    cache_expire(tree_of(dir)->config.cache, NULL, NULL);
}

static const struct leaf_row root_leaves[] = {
    {.name = "README", .mode = 0444, .render = readme_render},
    {.name = "singleton",
     .mode = 0444,
     .flags = LEAF_SINGLETON,
     .render = singleton_render,
     .attr = singleton_attr},
    {.name = NULL},
};

const struct dir_ops root_ops = {
    .type = "root",
    .lookup = root_lookup,
    .list = root_list,
    .mkdir = root_mkdir,
    .rmdir = root_remove,
    .unlink = root_remove,
    .rename = root_rename,
    .touch = root_touch,
    .names = NAMES_FIXED,
    .leaves = root_leaves,
};
