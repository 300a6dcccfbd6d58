/* SPDX-License-Identifier: MIT */
/* Groups that are shown though they have nothing. */
#include "config.h"

#include "tree/local_groups.h"

#include <stdlib.h>
#include <string.h>

static int64_t now_ms(const struct tree *tree)
{
    return clock_now_ms(tree->config.clock);
}

static void group_free(struct local_group *group)
{
    LIST_REMOVE(group, link);
    free(group->id);
    free(group);
}

/* With vfs.lock held; drops what has run out on the way. */
static struct local_group *find_local(struct tree *tree, const struct kind *kind, const char *id)
{
    struct local_group *group = LIST_FIRST(&tree->groups);
    struct local_group *found = NULL;

    while (group != NULL) {
        struct local_group *next = LIST_NEXT(group, link);
        if (group->until_ms <= now_ms(tree))
            group_free(group);
        else if (group->kind == kind && strcmp(group->id, id) == 0)
            found = group;
        group = next;
    }
    return found;
}

bool group_is_local(struct tree *tree, const struct kind *kind, const char *id)
{
    pthread_mutex_lock(&tree->vfs.lock);
    bool found = find_local(tree, kind, id) != NULL;
    pthread_mutex_unlock(&tree->vfs.lock);
    return found;
}

static struct local_group *add_local(struct tree *tree, const struct kind *kind, const char *id)
{
    struct local_group *group = calloc(1, sizeof *group);

    if (group == NULL || (group->id = strdup(id)) == NULL) {
        free(group);
        return NULL;
    }
    group->kind = kind;
    LIST_INSERT_HEAD(&tree->groups, group, link);
    return group;
}

bool group_keep(struct tree *tree, const struct kind *kind, const char *id, int64_t ms)
{
    pthread_mutex_lock(&tree->vfs.lock);
    struct local_group *group = find_local(tree, kind, id);
    if (group == NULL)
        group = add_local(tree, kind, id);
    if (group != NULL && group->until_ms < now_ms(tree) + ms)
        group->until_ms = now_ms(tree) + ms;
    pthread_mutex_unlock(&tree->vfs.lock);
    return group != NULL;
}

void group_forget(struct tree *tree, const struct kind *kind, const char *id)
{
    pthread_mutex_lock(&tree->vfs.lock);
    struct local_group *group = find_local(tree, kind, id);
    if (group != NULL)
        group_free(group);
    pthread_mutex_unlock(&tree->vfs.lock);
}

void groups_finish(struct tree *tree)
{
    pthread_mutex_lock(&tree->vfs.lock);
    while (!LIST_EMPTY(&tree->groups))
        group_free(LIST_FIRST(&tree->groups));
    pthread_mutex_unlock(&tree->vfs.lock);
}

char **groups_take_local(struct tree *tree, const struct kind *kind, size_t *count)
{
    struct local_group *group;
    size_t total = 0;

    *count = 0;
    pthread_mutex_lock(&tree->vfs.lock);
    find_local(tree, kind, "");
    LIST_FOREACH (group, &tree->groups, link)
        total++;
    char **ids = calloc(total + 1, sizeof *ids);
    if (ids != NULL)
        LIST_FOREACH (group, &tree->groups, link)
            if (group->kind == kind)
                ids[(*count)++] = strdup(group->id);
    pthread_mutex_unlock(&tree->vfs.lock);
    return ids;
}
