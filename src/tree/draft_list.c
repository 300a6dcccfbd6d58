/* SPDX-License-Identifier: MIT */
/* The drafts of the mount: by their names, of one directory, of one kind. */
#include "config.h"

#include "tree/draft.h"
#include "tree/tree_internal.h"

#include "util/json.h"

#include <stdlib.h>
#include <string.h>

struct dir *draft_find(struct dir *parent, const char *name)
{
    struct draft *draft;
    struct dir *dir = NULL;

    pthread_mutex_lock(&parent->vfs->lock);
    LIST_FOREACH (draft, &tree_of(parent)->drafts, link)
        if (draft->dir->parent == parent && strcmp(dir_name(draft->dir), name) == 0)
            break;
    if (draft != NULL) {
        dir = draft->dir;
        dir->refs++;
    }
    pthread_mutex_unlock(&parent->vfs->lock);
    if (dir == NULL)
        return NULL;
    draft_settle(dir);
    if (dir_ops(dir)->draft)
        return dir;
    dir_unref(dir);
    return NULL;
}

/* With vfs->lock held. */
static size_t count_in(const struct dir *parent)
{
    const struct draft *draft;
    size_t count = 0;

    LIST_FOREACH (draft, &tree_of(parent)->drafts, link)
        count += draft->dir->parent == parent;
    return count;
}

bool drafts_take(struct dir *parent, struct drafts *out)
{
    struct draft *draft;

    pthread_mutex_lock(&parent->vfs->lock);
    *out = (struct drafts){.dirs = calloc(count_in(parent) + 1, sizeof *out->dirs)};
    if (out->dirs != NULL)
        LIST_FOREACH (draft, &tree_of(parent)->drafts, link)
            if (draft->dir->parent == parent) {
                draft->dir->refs++;
                out->dirs[out->count++] = draft->dir;
            }
    pthread_mutex_unlock(&parent->vfs->lock);
    return out->dirs != NULL;
}

void drafts_drop(struct drafts *drafts)
{
    for (size_t i = 0; i < drafts->count; i++)
        dir_unref(drafts->dirs[i]);
    free(drafts->dirs);
    *drafts = (struct drafts){0};
}

struct json_object *draft_names(struct tree *tree, const struct kind *kind)
{
    struct json_object *names = json_object_new_array();
    struct draft *draft;

    pthread_mutex_lock(&tree->vfs.lock);
    LIST_FOREACH (draft, &tree->drafts, link)
        if (names != NULL && draft->dir->kind == kind)
            json_object_array_add(names, json_object_new_string(dir_name(draft->dir)));
    pthread_mutex_unlock(&tree->vfs.lock);
    return names;
}
