/* SPDX-License-Identifier: MIT */
/* A mount's beginning and end. */
#include "config.h"

#include "tree/draft.h"
#include "tree/field_memo.h"
#include "tree/hooks.h"
#include "tree/local_groups.h"
#include "tree/tree_internal.h"

#include <stdlib.h>

static struct vfs_config vfs_config_of(const struct tree_config *config)
{
    return (struct vfs_config){.clock = config->clock,
                               .uid = config->uid,
                               .gid = config->gid,
                               .umask = config->umask,
                               .secrets = config->secrets,
                               .read_only = config->read_only,
                               .read_only_ctx = config->read_only_ctx,
                               .belief = config->belief,
                               .hooks = &tree_hooks};
}

struct tree *tree_create(const struct tree_config *config)
{
    struct tree *tree = calloc(1, sizeof *tree);
    const struct vfs_config vfs_config = vfs_config_of(config);

    if (tree == NULL)
        return NULL;
    tree->config = *config;
    LIST_INIT(&tree->groups);
    LIST_INIT(&tree->drafts);
    if (!vfs_init(&tree->vfs, &vfs_config, &root_ops)) {
        free(tree);
        return NULL;
    }
    return tree;
}

void tree_destroy(struct tree *tree)
{
    if (tree == NULL)
        return;
    vfs_forget_hidden(&tree->vfs);
    drafts_finish(tree);
    groups_finish(tree);
    field_memo_finish(tree);
    vfs_finish(&tree->vfs);
    free(tree);
}

struct vfs *tree_vfs(struct tree *tree)
{
    return &tree->vfs;
}
