/* SPDX-License-Identifier: MIT */
/*
 * How a name in a kind's or group's directory leads to a resource, and what it means to remove
 * and to rename one.
 */
#include "config.h"

#include "tree/collection_dir.h"

#include "document/document.h"
#include "tree/changing.h"
#include "tree/document_file.h"
#include "tree/ensure.h"
#include "vfs/failure.h"
#include "tree/known.h"
#include "tree/local_groups.h"
#include "tree/renamed.h"
#include "tree/resolve.h"
#include "vfs/scratch.h"
#include "tree/shown.h"
#include "util/file_name.h"
#include "vfs/moved.h"
#include "tree/tree_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The machine whose resources `parent` shows; NULL: all machines'. */
static const char *machine_of(const struct dir *parent)
{
    return parent->machine_id;
}

static struct dir *intern(struct dir *parent, const char *name, const struct record *record)
{
    struct buf shown = BUF_EMPTY;
    bool listed = shown_name(parent, record, &shown) && strcmp(buf_text(&shown), name) == 0;

    buf_finish(&shown);
    if (listed)
        return dir_home(parent, name, &resource_ops, parent->kind, record->id, machine_of(parent));
    return dir_intern(parent, name, &resource_ops, parent->kind, record->id, machine_of(parent));
}

int resource_lookup(struct call *call, struct dir *parent, const char *name, struct found *out)
{
    struct record *record = NULL;
    struct buf candidates = BUF_EMPTY;
    int rc = -ENOENT;

    enum name_result result = name_resolve(tree_of(parent)->config.cache, parent->kind,
                                           machine_of(parent), name, &record, &candidates);
    if (result == NAME_FOUND) {
        out->dir = intern(parent, name, record);
        rc = out->dir == NULL ? -ENOMEM : 0;
    } else if (result == NAME_AMBIGUOUS) {
        rc = call_fail(call, ENOENT, "several %s have this name: use one of %s",
                       parent->kind->plural, buf_text(&candidates));
    } else if (result == NAME_SHOWN_OTHERWISE) {
        rc = call_fail(call, ENOENT, "the %s of this name is shown as %s", parent->kind->noun,
                       buf_text(&candidates));
    }
    record_unref(record);
    buf_finish(&candidates);
    return rc;
}

/* By a name that it had, a resource has one more directory, as by its id. */
static int lookup_renamed(struct call *call, struct dir *dir, const char *name, struct found *out)
{
    struct record *record = renamed_find(call, dir, name);

    if (record == NULL)
        return -ENOENT;
    out->dir = dir_intern(dir, name, &resource_ops, dir->kind, record->id, machine_of(dir));
    out->for_caller = true;
    record_unref(record);
    return out->dir == NULL ? -ENOMEM : 0;
}

int lookup_or_renamed(struct call *call, struct dir *dir, const char *name, struct found *out)
{
    int rc = resource_lookup(call, dir, name, out);

    if (rc == 0)
        renamed_forget(dir, name);
    if (rc == -ENOENT && call->problem.message[0] == '\0')
        rc = lookup_renamed(call, dir, name, out);
    return rc;
}

/* Whether the name leads to another resource than `known` by now. Looks without handing it out:
 * who tries again shall find the same. */
static int check_same(struct call *call, struct dir *parent, const char *name, struct dir *known)
{
    struct record *now = NULL;
    int rc = 0;

    /* The look-up that comes with a rename hands the name out as well; what the user was shown
     * before may have been another one. */
    if (dir_was_rebound(parent, name))
        return resource_say_rebound(call, known);

    if (name_resolve(tree_of(parent)->config.cache, parent->kind, machine_of(parent), name, &now,
                     NULL) == NAME_FOUND &&
        strcmp(now->id, dir_id(known)) != 0)
        rc = call_fail(call, EBUSY, "this name means another %s by now (%s, it was %s): look again",
                       parent->kind->noun, now->id, dir_id(known));
    record_unref(now);
    return rc;
}

/* What the name was last handed out for (a reference): that is what rmdir and rename act on. If the
 * name means something else by now, that is EBUSY; if it means nothing any more, the object stands.
 */
static int last_handed_out(struct call *call, struct dir *parent, const char *name,
                           struct dir **out)
{
    struct found found = {0};
    struct dir *known = dir_child(parent, name);
    int rc;

    if (known != NULL && dir_id(known) != NULL) {
        rc = check_same(call, parent, name, known);
        if (rc < 0)
            dir_unref(known);
        else
            *out = known;
        return rc;
    }
    dir_unref(known);
    rc = ensure_lookup(call, parent, name);
    if (rc == 0)
        rc = resource_lookup(call, parent, name, &found);
    if (rc == 0 && dir_was_rebound(parent, name)) {
        rc = resource_say_rebound(call, found.dir);
        dir_unref(found.dir);
        found.dir = NULL;
    }
    *out = found.dir;
    return rc;
}

/* Those whose process can't be told count as one: only time tells one of them from another. */
static int say_moved(struct call *call, const struct dir *dir, const char *path)
{
    const char *noun = dir->kind->noun;

    if (call->pid == 0)
        return call_fail(call, EPERM,
                         "somebody whose process can't be told from here has read all of it in the "
                         "last minute, as a move to another filesystem does, and that would delete "
                         "the %s: to delete it all the same, wait a minute, then rm -r %s",
                         noun, path);
    return call_fail(call, EPERM,
                     "what removes this has read all of it, as a move to another filesystem does, "
                     "and that would delete the %s: to keep a copy, cp -r; to delete it, rm -r %s "
                     "from another command",
                     noun, path);
}

