/* SPDX-License-Identifier: MIT */
/*
 * Open files. A handle keeps the text that it was opened with; a writable one stages changes to it
 * (file_stage.c) and commits them (file_commit.c).
 */
#include "config.h"

#include "vfs/file.h"

#include "vfs/failure.h"
#include "vfs/finish.h"
#include "vfs/leaf.h"
#include "vfs/process.h"
#include "vfs/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* --- taking turns ---------------------------------------------------------------------------- */

static int cancel_errno(struct call *call, enum cancel_reason reason)
{
    if (reason == CANCEL_DEADLINE)
        return call_fail(call, ETIMEDOUT, "the deadline passed");
    if (reason == CANCEL_CROWDED)
        return call_fail(call, EAGAIN, "too many callers wait already: try again in a moment");
    return call_fail(call, EINTR, "interrupted");
}

void file_cut(struct file *file)
{
    buf_resize(&file->text, 0);
    staged_cut(file->staged);
}

/* The file was cut by its path, for this handle too, unless it has something staged already. */
static void begin_empty(struct file *file)
{
    struct staged *staged = file->staged;

    if (staged == NULL)
        return;
    pthread_mutex_lock(&file->vfs->lock);
    bool cut = staged->cut;
    staged->cut = false;
    pthread_mutex_unlock(&file->vfs->lock);
    if (!cut || staged->state != STAGED_NOTHING)
        return;
    buf_resize(&file->text, 0);
    staged_begin_empty(staged);
}

int file_enter(struct call *call, struct file *file)
{
    enum cancel_reason reason = CANCEL_NONE;

    pthread_mutex_lock(&file->lock);
    while (file->busy && reason == CANCEL_NONE)
        reason = wait_queue_wait(&file->turns, &file->lock, call->cancel, CANCEL_NEVER);
    if (reason == CANCEL_NONE)
        file->busy = true;
    pthread_mutex_unlock(&file->lock);
    if (reason != CANCEL_NONE)
        return cancel_errno(call, reason);
    begin_empty(file);
    return 0;
}

int file_enter_now(struct call *call, struct file *file)
{
    enum cancel_reason reason = cancel_reason(call->cancel);

    pthread_mutex_lock(&file->lock);
    bool busy = file->busy;
    file->busy = true;
    pthread_mutex_unlock(&file->lock);
    if (!busy) {
        begin_empty(file);
        return 0;
    }
    return reason == CANCEL_NONE ? VFS_NOT_YET : cancel_errno(call, reason);
}

void file_leave(struct file *file)
{
    pthread_mutex_lock(&file->lock);
    file->busy = false;
    wait_queue_wake(&file->turns);
    pthread_mutex_unlock(&file->lock);
}

bool file_is_new(struct call *call, struct node node)
{
    struct vfs *vfs = node.dir->vfs;
    const struct file *file;
    pid_t opener = 0;

    pthread_mutex_lock(&vfs->lock);
    LIST_FOREACH (file, &vfs->files, link)
        if (file->created && file->node.dir == node.dir &&
            alias_is_same(file->node.alias, node.alias))
            opener = file->opener;
    pthread_mutex_unlock(&vfs->lock);
    return opener != 0 && same_process(call->pid, opener);
}

int file_finish(struct call *call, struct file *file, int rc)
{
    char path[PATH_BYTES];

    if (rc >= 0 || call->repeated)
        return rc;
    node_path(file->node, path, sizeof path);
    call->text = &file->text;
    return call_finish(call, file->node.dir, path, rc);
}

/* --- opening --------------------------------------------------------------------------------- */

struct file *file_new(struct call *call, struct node node, const struct leaf_row *row, int flags)
{
    struct file *file = calloc(1, sizeof *file);

    if (file == NULL)
        return NULL;
    file->vfs = node.dir->vfs;
    file->node = (struct node){dir_ref(node.dir), node.alias, content_ref(node.content)};
    file->row = row;
    file->writable = (flags & O_ACCMODE) != O_RDONLY;
    file->append = (flags & O_APPEND) != 0;
    file->opener = call->pid;
    if ((row->flags & LEAF_SCRATCH_FILE) != 0)
        file->scratch = scratch_hold(node.dir, leaf_of(node));
    pthread_mutex_init(&file->lock, NULL);
    wait_queue_init(&file->turns);
    return file;
}

/* What handles that only read show alike; guarded by vfs->lock. */
struct shared_text {
    unsigned holders;
    struct buf text;
};

#define SHARED_MIN_BYTES 1024 /* a shorter text is not worth it */

/* The text of another handle on the same file, if it is the same. With vfs->lock held. */
static struct shared_text *find_shared(const struct file *file)
{
    const struct file *other;

    LIST_FOREACH (other, &file->vfs->files, link)
        if (other->shared != NULL && other->node.dir == file->node.dir &&
            alias_is_same(other->node.alias, file->node.alias))
            return other->shared->text.size_bytes == file->text.size_bytes &&
                           memcmp(other->shared->text.data, file->text.data,
                                  file->text.size_bytes) == 0
                       ? other->shared
                       : NULL;
    return NULL;
}

