/* SPDX-License-Identifier: MIT */
/*
 * A view (kind.h) and its groups: the kind's resources by what they belong to, snapshots by their
 * machine for one. mkdir of a name in a group creates a resource at once.
 */
#include "config.h"

#include "tree/local_groups.h"

#include "document/document.h"
#include "tree/changing.h"
#include "vfs/failure.h"
#include "tree/collection_dir.h"
#include "tree/ensure.h"
#include "vfs/listing.h"
#include "util/file_name.h"
#include "tree/shown.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void free_ids(char **ids, size_t count)
{
    for (size_t i = 0; ids != NULL && i < count; i++)
        free(ids[i]);
    free(ids);
}

static bool group_exists(struct dir *dir, const char *id)
{
    return cache_has_machine(tree_of(dir)->config.cache, dir->kind, id) ||
           group_is_local(tree_of(dir), dir->kind, id);
}

/* Appends the known one whose long id a hash stands for in a file name. */
static bool find_hashed(struct dir *dir, const char *name, struct buf *out)
{
    char **ids = NULL;
    size_t count = 0;
    bool found = false;

    if (!cache_machines(tree_of(dir)->config.cache, dir->kind, &ids, &count))
        return false;
    for (size_t i = 0; i < count && !found; i++)
        found = id_is_spelled(ids[i], name) && buf_append_text(out, ids[i]);
    free_ids(ids, count);
    return found;
}

/* Appends the id of the group that a name stands for; false: of none that is shown. */
static bool find_group(struct dir *dir, const char *name, struct buf *out)
{
    return (id_is_hashed(name) ? find_hashed(dir, name, out) : id_decode(name, out)) &&
           group_exists(dir, buf_text(out));
}

static int view_lookup(struct call *call, struct dir *dir, const char *name, struct found *out)
{
    struct buf id = BUF_EMPTY;
    bool local = id_decode(name, &id) && group_is_local(tree_of(dir), dir->kind, buf_text(&id));
    int rc = local ? 0 : ensure_lookup(call, dir, name);

    buf_resize(&id, 0);
    if (rc == 0 && !find_group(dir, name, &id))
        rc = -ENOENT;
    if (rc == 0) {
        out->dir = dir_intern(dir, name, &group_ops, dir->kind, NULL, buf_text(&id));
        rc = out->dir == NULL ? -ENOMEM : 0;
    }
    buf_finish(&id);
    return rc;
}

static bool has_entry(const struct listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->count; i++)
        if (strcmp(listing->entries[i].name, name) == 0)
            return true;
    return false;
}

/* Adds those that are not in the listing yet. */
static bool add_groups(struct dir *dir, char **ids, size_t count, struct listing *listing)
{
    size_t before = listing->count;
    struct buf name = BUF_EMPTY;
    bool ok = true;

    for (size_t i = 0; ok && i < count; i++) {
        buf_resize(&name, 0);
        ok = ids[i] != NULL && id_encode(ids[i], &name) &&
             ((before > 0 && has_entry(listing, buf_text(&name))) ||
              listing_add_dir(listing, buf_text(&name), &group_ops, dir->kind, NULL, ids[i]));
    }
    buf_finish(&name);
    return ok;
}

static bool list_groups(struct dir *dir, struct listing *listing)
{
    char **local = NULL;
    char **known = NULL;
    size_t local_count = 0;
    size_t known_count = 0;

    local = groups_take_local(tree_of(dir), dir->kind, &local_count);
    bool ok = local != NULL &&
              cache_machines(tree_of(dir)->config.cache, dir->kind, &known, &known_count) &&
              add_groups(dir, known, known_count, listing) &&
              add_groups(dir, local, local_count, listing);
    free_ids(local, local_count);
    free_ids(known, known_count);
    return ok;
}

static int view_list(struct call *call, struct dir *dir, struct listing *listing)
{
    int rc = ensure_listing(call, dir, CACHE_FRESH);

    if (rc < 0)
        return rc;
    return list_groups(dir, listing) ? 0 : -ENOMEM;
}

static int make_group(struct call *call, struct dir *dir, const char *name, const char *id,
                      struct dir **child)
{
    int rc = ensure_listing(call, dir, CACHE_LOOKUP);

    if (rc < 0)
        return rc;
    if (group_exists(dir, id))
        return call_fail(call, EEXIST, "the %s's directory exists", dir->kind->view->noun);
    if (!group_keep(tree_of(dir), dir->kind, id, GROUP_IDLE_MS))
        return -ENOMEM;
    dir_note_names(dir);
    *child = dir_intern(dir, name, &group_ops, dir->kind, NULL, id);
    return *child == NULL ? -ENOMEM : 0;
}

/* How ids have looked so far. A group that is called otherwise is known once it has something; a
 * slip of the hand, or what a program hides, is none. */
static bool is_well_formed(const char *id)
{
    return id[0] != '.' && id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                         "0123456789_.-")] == '\0';
}