static int check_rmdir(struct call *call, struct dir *dir)
{
    char path[PATH_BYTES];

    if (!dir->kind->deletable)
        return call_fail(call, EPERM, "a %s can't be deleted here", dir->kind->noun);
    dir_path(dir, NULL, path, sizeof path);
    if (!moved_is_empty(call, dir))
        return call_fail(call, ENOTEMPTY, "rmdir alone deletes nothing: 'rm -r %s' does", path);
    return moved_is_move(call, dir) ? say_moved(call, dir, path) : 0;
}

static int delete_resource(struct call *call, struct dir *dir)
{
    struct tree *tree = tree_of(dir);
    const struct change_request request = {.verb = CHANGE_DELETE};
    struct record *record = resource_record(dir);

    if (record == NULL)
        return 0; /* gone upstream: what was asked for is so */
    if (dir->kind->view != NULL && record->machine_id[0] != '\0')
        group_keep(tree, dir->kind, record->machine_id, tree->config.ttl_ms);
    record_unref(record);
    return tree_change(call, dir, NULL, &request, NULL);
}

int resource_rmdir(struct call *call, struct dir *parent, const char *name)
{
    struct dir *dir = NULL;
    int rc = last_handed_out(call, parent, name, &dir);

    if (rc < 0 || dir == NULL)
        return rc;
    rc = check_rmdir(call, dir);
    bool refused = rc == -EPERM;
    if (rc == 0)
        rc = delete_resource(call, dir);
    if (rc < 0 && (refused || rc != -ENOTEMPTY))
        scratch_return(dir);
    if (refused || rc != -ENOTEMPTY)
        overlay_clear_all(dir);
    if (rc == 0) {
        scratch_clear(dir);
        dir_detach(dir);
    }
    dir_unref(dir);
    return rc;
}

/* Whether the API lets the name be changed. */
static bool can_be_renamed(const struct dir *parent)
{
    const struct field *fields = cache_shape(tree_of(parent)->config.cache, parent->kind)->fields;
    const struct field *name = field_find(fields, "name", 4);

    return name != NULL && (name->flags & FIELD_UPDATE) != 0;
}

static int check_rename(struct call *call, struct dir *parent, struct dir *new_parent,
                        const char *new_name, unsigned flags)
{
    if (parent != new_parent)
        return call_fail(call, EPERM, "a %s can't be moved elsewhere; cp -r copies its settings",
                         parent->kind->noun);
    if ((flags & ~(unsigned)RENAME_NOREPLACE) != 0)
        return call_fail(call, EPERM, "two %s can't be exchanged", parent->kind->plural);
    if (!can_be_renamed(parent))
        return call_fail(call, EPERM, "a %s can't be renamed", parent->kind->noun);
    /* Also by one of another machine: neither could be called by it alone any more. */
    if (!name_is_taken(tree_of(parent)->config.cache, parent->kind, NULL, new_name, NULL))
        return check_not_gone(call, parent, new_name);
    struct record *there = NULL;
    name_resolve(tree_of(parent)->config.cache, parent->kind, machine_of(parent), new_name, &there,
                 NULL);
    bool one = there != NULL; /* not several, which nobody could replace */
    record_unref(there);
    return call_fail(call, one && (flags & RENAME_NOREPLACE) == 0 ? ENOTEMPTY : EEXIST,
                     "the name is taken");
}

/* Sends the new name; the directory object goes on under it, as the kernel's dentry does; in a dry
 * run the next look-ups lead both back. */
static int send_name(struct call *call, struct dir *dir, const char *new_name,
                     const struct buf *decoded)
{
    struct buf edit = BUF_EMPTY;
    struct record *record = resource_record(dir);

    if (record == NULL)
        return call_fail(call, ENOENT, "it is gone");
    record_unref(record);
    int rc = document_name_edit(buf_text(decoded), decoded->size_bytes, &edit) ? 0 : -ENOMEM;
    if (rc == 0) {
        const struct change_request request = {.verb = CHANGE_EDIT, .body = buf_text(&edit)};

        rc = tree_change(call, dir, NULL, &request, NULL);
    }
    if (rc == 0 && !call->planned && !dir_move(dir, new_name))
        rc = -ENOMEM;
    buf_finish(&edit);
    return rc;
}

int resource_rename(struct call *call, struct dir *parent, const char *name, struct dir *new_parent,
                    const char *new_name, unsigned flags)
{
    struct buf decoded = BUF_EMPTY;
    struct dir *dir = NULL;
    int rc = check_rename(call, parent, new_parent, new_name, flags);

    if (rc == 0 && !name_decode(new_name, &decoded))
        rc = call_fail(call, EPERM, "this spelling would be listed differently: see README, names");
    if (rc == 0)
        rc = last_handed_out(call, parent, name, &dir);
    if (rc == 0 && dir != NULL)
        rc = send_name(call, dir, new_name, &decoded);
    dir_unref(dir);
    buf_finish(&decoded);
    return rc;
}
