/* SPDX-License-Identifier: MIT */
/* The directory of one resource, and how a name in a kind's or group's directory leads to it. */
#include "config.h"

#include "tree/known.h"
#include "tree/resource.h"

#include "vfs/dates.h"
#include "document/document.h"
#include "tree/document_file.h"
#include "tree/draft.h"
#include "tree/changing.h"
#include "vfs/failure.h"
#include "tree/fields.h"
#include "tree/leaf_rows.h"
#include "util/file_name.h"
#include "tree/renamed.h"
#include "tree/resolve.h"
#include "vfs/scratch.h"
#include "tree/shown.h"
#include "tree/nested.h"
#include "tree/pins.h"
#include "tree/members.h"
#include "tree/record_date.h"
#include "tree/tree_internal.h"
#include "vfs/saving.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int resource_mtime(struct dir *dir, struct date *date)
{
    struct record *record = resource_record(dir);

    if (record == NULL)
        return -ENOENT;
    *date = record_date(tree_of(dir), record);
    record_unref(record);
    return 0;
}

/* A record that came incomplete is completed before its members are shown to somebody. */
static bool resource_fields(struct call *call, struct dir *dir, enum fields_need need,
                            struct members *out)
{
    struct cache *cache = tree_of(dir)->config.cache;
    struct record *pinned = pin_record(call);
    struct record *record = pinned != NULL ? pinned : resource_record(dir);

    bool ask = pinned == NULL && (need == FIELDS_FRESH ||
                                  (need == FIELDS_COMPLETE && record != NULL && !record->complete));

    if (ask) {
        record_unref(record);
        if (cache_read(cache, dir->kind, dir_id(dir), call->cancel, &record, &call->problem) < 0)
            record = NULL;
    }
    if (call != NULL && record != NULL)
        call->version = record->version;
    return members_of_record(record, out);
}

/* Only what belongs to machines has events. */
static bool has_events(const struct dir *dir)
{
    return dir->kind->machine_key != NULL;
}

static bool has_event(const struct dir *dir)
{
    return has_events(dir) && event_exists(dir);
}

static bool has_restore(const struct dir *dir)
{
    return cache_shape(tree_of(dir)->config.cache, dir->kind)->restore != NULL;
}

static void resource_touch(struct dir *dir)
{
    cache_expire(tree_of(dir)->config.cache, dir->kind, dir_id(dir));
}

static const struct leaf_row resource_leaves[] = {
    {.name = "document",
     .mode = 0644,
     .flags = LEAF_DOCUMENT | LEAF_PINNED,
     .attr = document_file_attr,
     .render = document_file_render,
     .judge = document_file_judge,
     .commit = document_file_commit},
    {.name = "restore",
     .mode = 0644,
     .flags = LEAF_VOLATILE | LEAF_PINNED,
     .is_pinned = event_is_idle,
     .render = restore_render,
     .judge = restore_judge,
     .commit = restore_commit,
     .touch = restore_touch,
     .exists = has_restore},
    {.name = "state",
     .mode = 0444,
     .flags = LEAF_VOLATILE | LEAF_PINNED,
     .is_pinned = event_is_idle,
     .render = state_render,
     .exists = has_events},
    {.name = "event.json",
     .mode = 0444,
     .flags = LEAF_VOLATILE,
     .is_pinned = event_is_idle,
     .render = event_render,
     .exists = has_event},
    {.name = "wait",
     .mode = 0444,
     .flags = LEAF_UNLISTED | LEAF_BLOCKING,
     .render = wait_render,
     .exists = has_events},
    {.name = "fstab", .mode = 0444, .render = fstab_render, .exists = fstab_exists},
    {.name = "credentials",
     .mode = 0400,
     .flags = LEAF_SECRET,
     .render = credentials_render,
     .exists = credentials_exist},
    {.name = NULL},
};

static const struct dir_fields resource_members = {resource_fields, document_commit_edit};

const struct dir_ops resource_ops = {
    .type = "resource",
    .mtime = resource_mtime,
    .mkdir = nested_mkdir,
    .unlink = leaf_unlink,
    .rename = leaf_rename,
    .rmdir = leaf_rmdir,
    .touch = resource_touch,
    .names = NAMES_OF_RECORD,
    .leaves = resource_leaves,
    .fields = &resource_members,
    .place = resource_place,
    .scratch = true,
    .source = &field_leaves,
    .others = &scratch_leaves,
    .objects = &nested_ops,
};