static int view_mkdir(struct call *call, struct dir *dir, const char *name, struct dir **child)
{
    struct buf id = BUF_EMPTY;
    int rc =
        is_well_formed(name) && id_decode(name, &id)
            ? make_group(call, dir, name, buf_text(&id), child)
            : call_fail(call, EPERM, "an ID of a %s has letters, digits, '_', '.' and '-' only",
                        dir->kind->view->noun);

    buf_finish(&id);
    return rc;
}

static int remove_group(struct call *call, struct dir *dir, const char *name, const char *id)
{
    struct dir *known;

    if (cache_has_machine(tree_of(dir)->config.cache, dir->kind, id))
        return call_fail(call, ENOTEMPTY, "the %s has %s", dir->kind->view->noun,
                         dir->kind->plural);
    if (!group_is_local(tree_of(dir), dir->kind, id))
        return -ENOENT;
    group_forget(tree_of(dir), dir->kind, id);
    dir_note_names(dir);
    known = dir_child(dir, name);
    if (known != NULL)
        dir_detach(known);
    dir_unref(known);
    return 0;
}

static int view_rmdir(struct call *call, struct dir *dir, const char *name)
{
    struct buf id = BUF_EMPTY;
    int rc = find_group(dir, name, &id) ? remove_group(call, dir, name, buf_text(&id)) : -ENOENT;

    buf_finish(&id);
    return rc;
}

static int view_mtime(struct dir *dir, struct date *date)
{
    kind_names_date(dir, "", date);
    return 0;
}

static void view_touch(struct dir *dir)
{
    cache_expire(tree_of(dir)->config.cache, dir->kind, NULL);
}

static int refuse_rename(struct call *call, struct dir *dir, const char *name, struct dir *new_dir,
                         const char *new_name, unsigned flags)
{
    (void)name, (void)new_dir, (void)new_name, (void)flags;
    return call_fail(call, EPERM, "a %s can't be renamed here", dir->kind->view->noun);
}

const struct dir_ops view_ops = {
    .type = "view",
    .mtime = view_mtime,
    .lookup = view_lookup,
    .list = view_list,
    .mkdir = view_mkdir,
    .rmdir = view_rmdir,
    .rename = refuse_rename,
    .touch = view_touch,
};

static int group_lookup(struct call *call, struct dir *dir, const char *name, struct found *out)
{
    int rc = ensure_lookup(call, dir, name);

    return rc < 0 ? rc : lookup_or_renamed(call, dir, name, out);
}

static int group_list(struct call *call, struct dir *dir, struct listing *listing)
{
    int rc = ensure_listing(call, dir, CACHE_FRESH);

    if (rc < 0)
        return rc;
    if (!group_exists(dir, dir->machine_id))
        return -ENOENT;
    return shown_list(dir, listing);
}

/* A local group's directory goes when the first create in it fails. */
static void forget_unused(struct dir *dir)
{
    if (cache_has_machine(tree_of(dir)->config.cache, dir->kind, dir->machine_id))
        return;
    group_forget(tree_of(dir), dir->kind, dir->machine_id);
}

static int create(struct call *call, struct dir *dir, const struct buf *name, struct record **out)
{
    struct buf body = BUF_EMPTY;
    struct change *change = NULL;
    int rc = document_create_in_group(dir->kind, buf_text(name), name->size_bytes, dir->machine_id,
                                      &body)
                 ? 0
                 : -ENOMEM;

    if (rc == 0) {
        const struct change_request request = {.verb = CHANGE_CREATE, .body = buf_text(&body)};

        rc = tree_change(call, dir, buf_text(name), &request, &change);
    }
    if (rc == 0)
        *out = change_record(change);
    else if (change != NULL && change_done(change))
        forget_unused(dir);
    buf_finish(&body);
    change_unref(change);
    return rc;
}

static int group_mkdir(struct call *call, struct dir *dir, const char *name, struct dir **child)
{
    struct buf decoded = BUF_EMPTY;
    struct record *record = NULL;
    int rc = ensure_listing(call, dir, CACHE_LOOKUP);

    if (rc == 0)
        rc = check_new_name(call, dir, name);
    if (rc == 0 && !name_decode(name, &decoded))
        rc = -ENOMEM;
    if (rc == 0)
        rc = create(call, dir, &decoded, &record);
    if (rc == 0 && record != NULL)
        *child = dir_intern(dir, name, &resource_ops, dir->kind, record->id, dir->machine_id);
    else if (rc == 0 && call->planned)
        *child = dir_intern(dir, name, &unsent_ops, dir->kind, NULL, dir->machine_id);
    if (rc == 0 && *child == NULL)
        rc = -ENOMEM;
    record_unref(record);
    buf_finish(&decoded);
    return rc;
}

static int group_mtime(struct dir *dir, struct date *date)
{
    kind_names_date(dir, dir->machine_id, date);
    return group_exists(dir, dir->machine_id) ? 0 : -ENOENT;
}

const struct dir_ops group_ops = {
    .type = "group",
    .mtime = group_mtime,
    .lookup = group_lookup,
    .list = group_list,
    .refresh = shown_refresh,
    .counted = true,
    .mkdir = group_mkdir,
    .rmdir = resource_rmdir,
    .rename = resource_rename,
    .touch = view_touch,
};
