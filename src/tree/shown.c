/* SPDX-License-Identifier: MIT */
/*
 * What a kind's or group's directory shows.
 *
 * Drafts and records are kept in different places, under different locks, and a draft goes from one
 * to the other while its create is on its way. So the drafts are taken first: one that is not among
 * them and becomes a resource later was made later than the listing was begun; one that has become
 * a resource is either among the records, or listed as what it was taken for. The other way round,
 * a record may be what a draft is just becoming: the create tells (change_created), as soon as the
 * record can be seen; and while it has no answer yet, what looks like it counts as it
 * (change_sighted).
 */
#include "config.h"

#include "tree/shown.h"

#include "tree/draft.h"
#include "tree/resolve.h"
#include "tree/tree_internal.h"
#include "util/file_name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool shown_name(struct dir *parent, const struct record *record, struct buf *name)
{
    size_t start = name->size_bytes;

    if (!name_shown(tree_of(parent)->config.cache, record, name))
        return false;
    struct dir *draft = draft_find(parent, buf_text(name) + start);
    if (draft == NULL)
        return true;
    dir_unref(draft);
    return buf_resize(name, start) &&
           name_with_id(record->name, record->name_bytes, record->id, name);
}

/* What is listed, at one moment. */
struct view {
    struct dir *parent;
    struct drafts drafts;
    struct record **sighted; /* for each draft: what it is just becoming, or NULL */
    struct record_list records;
};

static void view_finish(struct view *view)
{
    for (size_t i = 0; view->sighted != NULL && i < view->drafts.count; i++)
        record_unref(view->sighted[i]);
    free(view->sighted);
    drafts_drop(&view->drafts);
    record_list_finish(&view->records);
}

static bool view_take(struct view *view, struct dir *parent)
{
    *view = (struct view){.parent = parent};
    if (!drafts_take(parent, &view->drafts) ||
        !cache_records(tree_of(parent)->config.cache, parent->kind, &view->records))
        return false;
    view->sighted = calloc(view->drafts.count + 1, sizeof(struct record *));
    for (size_t i = 0; view->sighted != NULL && i < view->drafts.count; i++) {
        view->sighted[i] = draft_sighted(view->drafts.dirs[i]);
        draft_settle(view->drafts.dirs[i]);
    }
    return view->sighted != NULL;
}

/* Whether a draft, which is listed, is just becoming that resource. */
static bool is_becoming(const struct view *view, const struct record *record)
{
    for (size_t i = 0; i < view->drafts.count; i++)
        if (dir_id(view->drafts.dirs[i]) == NULL && view->sighted[i] != NULL &&
            strcmp(view->sighted[i]->id, record->id) == 0)
            return true;
    return false;
}

static bool is_in(const struct dir *parent, const struct record *record)
{
    return parent->machine_id == NULL || strcmp(record->machine_id, parent->machine_id) == 0;
}

static bool list_record(const struct view *view, const struct record *record, struct buf *name,
                        struct listing *listing)
{
    struct dir *parent = view->parent;

    if (!is_in(parent, record) || is_becoming(view, record))
        return true;
    name->size_bytes = 0;
    return shown_name(parent, record, name) &&
           listing_add_dir(listing, buf_text(name), &resource_ops, parent->kind, record->id,
                           parent->machine_id);
}

static bool has_record(const struct view *view, const char *id)
{
    for (size_t i = 0; i < view->records.count; i++)
        if (strcmp(view->records.records[i]->id, id) == 0)
            return true;
    return false;
}

static bool list_draft(const struct view *view, struct dir *dir, struct listing *listing)
{
    const char *id = dir_id(dir);

    if (id != NULL && has_record(view, id))
        return true;
    return listing_add_object(listing, dir);
}

int shown_list(struct dir *parent, struct listing *listing)
{
    struct buf name = BUF_EMPTY;
    struct view view;

    listing_begin(listing, parent);
    bool ok = view_take(&view, parent);

    for (size_t i = 0; ok && i < view.records.count; i++)
        ok = list_record(&view, view.records.records[i], &name, listing);
    for (size_t i = 0; ok && i < view.drafts.count; i++)
        ok = list_draft(&view, view.drafts.dirs[i], listing);
    view_finish(&view);
    buf_finish(&name);
    return ok ? 0 : -ENOMEM;
}

/* --- later ------------------------------------------------------------------------------------ */

static bool is_listed_twice(const struct listing *listing, const struct listed *entry)
{
    for (size_t i = 0; i < listing->count; i++) {
        const struct listed *other = &listing->entries[i];
        if (other != entry && other->id != NULL && strcmp(other->id, entry->id) == 0)
            return true;
    }
    return false;
}

/* 0, -ENOENT, -ENOMEM. */
static int refresh_draft(struct listing *listing, struct listed *entry)
{
    draft_settle(entry->dir);
    const char *id = dir_id(entry->dir);
    if (id == NULL && !draft_is_there(entry->dir))
        return -ENOENT;
    if (id == NULL)
        return listing_rename_entry(listing, entry, dir_name(entry->dir)) ? 0 : -ENOMEM;
    entry->ops = dir_ops(entry->dir);
    entry->id = listing_text(listing, id);
    if (entry->id == NULL)
        return -ENOMEM;
    return is_listed_twice(listing, entry) ? -ENOENT : 0;
}

static int refresh_resource(struct listing *listing, struct listed *entry)
{
    struct dir *parent = listing->dir;
    struct record *record = cache_by_id(tree_of(parent)->config.cache, parent->kind, entry->id);
    struct buf name = BUF_EMPTY;
    int rc = record != NULL && is_in(parent, record) ? 0 : -ENOENT;

    if (rc == 0 && (!shown_name(parent, record, &name) ||
                    !listing_rename_entry(listing, entry, buf_text(&name))))
        rc = -ENOMEM;
    buf_finish(&name);
    record_unref(record);
    return rc;
}

int shown_refresh(struct listing *listing, struct listed *entry)
{
    if (entry->dir == NULL && entry->id == NULL)
        return 0;
    if (entry->ops->draft) {
        int rc = refresh_draft(listing, entry);
        if (rc < 0 || entry->id == NULL)
            return rc;
    }
    return refresh_resource(listing, entry);
}
