/* SPDX-License-Identifier: MIT */
/*
 * Reading: what a handle shows, and to whom. A handle on a node with a content (content.h) renders
 * its text when somebody reads it, which nobody does once the kernel has its pages: that it was
 * shown is told by who brought them there, and whoever opens it counts as having seen some of it,
 * though not all. Where it matters who has read what the kernel keeps no pages.
 */
#include "config.h"

#include "vfs/file.h"

#include "vfs/again.h"
#include "vfs/content.h"
#include "vfs/dir_cache.h"
#include "vfs/failure.h"
#include "vfs/finish.h"
#include "vfs/lookup.h"
#include "vfs/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* --- to whom ---------------------------------------------------------------------------------- */

/* Whether a handle shows what was written to it. */
static bool is_written(const struct file *file)
{
    return file->staged != NULL && staged_is_written(file->staged);
}

bool file_renames(const struct file *file, enum renamer *out)
{
    *out = (file->row->flags & LEAF_DOCUMENT) != 0 ? RENAMER_DOCUMENT : RENAMER_NAME;
    return dir_resource(file->node.dir) == file->node.dir &&
           (*out == RENAMER_DOCUMENT ||
            (file->row->renames != NULL && file->row->renames(file->node)));
}

/* The process has seen something of what the handle has. */
static void note_seen(const struct file *file, struct process_id process)
{
    struct dir *resource = dir_resource(file->node.dir);
    enum renamer renamer;

    actors_note_seen(resource, process, &file->shown);
    if (file_renames(file, &renamer))
        actors_note_read_as(resource, renamer, process);
}

/* It is given some of it now. */
static void note_shown(struct file *file, struct process_id process)
{
    const struct vfs_hooks *hooks = file->vfs->config.hooks;

    file->reader = process;
    file->read_bytes = 0;
    file->shown.whole = false;
    note_seen(file, process);
    if (hooks->shown != NULL)
        hooks->shown(dir_resource(file->node.dir), &file->shown);
}

/* The caller is given so much of the text: only that counts as shown. */
static void note_read(struct call *call, struct file *file, size_t start, size_t count)
{
    struct process_id process = actors_identify(file->vfs, call->pid);

    if (file->read_bytes == 0 || !process_is_same(process, file->reader))
        note_shown(file, process);
    if (start <= file->read_bytes && start + count > file->read_bytes)
        file->read_bytes = start + count;
    if (file->shown.whole || file->read_bytes != file->text.size_bytes)
        return;
    file->shown.whole = true;
    actors_note_seen(dir_resource(file->node.dir), process, &file->shown);
}

/* --- opening --------------------------------------------------------------------------------- */

/* Whether a look-up would find the same. */
static bool is_present(struct node node)
{
    struct content *now = lookup_content(node.dir, node.alias);
    bool same = now == node.content;

    content_unref(now);
    return same;
}

/* Whether it shows something of the resource itself, not what has become of it. */
static bool shows_resource(const struct leaf_row *row)
{
    return (row->flags & LEAF_DOCUMENT) != 0 || row->place != NULL;
}

/* As fresh as reading the resource needs, if that is what is read. */
static int freshen(struct call *call, struct node node, const struct leaf_row *row)
{
    call->version = 0;
    if (!shows_resource(row))
        return 0;
    return node.dir->vfs->config.hooks->pin_freshen(call, node.dir, content_pin(node.content));
}

/* Opens what the node shows for ever. PIN_CHANGED: there is something newer, as it has just turned
 * out, or (`present`) as was known. */
static int open_pinned(struct call *call, struct node node, int flags, bool present,
                       struct file **out)
{
    const struct leaf_row *row = leaf_row_of(node);
    const struct vfs_hooks *hooks = node.dir->vfs->config.hooks;
    struct process_id process = actors_identify(node.dir->vfs, call->pid);
    int rc = row == NULL ? -ENOENT : file_check_access(call, node, flags, false);

    if (rc == 0)
        rc = freshen(call, node, row);
    if (rc == 0 && present && !is_present(node))
        rc = PIN_CHANGED;
    if (rc != 0)
        return rc;
    struct file *file = file_new(call, node, row, flags);
    if (file == NULL)
        return -ENOMEM;
    file->shown = (struct seen){.version = call->version, .key = file_place(file)};
    file->watched =
        hooks->pin_is_watched != NULL && hooks->pin_is_watched(node.dir, content_pin(node.content));
    file_enlist(file);
    actors_note_opened(node.dir, leaf_of(node), process);
    if (!file->watched && file->shown.version != 0)
        note_seen(file, process);
    *out = file;
    return 0;
}

