/* SPDX-License-Identifier: MIT */
/*
 * A draft that is a copy of a resource which is gone. What was in that is gone with it; a new one
 * would be empty, and look as if nothing had happened: rsync of a copy of the tree back onto the
 * mount must not do that.
 */
#include "config.h"

#include "tree/draft.h"
#include "vfs/failure.h"
#include "vfs/scratch.h"
#include "tree/tree_internal.h"
#include "util/json.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static bool is_gone(const struct dir *dir, const struct buf *id)
{
    return cache_is_gone(tree_of(dir)->config.cache, dir->kind, buf_text(id));
}

void draft_note_document(struct dir *dir, struct json_object *edit)
{
    const char *text = json_string_member(edit, "id");
    struct buf id = BUF_EMPTY;
    bool gone = text != NULL && buf_append_text(&id, text) && is_gone(dir, &id);

    buf_finish(&id);
    pthread_mutex_lock(&dir->vfs->lock);
    if (dir->draft != NULL)
        dir->draft->gone = gone;
    pthread_mutex_unlock(&dir->vfs->lock);
}

/* Whether a file `id` was put into the draft that names one; the draft itself has none. */
static bool file_names_gone(struct dir *dir)
{
    struct leaf leaf = scratch_find(dir, "id");
    struct buf id = BUF_EMPTY;
    bool gone = false;

    if (!leaf_is_none(leaf) && scratch_read(dir, leaf, &id)) {
        while (id.size_bytes > 0 && isspace((unsigned char)id.data[id.size_bytes - 1]))
            buf_resize(&id, id.size_bytes - 1);
        gone = is_gone(dir, &id);
    }
    buf_finish(&id);
    return gone;
}

int draft_check_not_gone(struct call *call, struct dir *dir)
{
    const char *noun = dir->kind->noun;

    pthread_mutex_lock(&dir->vfs->lock);
    bool gone = dir->draft != NULL && dir->draft->gone;
    pthread_mutex_unlock(&dir->vfs->lock);
    if (!gone && !file_names_gone(dir))
        return 0;
    return call_fail(call, EPERM,
                     "this is a copy of a %s that is gone: what was in that is gone, too, and a "
                     "new one would be empty; to make one all the same, write a document without "
                     "id, and no file id",
                     noun);
}
