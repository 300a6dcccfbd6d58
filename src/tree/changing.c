/* SPDX-License-Identifier: MIT */
/* Changes that an operation wishes for: started in its name, and waited for. */
#include "config.h"

#include "tree/changing.h"

#include "vfs/rebound.h"
#include "vfs/failure.h"
#include "tree/tree_internal.h"

#include <errno.h>

int tree_change_start(struct call *call, struct dir *dir, const char *name,
                      const struct change_request *request, struct change **out)
{
    struct change_request sent = *request;
    struct buf origin = BUF_EMPTY;
    char path[PATH_BYTES];

    *out = NULL;
    if (!cancel_may_wait(call->cancel))
        return call_fail(call, EAGAIN, "too many callers wait already: nothing was sent");
    dir_path(dir, name, path, sizeof path);
    if (journal_print_origin(call->pid, call->uid, call->op, path, &origin))
        sent.origin = buf_text(&origin);
    sent.deadline_ms = call->change_ms != 0 ? call->change_ms : call->cancel->deadline_ms;
    if (request->id != NULL)
        dir_note_own(dir->vfs, request->id);
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
                const struct change_request *request, struct record **out)
{
    struct change *change = NULL;

    int rc = tree_change_start(call, dir, name, request, &change);

    if (rc < 0)
        return rc;
    rc = tree_change_wait(call, dir->vfs, change);
    if (rc == 0 && out != NULL)
        *out = change_record(change);
    change_unref(change);
    return rc == 0 ? 0 : call_problem_errno(call, request->verb == CHANGE_CREATE);
}
