/* SPDX-License-Identifier: MIT */
/* .paperspacefs: the mount itself. */
#include "config.h"

#include "vfs/file.h"
#include "tree/journal_files.h"
#include "tree/leaf_rows.h"
#include "tree/tree_internal.h"

#include <errno.h>

void tree_refresh(struct tree *tree)
{
    cache_expire(tree->config.cache, NULL, NULL);
}

static int last_error_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    (void)call, (void)wait;
    return journal_print_last_error(tree_of(node.dir)->config.journal, out) ? 0 : -ENOMEM;
}

static int refresh_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    (void)call, (void)node, (void)wait, (void)out;
    return 0;
}

static int refresh_touch(struct call *call, struct node node)
{
    (void)call;
    tree_refresh(tree_of(node.dir));
    return 0;
}

static enum judgement refresh_judge(struct file *file, struct call *call)
{
    (void)file, (void)call;
    return JUDGE_COMPLETE;
}

static int refresh_commit(struct call *call, struct file *file)
{
    return refresh_touch(call, file->node);
}

static const struct leaf_row control_leaves[] = {
    {.name = "status.json", .mode = 0444, .flags = LEAF_VOLATILE, .render = status_render},
    {.name = "last-error", .mode = 0444, .flags = LEAF_VOLATILE, .render = last_error_render},
    {.name = "refresh",
     .mode = 0644,
     .render = refresh_render,
     .judge = refresh_judge,
     .commit = refresh_commit,
     .touch = refresh_touch},
    {.name = "allow",
     .mode = 0644,
     .flags = LEAF_VOLATILE,
     .render = allow_render,
     .judge = allow_judge,
     .commit = allow_commit,
     .exists = allow_exists},
    {.name = NULL},
};

const struct dir_ops control_ops = {.secret = true,
                                    .type = "control",
                                    .names = NAMES_FIXED,
                                    .leaves = control_leaves,
                                    .source = &journal_leaves};
