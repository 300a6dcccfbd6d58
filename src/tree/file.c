/* SPDX-License-Identifier: MIT */
/*
 * Open files. A handle keeps the text that it was opened with; a writable one stages changes to it
 * and commits them when a write completes a value, else at fsync or at a close by whoever wrote.
 *
 * Every change of the staged bytes makes a new version; a version is answered once, and whoever
 * asks again (the flush after a failed write, a write sent again after EINTR) gets that answer.
 */
#include "config.h"

#include "tree/tree_internal.h"

#include "tree/document.h"
#include "tree/scratch.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* --- taking turns ---------------------------------------------------------------------------- */

static int cancel_errno(struct call *call, enum cancel_reason reason)
{
    if (reason == CANCEL_DEADLINE)
        return tree_fail(call, ETIMEDOUT, "the deadline passed");
    return tree_fail(call, EINTR, "interrupted");
}

/* Handlers of one handle may run at once; they take turns, and a wait for it can be interrupted. */
static int file_enter(struct call *call, struct file *file)
{
    enum cancel_reason reason = CANCEL_NONE;

    pthread_mutex_lock(&file->lock);
    while (file->busy && reason == CANCEL_NONE)
        reason = wait_queue_wait(&file->turns, &file->lock, call->cancel, CANCEL_NEVER);
    if (reason == CANCEL_NONE)
        file->busy = true;
    pthread_mutex_unlock(&file->lock);
    return reason == CANCEL_NONE ? 0 : cancel_errno(call, reason);
}

static void file_leave(struct file *file)
{
    pthread_mutex_lock(&file->lock);
    file->busy = false;
    wait_queue_wake(&file->turns);
    pthread_mutex_unlock(&file->lock);
}

/* Records a failure, but not the same answer given again (a flush after a failed write). */
static int finish(struct call *call, struct file *file, int rc)
{
    char path[PATH_BYTES];

    if (rc >= 0 || call->repeated)
        return rc;
    node_path(file->node, path, sizeof path);
    return tree_finish(call, file->tree, path, rc);
}

/* --- opening --------------------------------------------------------------------------------- */

static struct file *file_new(struct node node, const struct leaf_row *row, int flags)
{
    struct file *file = calloc(1, sizeof *file);

    if (file == NULL)
        return NULL;
    file->tree = node.dir->tree;
    file->node = (struct node){dir_ref(node.dir), node.leaf};
    file->row = row;
    file->writable = (flags & O_ACCMODE) != O_RDONLY;
    file->append = (flags & O_APPEND) != 0;
    file->version = 1;
    if ((row->flags & LEAF_SCRATCH_FILE) != 0) {
        file->scratch = leaf_acts_as(node.dir, node.leaf);
        scratch_hold(node.dir, file->scratch);
    }
    pthread_mutex_init(&file->lock, NULL);
    wait_queue_init(&file->turns);
    return file;
}

void tree_release(struct file *file)
{
    if ((file->row->flags & LEAF_VOLATILE) != 0) {
        pthread_mutex_lock(&file->tree->lock);
        LIST_REMOVE(file, link);
        pthread_mutex_unlock(&file->tree->lock);
    }
    if (file->scratch != 0)
        scratch_release(file->node.dir, file->scratch);
    change_unref(file->change);
    if (file->writable && file->text.data != NULL)
        explicit_bzero(file->text.data, file->text.capacity_bytes);
    buf_finish(&file->text);
    pthread_mutex_destroy(&file->lock);
    dir_unref(file->node.dir);
    free(file);
}

/* What a new handle starts with: nothing where the old text is cut or only added to. */
static int load(struct call *call, struct file *file, bool empty)
{
    if (empty)
        return 0;
    int rc = file->row->render(call, file->node, true, &file->text);
    file->inherited = file->writable && file->text.size_bytes > 0;
    file->old_bytes = file->text.size_bytes;
    return rc;
}

static void register_volatile(struct file *file)
{
    if ((file->row->flags & LEAF_VOLATILE) == 0)
        return;
    pthread_mutex_lock(&file->tree->lock);
    LIST_INSERT_HEAD(&file->tree->volatile_files, file, link);
    pthread_mutex_unlock(&file->tree->lock);
}

