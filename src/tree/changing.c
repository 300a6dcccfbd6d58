/* SPDX-License-Identifier: MIT */
/* Changes that an operation wishes for: started in its name, and waited for. */
#include "config.h"

#include "tree/changing.h"

#include "vfs/rebound.h"
#include "vfs/failure.h"
#include "vfs/file.h"
#include "tree/tree_internal.h"

#include <errno.h>

/* In whose name it is made: kept with it for changes.jsonl. Without memory it has none. */
static const char *print_origin(struct call *call, struct dir *dir, const char *name,
                                struct buf *out)
{
    char path[PATH_BYTES];

    dir_path(dir, name, path, sizeof path);
    return journal_print_origin(call->pid, call->uid, call->op, path, out) ? buf_text(out) : NULL;
}

static int start(struct call *call, struct dir *dir, const char *name,
                 const struct change_request *request, struct change **out)
{
    struct change_request sent = *request;
    struct buf origin = BUF_EMPTY;

    *out = NULL;
    if (!cancel_may_wait(call->cancel))
        return call_fail(call, EAGAIN, "too many callers wait already: nothing was sent");
    sent.kind = dir->kind;
    sent.id = api_verb(request->verb)->of_one ? dir_id(dir_resource(dir)) : NULL;
    sent.origin = print_origin(call, dir, name, &origin);
    sent.deadline_ms = call->change_ms != 0 ? call->change_ms : call->cancel->deadline_ms;
    if (sent.id != NULL)
        dir_note_own(dir->vfs, sent.id);
    int rc = change_start(tree_of(dir)->config.cache, &sent, out);
    buf_finish(&origin);
    return rc < 0 ? -ENOMEM : 0;
}

int tree_change_wait(struct call *call, struct vfs *vfs, struct change *change)
{
    int rc = change_wait(change, call->cancel, &call->problem);
    struct record *record = change_record(change);

    if (record != NULL)
        dir_note_own(vfs, record->id);
    record_unref(record);
    call->planned = call->planned || change_planned(change);
    call->changed = true;
    atomic_fetch_add(&vfs->own_changes, 1);
    return rc;
}

int tree_change(struct call *call, struct dir *dir, const char *name,
                const struct change_request *request, struct change **out)
{
    struct change *change = NULL;
    int rc = start(call, dir, name, request, &change);

    if (out != NULL)
        *out = change;
    if (rc < 0)
        return rc;
    rc = tree_change_wait(call, dir->vfs, change);
    if (out == NULL)
        change_unref(change);
    return rc == 0 ? 0 : call_problem_errno(call, request->verb == CHANGE_CREATE);
}

int tree_commit_start(struct call *call, struct file *file, const struct change_request *request)
{
    char name[LEAF_NAME_BYTES];

    leaf_name_of(file->node.dir, file->node.alias, name);
    return start(call, file->node.dir, name, request, &file->staged->change);
}

int tree_commit(struct call *call, struct file *file, const struct change_request *request)
{
    int rc = tree_commit_start(call, file, request);

    return rc < 0 ? rc : file_await(call, file, request->verb == CHANGE_CREATE);
}
