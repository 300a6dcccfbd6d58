/* SPDX-License-Identifier: MIT */
/* What the filesystem asks of the tree. */
#include "config.h"

#include "tree/hooks.h"

#include "document/document.h"
#include "tree/changing.h"
#include "vfs/failure.h"
#include "tree/fields.h"
#include "tree/pins.h"
#include "tree/tree_internal.h"

#include <errno.h>

static void sweep(struct vfs *vfs)
{
    resource_sweep(vfs);
    cache_tell_changed(tree_of_vfs(vfs)->config.cache);
}

static const char *row_name(const struct dir *dir, const struct leaf_row *row)
{
    if ((row->flags & LEAF_DOCUMENT) != 0)
        return dir->kind->document;
    return (row->flags & LEAF_SINGLETON) != 0 ? kinds_singleton()->document : row->name;
}

static const char *noun(const struct dir *dir)
{
    return dir->kind->noun;
}

static int64_t names_valid_ms(const struct dir *dir)
{
    return cache_fresh_for_ms(tree_of(dir)->config.cache, dir->kind);
}

static uint64_t names_generation(const struct dir *dir)
{
    return dir->kind == NULL ? 0 : cache_names_generation(tree_of(dir)->config.cache, dir->kind);
}

static bool attr_is_known(const struct dir *dir, const struct leaf_row *row)
{
    return (row->flags & LEAF_SINGLETON) == 0 ||
           cache_is_known(tree_of(dir)->config.cache, kinds_singleton());
}

/* Past the TTL it is as fresh as a look-up there. */
static void before_date(struct call *call, struct dir *dir)
{
    struct cache *cache = tree_of(dir)->config.cache;
    struct problem ignored = {0};

    if (cache_is_aged(cache, dir->kind))
        cache_ensure(cache, dir->kind, CACHE_LOOKUP, call->cancel, &ignored);
}

static int64_t patience_ms(const struct dir *dir)
{
    return dir->kind == NULL ? CANCEL_NEVER
                             : cache_patience_ms(tree_of(dir)->config.cache, dir->kind);
}

static int check_scratch(struct call *call, struct dir *dir, const char *name, bool *unlisted)
{
    if (field_is_hidden(dir, name))
        return call_fail(call, EPERM, "secrets=hide: this file does not exist, nothing was sent");
    *unlisted = field_is_secret(name) && tree_of(dir)->config.secrets != SECRETS_SHOW;
    return 0;
}

static bool tells_secret(const struct dir *dir, const struct buf *text)
{
    return tree_of(dir)->config.secrets != SECRETS_SHOW && document_tells_secret(text);
}

static void shown(struct dir *resource, const struct seen *seen)
{
    cache_note_shown(tree_of(resource)->config.cache, resource->kind, dir_id(resource),
                     seen->version, seen->key);
}

const struct vfs_hooks tree_hooks = {
    .failed = record_failure,
    .sweep = sweep,
    .row_name = row_name,
    .noun = noun,
    .names_valid_ms = names_valid_ms,
    .names_generation = names_generation,
    .attr_is_known = attr_is_known,
    .before_date = before_date,
    .patience_ms = patience_ms,
    .check_scratch = check_scratch,
    .tells_secret = tells_secret,
    .shown = shown,
    .pin = pin_of,
    .unpin = pin_drop,
    .pin_is_watched = pin_is_watched,
    .pin_date = pin_date,
    .pin_freshen = pin_freshen,
    .statfs = tree_statfs,
    .change_wait = tree_change_wait,
    .change_done = change_done,
    .change_unref = change_unref,
};