/* The modes hold for everybody, root included. */
static int check_access(struct call *call, struct node node, int flags, bool created)
{
    mode_t mode = leaf_mode(node);
    bool writing = (flags & O_ACCMODE) != O_RDONLY;

    if (writing && node.dir->tree->config.read_only)
        return tree_fail(call, EROFS, "mounted read-only");
    if (writing && !created && (mode & 0222) == 0 && !birth_is_own(call, node.dir))
        return tree_fail(call, EACCES, "this file is read-only");
    if ((flags & O_ACCMODE) != O_WRONLY && (mode & 0444) == 0)
        return tree_fail(call, EACCES, "this value can be given, it is never shown");
    return 0;
}

static int open_scratch(struct call *call, struct file *file, int flags)
{
    if ((flags & O_TRUNC) == 0)
        return 0;
    return scratch_truncate(call, file->node.dir, file->scratch, 0);
}

int file_open(struct call *call, struct node node, int flags, bool created, struct file **out)
{
    const struct leaf_row *row = leaf_row(node.dir, node.leaf);
    bool writing = (flags & O_ACCMODE) != O_RDONLY;

    if (row == NULL)
        return -ENOENT;
    int rc = (row->flags & LEAF_SCRATCH_FILE) != 0 ? 0 : check_access(call, node, flags, created);
    if (rc < 0)
        return rc;
    struct file *file = file_new(node, row, flags);
    if (file == NULL)
        return -ENOMEM;
    file->created = created;
    file->copied = writing && birth_is_own(call, node.dir);
    bool empty = (row->flags & LEAF_BLOCKING) != 0 ||
                 (writing && (created || (flags & (O_TRUNC | O_APPEND)) != 0));
    rc = file->scratch != 0 ? open_scratch(call, file, flags) : load(call, file, empty);
    register_volatile(file);
    if (rc < 0) {
        tree_release(file);
        return rc;
    }
    if (!writing)
        overlay_note_reader(node.dir, leaf_acts_as(node.dir, node.leaf), call->pid);
    *out = file;
    return 0;
}

int tree_open(struct call *call, struct node node, int flags, struct file **out)
{
    char path[PATH_BYTES];

    overlay_sweep(node.dir->tree);
    int rc = file_open(call, node, flags, false, out);
    if (rc == 0)
        return 0;
    node_path(node, path, sizeof path);
    return tree_finish(call, node.dir->tree, path, rc);
}

off_t file_size(struct file *file)
{
    if (file->scratch != 0)
        return scratch_size(file->node.dir, file->scratch);
    return (off_t)file->text.size_bytes;
}

/* A blocking file is rendered by its first read, for as long as that takes: only an interrupt or
 * the end of the mount frees the caller. */
static int render_now(struct call *call, struct file *file)
{
    cancel_set_deadline(call->cancel, CANCEL_NEVER);
    int rc = file->row->render(call, file->node, true, &file->text);
    file->rendered = rc == 0;
    return rc;
}

ssize_t tree_read(struct call *call, struct file *file, char *out, size_t size, off_t offset)
{
    if (file->scratch != 0)
        return scratch_pread(file->node.dir, file->scratch, out, size, offset);
    int rc = file_enter(call, file);

    if (rc < 0)
        return finish(call, file, rc);
    if ((file->row->flags & LEAF_BLOCKING) != 0 && !file->rendered)
        rc = render_now(call, file);
    if (rc < 0) {
        file_leave(file);
        return finish(call, file, rc);
    }
    size_t total = file->text.size_bytes;
    size_t start = offset < 0 || (size_t)offset > total ? total : (size_t)offset;
    size_t count = total - start < size ? total - start : size;
    if (count > 0)
        memcpy(out, file->text.data + start, count);
    file_leave(file);
    return (ssize_t)count;
}

/* --- answering ------------------------------------------------------------------------------- */

/* Text with a secret in it is no more listed than the secret's own file. */
static void keep_text(struct call *call, struct file *file, const char *name)
{
    struct dir *dir = file->node.dir;

    if (scratch_put(call, dir, name, 0600, &file->text) == 0)
        scratch_set_unlisted(dir, scratch_find(dir, name),
                             dir->tree->config.secrets != SECRETS_SHOW &&
                                 field_text_has_secret(buf_text(&file->text)));
}

