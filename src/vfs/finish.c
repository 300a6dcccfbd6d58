/* SPDX-License-Identifier: MIT */
/* The end of an operation that has failed: its words are complete, and written down. */
#include "config.h"

#include "vfs/finish.h"

#include "vfs/dir.h"

#include <errno.h>
#include <string.h>

int call_finish(struct call *call, struct dir *dir, const char *path, int rc)
{
    if (rc >= 0 || (rc == -ENOENT && call->problem.message[0] == '\0'))
        return rc;
    if (call->problem.message[0] == '\0')
        problem_set(&call->problem, PROBLEM_NONE, "%s", strerror(-rc));
    if (dir->vfs->config.hooks->failed != NULL)
        dir->vfs->config.hooks->failed(call, dir, path, -rc);
    return rc;
}