/* Who reads gets what the node shows, while that is what there is; else it walks again, and takes
 * what it finds there: changed once more, that was new a moment ago. PIN_CHANGED: it can't walk, or
 * (callers without a pid) nobody knows whether it has. */
static int open_to_read(struct call *call, struct node node, int flags, struct file **out,
                        bool *again)
{
    struct vfs *vfs = node.dir->vfs;
    int rc = open_pinned(call, node, flags, true, out);

    if (rc != PIN_CHANGED) {
        again_came(vfs, call->pid);
        return rc;
    }
    enum again_way way = again_walk(vfs, call->pid, node, AGAIN_READS);
    *again = way == AGAIN_GO;
    if (way == AGAIN_CAME && call->pid != 0)
        rc = open_pinned(call, node, flags, false, out);
    return rc;
}

/* Who writes gets the file itself, to which it walks again. */
static int open_node(struct call *call, struct node node, int flags, struct file **out, bool *again)
{
    struct vfs *vfs = node.dir->vfs;
    int rc = PIN_CHANGED;

    if (node.content != NULL && (flags & O_ACCMODE) == O_RDONLY)
        rc = open_to_read(call, node, flags, out, again);
    else if (node.content != NULL)
        *again = again_walk(vfs, call->pid, node, AGAIN_WRITES) == AGAIN_GO;
    if (*again || rc != PIN_CHANGED)
        return *again ? -ESTALE : rc;
    node.content = NULL;
    rc = file_open(call, node, flags, false, out);
    again_came(vfs, call->pid);
    return rc;
}

int vfs_open(struct call *call, struct node node, int flags, struct file **out)
{
    char path[PATH_BYTES];
    bool again = false;

    vfs_sweep(node.dir->vfs);
    dir_cache_note_look(node.dir->vfs, call->pid);
    int rc = open_node(call, node, flags, out, &again);
    if (rc == 0 || again)
        return rc;
    node_path(node, path, sizeof path);
    return call_finish(call, node.dir, path, rc);
}

/* --- reading --------------------------------------------------------------------------------- */

off_t file_size(struct file *file)
{
    if (file->scratch != NULL)
        return scratch_size(file->scratch);
    if (file->stream != NULL)
        return (off_t)file->row->stream->size(file->stream);
    return file_is_pinned(file) ? -1 : (off_t)file->text.size_bytes;
}

bool file_is_pinned(const struct file *file)
{
    return file->node.content != NULL;
}

bool file_is_kept(const struct file *file)
{
    return file_is_pinned(file) && !file->watched;
}

bool file_is_writable(const struct file *file)
{
    return file->writable;
}

/* A file that is waited for is rendered by reads, for as long as that takes: only an interrupt or
 * the end of the mount ends it. */
static int render_blocking(struct call *call, struct file *file)
{
    cancel_set_deadline(call->cancel, CANCEL_NEVER);
    int rc = leaf_render(call, file->node, file->row, true, &file->text);

    pthread_mutex_lock(&file->vfs->lock);
    file->shown_bytes = file->text.size_bytes;
    pthread_mutex_unlock(&file->vfs->lock);
    return rc;
}

static int render_pinned(struct call *call, struct file *file)
{
    int rc = leaf_render(call, file->node, file->row, false, &file->text);

    if (rc == 0)
        file_share_text(file);
    return rc;
}

/* What reads render does so once. */
static int render_now(struct call *call, struct file *file)
{
    int rc = 0;

    if (file->rendered)
        return 0;
    if (file_is_pinned(file))
        rc = render_pinned(call, file);
    else if ((file->row->flags & LEAF_BLOCKING) != 0)
        rc = render_blocking(call, file);
    file->rendered = rc == 0;
    return rc;
}

ssize_t vfs_read(struct call *call, struct file *file, char *out, size_t size, off_t offset)
{
    if (file->scratch != NULL)
        return scratch_pread(file->scratch, out, size, offset);
    if (file->stream != NULL)
        return (ssize_t)file->row->stream->read(file->stream, out, size,
                                                offset < 0 ? 0 : (size_t)offset);
    int rc = file_enter_now(call, file);

    if (rc < 0)
        return rc == VFS_NOT_YET ? rc : file_finish(call, file, rc);
    rc = render_now(call, file);
    if (rc < 0) {
        file_leave(file);
        return rc == VFS_NOT_YET ? rc : file_finish(call, file, rc);
    }
    size_t total = file->text.size_bytes;
    size_t start = offset < 0 || (size_t)offset > total ? total : (size_t)offset;
    size_t count = total - start < size ? total - start : size;
    if (count > 0)
        memcpy(out, file->text.data + start, count);
    if (count > 0 && file->shown.version != 0 && !is_written(file))
        note_read(call, file, start, count);
    file_leave(file);
    return (ssize_t)count;
}