/* A refused document is kept beside it, as NAME.rej, until one is accepted. */
static void keep_rejected(struct call *call, struct file *file, int rc)
{
    struct call quiet = {.cancel = call->cancel, .uid = call->uid, .gid = call->gid, .op = "rej"};
    char name[LEAF_NAME_BYTES + 4];

    if ((file->row->flags & LEAF_DOCUMENT) == 0)
        return;
    leaf_name(file->node.dir, file->node.leaf, name);
    strcat(name, ".rej");
    uint32_t old = scratch_find(file->node.dir, name);
    if (rc == 0 && old != 0)
        scratch_remove(file->node.dir, old);
    else if (rc < 0 && file->text.size_bytes > 0)
        keep_text(&quiet, file, name);
}

static int answer(struct call *call, struct file *file, int rc)
{
    file->answered = file->version;
    file->answer = rc;
    file->problem = call->problem;
    file->applied_bytes = rc == 0 ? file->text.size_bytes : file->applied_bytes;
    keep_rejected(call, file, rc);
    return rc;
}

static int repeat_answer(struct call *call, const struct file *file)
{
    call->problem = file->problem;
    call->repeated = true;
    return file->answer;
}

int file_await(struct call *call, struct file *file, bool creating)
{
    if (tree_change_wait(call, file->change) == 0) {
        change_unref(file->change);
        file->change = NULL;
        return 0;
    }
    if (change_done(file->change)) {
        change_unref(file->change);
        file->change = NULL;
    }
    return tree_problem_errno(call, creating);
}

static int commit(struct call *call, struct file *file);

static bool is_read_only(const struct file *file)
{
    return (leaf_mode(file->node) & 0222) == 0;
}

/* A read-only file may be put in place anew with what it holds anyway. */
static int compare_replacement(struct call *call, struct file *file)
{
    struct buf now = BUF_EMPTY;

    if (file->copied)
        return 0;
    int rc = file->row->render(call, file->node, false, &now);
    if (rc == 0 && (now.size_bytes != file->text.size_bytes ||
                    memcmp(buf_text(&now), buf_text(&file->text), now.size_bytes) != 0))
        rc = tree_fail(call, EACCES, "this file is read-only: it keeps its content");
    buf_finish(&now);
    return rc;
}

int file_replace(struct call *call, struct file *file, struct buf *text)
{
    buf_finish(&file->text);
    file->text = *text;
    *text = BUF_EMPTY;
    file->wrote = true;
    file->version++;
    return commit(call, file);
}

/* Commits the staged text. A commit that the caller did not wait out stays unanswered: the change
 * is on its way, and the next commit of the same version waits for it. */
static int commit(struct call *call, struct file *file)
{
    if (file->answered == file->version)
        return repeat_answer(call, file);
    if (file->change != NULL && file->change_version != file->version) {
        change_unref(file->change);
        file->change = NULL;
    }
    file->change_version = file->version;
    int rc = is_read_only(file) ? compare_replacement(call, file) : file->row->commit(call, file);
    return file->change != NULL ? rc : answer(call, file, rc);
}

/* --- staging --------------------------------------------------------------------------------- */

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!isspace((unsigned char)text[i]))
            return false;
    return true;
}

static bool already_there(const struct file *file, const char *data, size_t size, size_t offset)
{
    const struct buf *text = &file->text;

    return file->wrote && offset <= text->size_bytes && size <= text->size_bytes - offset &&
           memcmp(text->data + offset, data, size) == 0;
}

/* What follows a text that was applied may only be white space. */
static int add_behind_applied(struct call *call, struct file *file, size_t offset)
{
    size_t applied = file->applied_bytes;

    if (is_blank(file->text.data + offset, file->text.size_bytes - offset))
        return answer(call, file, 0);
    int rc = tree_fail(call, EINVAL,
                       "more text follows the first object; the first stays applied, the rest is "
                       "refused");
    answer(call, file, rc);
    file->applied_bytes = applied;
    return rc;
}

/* Whether the bytes that were just staged complete something, and what becomes of it then. */
static int judge(struct call *call, struct file *file)
{
    if (file->inherited || is_read_only(file))
        return 0;
    switch (file->row->judge(file, call)) {
    case JUDGE_COMPLETE:
        return commit(call, file);
    case JUDGE_INVALID:
        return answer(call, file, -call->problem.err);
    case JUDGE_INCOMPLETE:
        break;
    }
    return 0;
}