/* However many read a file, what it shows is kept once. */
void file_share_text(struct file *file)
{
    struct buf spare = BUF_EMPTY;

    if (file->writable || file->text.size_bytes < SHARED_MIN_BYTES)
        return;
    struct shared_text *fresh = calloc(1, sizeof *fresh);
    pthread_mutex_lock(&file->vfs->lock);
    file->shared = find_shared(file);
    if (file->shared != NULL) {
        spare = file->text;
        file->text = file->shared->text;
    } else if (fresh != NULL) {
        fresh->text = file->text;
        file->shared = fresh;
        fresh = NULL;
    }
    if (file->shared != NULL)
        file->shared->holders++;
    pthread_mutex_unlock(&file->vfs->lock);
    buf_finish(&spare);
    free(fresh);
}

static void drop_text(struct file *file)
{
    pthread_mutex_lock(&file->vfs->lock);
    LIST_REMOVE(file, link);
    bool kept = file->shared != NULL && --file->shared->holders > 0;
    pthread_mutex_unlock(&file->vfs->lock);
    if (kept)
        return;
    if (file->writable && file->text.data != NULL)
        explicit_bzero(file->text.data, file->text.capacity_bytes);
    buf_finish(&file->text);
    free(file->shared);
}

void vfs_release(struct file *file)
{
    drop_text(file);
    if (file->scratch != NULL)
        scratch_release(file->node.dir, file->scratch, file->writable);
    if (file->stream != NULL)
        file->row->stream->close(file->stream);
    staged_free(file->staged);
    pthread_mutex_destroy(&file->lock);
    node_unref(file->node);
    free(file);
}

uint64_t file_place(const struct file *file)
{
    return file->row->place == NULL ? 0 : file->row->place(file->node);
}

/* What a new handle starts with: nothing where the old text is cut or only added to. */
static int load(struct call *call, struct file *file, bool empty)
{
    if (empty)
        return 0;
    call->version = 0;
    int rc = leaf_render(call, file->node, file->row, true, &file->text);
    file->shown = (struct seen){.version = call->version, .key = file_place(file)};
    if (file->staged != NULL)
        file->staged->rest_bytes = file->text.size_bytes;
    return rc;
}

void file_enlist(struct file *file)
{
    pthread_mutex_lock(&file->vfs->lock);
    file->shown_bytes = file->text.size_bytes;
    LIST_INSERT_HEAD(&file->vfs->files, file, link);
    pthread_mutex_unlock(&file->vfs->lock);
}

int file_check_access(struct call *call, struct node node, int flags, bool created)
{
    mode_t mode = leaf_mode(node);
    bool writing = (flags & O_ACCMODE) != O_RDONLY;

    if (writing && vfs_read_only(node.dir->vfs))
        return call_fail(call, EROFS, "mounted read-only");
    if (writing && !created && (mode & 0222) == 0 && !birth_is_copying(call, node.dir))
        return call_fail(call, EACCES, "this file is read-only");
    if ((flags & O_ACCMODE) != O_WRONLY && (mode & 0444) == 0)
        return call_fail(call, EACCES, "this value can be given, it is never shown");
    return 0;
}

/* What grows is read as it is then; -ESTALE: the name leads to another by now. */
static int open_stream(struct file *file)
{
    file->stream = file->row->stream->open(file->node);
    return file->stream == NULL ? -ESTALE : 0;
}

/* -ENOENT: it was removed just now. */
static int open_scratch(struct call *call, struct file *file, int flags)
{
    if (file->scratch == NULL)
        return -ENOENT;
    return (flags & O_TRUNC) == 0 ? 0 : scratch_truncate(call, file->scratch, 0);
}

/* Whether a handle for writing has nothing of the old text. */
static bool begins_empty(struct file *file, int flags)
{
    struct staged *staged = file->staged;
    bool truncates = (flags & O_TRUNC) != 0;

    if (truncates && !file->created)
        staged_cut(staged);
    bool cut_before = truncated_take(file->vfs, staged->key, &staged->by);
    return cut_before || file->created || truncates || (flags & O_APPEND) != 0;
}

/* Gives a new handle what it shows, and what can be staged on it. */
static int fill(struct call *call, struct file *file, int flags)
{
    const struct leaf_row *row = file->row;
    bool empty = (row->flags & LEAF_BLOCKING) != 0;

    if (row->stream != NULL)
        return open_stream(file);
    if ((row->flags & LEAF_SCRATCH_FILE) != 0)
        return open_scratch(call, file, flags);
    if (file->writable) {
        file->copied = birth_is_copying(call, file->node.dir);
        file->staged = staged_new(call, file->node);
        if (file->staged == NULL)
            return -ENOMEM;
        empty = begins_empty(file, flags) || empty;
    }
    return load(call, file, empty);
}

int file_open(struct call *call, struct node node, int flags, bool created, struct file **out)
{
    const struct leaf_row *row = leaf_row(node.dir, node.alias);
    bool writing = (flags & O_ACCMODE) != O_RDONLY;

    if (row == NULL)
        return -ENOENT;
    bool local = (row->flags & LEAF_SCRATCH_FILE) != 0;
    if (writing && !local)
        birth_opens(call, node.dir, leaf_of(node));
    int rc = local ? 0 : file_check_access(call, node, flags, created);
    if (rc < 0)
        return rc;
    struct file *file = file_new(call, node, row, flags);
    if (file == NULL)
        return -ENOMEM;
    file->created = created;
    rc = fill(call, file, flags);
    file_share_text(file);
    file_enlist(file);
    if (rc < 0) {
        vfs_release(file);
        return rc;
    }
    if (!writing)
        actors_note_opened(node.dir, leaf_of(node), actors_identify(node.dir->vfs, call->pid));
    *out = file;
    return 0;
}