/* Old bytes count as replaced from the start on, as long as no gap is left. */
static void note_overwritten(struct file *file, size_t offset, size_t size)
{
    if (offset > file->new_bytes)
        return;
    if (offset + size > file->new_bytes)
        file->new_bytes = offset + size;
    if (file->new_bytes >= file->old_bytes)
        file->inherited = false;
}

static int store(struct call *call, struct file *file, const char *data, size_t size, size_t offset)
{
    if (offset > DOCUMENT_MAX_BYTES || size > DOCUMENT_MAX_BYTES - offset) {
        file->version++;
        return answer(call, file, tree_fail(call, EFBIG, "a file here has at most 1 MiB"));
    }
    if (offset > file->text.size_bytes) {
        file->inherited = true; /* a hole: judged only as a whole */
        file->old_bytes = DOCUMENT_MAX_BYTES + 1;
    }
    if (!buf_write_at(&file->text, offset, data, size))
        return -ENOMEM;
    note_overwritten(file, offset, size);
    file->version++;
    return 0;
}

static int stage_write(struct call *call, struct file *file, const char *data, size_t size,
                       size_t offset)
{
    bool new_bytes = !already_there(file, data, size, offset);
    bool behind = file->applied_bytes > 0 && offset >= file->applied_bytes &&
                  file->row != &field_row; /* a field's lines are one value, whenever they come */

    if (!new_bytes && file->answered == file->version)
        return repeat_answer(call, file);
    int rc = new_bytes ? store(call, file, data, size, offset) : 0;
    if (rc < 0)
        return rc;
    file->wrote = true;
    file->writer = call->pid;
    if (behind)
        return add_behind_applied(call, file, offset);
    file->applied_bytes = 0;
    return judge(call, file);
}

/* Where appended bytes go: behind the rest, unless they are the ones whose commit the caller did
 * not wait out (a write sent again after EINTR). */
static size_t append_offset(const struct file *file, const char *data, size_t size)
{
    size_t end = file->text.size_bytes;

    if (file->change != NULL && size <= end && already_there(file, data, size, end - size))
        return end - size;
    return end;
}

ssize_t tree_write(struct call *call, struct file *file, const char *data, size_t size,
                   off_t offset)
{
    if (file->scratch != 0)
        return finish(call, file,
                      (int)scratch_pwrite(call, file->node.dir, file->scratch, data, size, offset,
                                          file->append));
    int rc = file_enter(call, file);

    if (rc < 0)
        return finish(call, file, rc);
    size_t start = offset < 0 ? 0 : (size_t)offset;
    if (file->append)
        start = append_offset(file, data, size);
    rc = stage_write(call, file, data, size, start);
    file_leave(file);
    return rc < 0 ? finish(call, file, rc) : (ssize_t)size;
}

int tree_truncate(struct call *call, struct file *file, off_t size)
{
    if (file->scratch != 0)
        return finish(call, file, scratch_truncate(call, file->node.dir, file->scratch, size));
    int rc = file_enter(call, file);

    if (rc < 0)
        return finish(call, file, rc);
    if (!file->writable)
        rc = tree_fail(call, EBADF, "not open for writing");
    else if (size < 0 || size > DOCUMENT_MAX_BYTES)
        rc = tree_fail(call, EFBIG, "a file here has at most 1 MiB");
    else if ((size_t)size != file->text.size_bytes) {
        rc = buf_resize(&file->text, (size_t)size) ? 0 : -ENOMEM;
        file->version++;
        file->applied_bytes = 0;
    }
    if (size == 0) {
        file->inherited = false;
        file->old_bytes = 0;
    }
    file_leave(file);
    return finish(call, file, rc);
}

int tree_fsync(struct call *call, struct file *file)
{
    int rc = file_enter(call, file);

    if (rc < 0)
        return finish(call, file, rc);
    if (file->wrote)
        rc = commit(call, file);
    file_leave(file);
    return finish(call, file, rc);
}

int tree_flush(struct call *call, struct file *file)
{
    int rc = file_enter(call, file);

    if (rc < 0)
        return finish(call, file, rc);
    if (file->wrote && same_process(call->pid, file->writer))
        rc = commit(call, file);
    file_leave(file);
    return finish(call, file, rc);
}
