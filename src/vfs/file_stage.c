/* SPDX-License-Identifier: MIT */
/*
 * Changes of a handle's text: committed when a write completes a value, else at fsync or at a close
 * by whoever wrote.
 */
#include "config.h"

#include "vfs/failure.h"
#include "vfs/file.h"
#include "vfs/overlay.h"
#include "vfs/process.h"
#include "vfs/scratch.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

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

    return staged_is_written(file->staged) && offset <= text->size_bytes &&
           size <= text->size_bytes - offset && memcmp(text->data + offset, data, size) == 0;
}

/* What follows a text that was applied may only be white space. */
static int add_behind_applied(struct call *call, struct file *file, size_t offset)
{
    const char *first = (file->row->flags & LEAF_FIELD) != 0 ? "line" : "object";

    if (is_blank(file->text.data + offset, file->text.size_bytes - offset))
        return file_answer(call, file, 0);
    int rc = call_fail(call, EINVAL,
                       "more text follows the first %s: the first %s stays applied, the rest is "
                       "refused",
                       first, first);
    return file_answer(call, file, rc);
}

/* --- judging what is staged --------------------------------------------------------------------
 */

/* Whether some of the text is from before the open, or nobody's: by accident such a patchwork may
 * be a whole object. */
static bool is_patchwork(const struct file *file)
{
    return file->staged->front_bytes < file->staged->rest_bytes;
}

static bool can_be_judged(const struct file *file)
{
    return !is_patchwork(file) && file->row->judge != NULL &&
           (!file_is_read_only(file) || file->copied);
}

static int follow(struct call *call, struct file *file, enum judgement judgement)
{
    switch (judgement) {
    case JUDGE_COMPLETE:
        return file_commit(call, file);
    case JUDGE_INVALID:
        return file_answer(call, file, -call->problem.err);
    case JUDGE_INCOMPLETE:
        break;
    }
    return 0;
}

/* Whether the bytes that were just staged complete something, and what becomes of it then. */
static int judge(struct call *call, struct file *file)
{
    if (!can_be_judged(file))
        return 0;
    int rc = follow(call, file, file->row->judge(file, call));
    if (call->judged != NULL)
        call->judged->drop(call->judged);
    call->judged = NULL;
    return rc;
}

/* The text is as long as it shall be, and all of it was written: it is carried out or refused now,
 * since who saves so does not look at what close says (sudoedit). */
static int judge_whole(struct call *call, struct file *file)
{
    return can_be_judged(file) ? file_commit(call, file) : 0;
}

/* Counts what was written; returns whether that fills a space which was made for it before. */
static bool note_written(struct file *file, size_t offset, size_t size)
{
    struct staged *staged = file->staged;
    bool was_patchwork = is_patchwork(file);
    size_t end = offset + size;

    if (offset <= staged->front_bytes) {
        if (end > staged->front_bytes)
            staged->front_bytes = end;
    } else if (end > staged->rest_bytes) {
        staged->rest_bytes = end;
        staged->grown = true;
    }
    return was_patchwork && staged->grown && staged->front_bytes == file->text.size_bytes;
}

/* --- writing -----------------------------------------------------------------------------------
 */

/* As file_enter, of a handle on which something can be staged. */
static int enter_staged(struct call *call, struct file *file)
{
    if (file->staged == NULL)
        return call_fail(call, EBADF, "not open for writing");
    return file_enter(call, file);
}

static bool is_over_limit(size_t size, size_t offset)
{
    return offset > FILE_MAX_BYTES || size > FILE_MAX_BYTES - offset;
}

static int refuse_length(struct call *call, struct file *file)
{
    if (staged_is_written(file->staged))
        staged_written(file->staged);
    return file_answer(call, file, call_fail(call, EFBIG, "a file here has at most 1 MiB"));
}

static int store(struct call *call, struct file *file, const char *data, size_t size, size_t offset)
{
    if (is_over_limit(size, offset))
        return refuse_length(call, file);
    if (!buf_write_at(&file->text, offset, data, size))
        return -ENOMEM;
    staged_written(file->staged);
    return 0;
}

/* Whose the bytes are that have just been written. */
static void note_author(struct call *call, struct file *file)
{
    struct staged *staged = file->staged;

    if (!staged->author.wrote)
        birth_wrote(call, file->node.dir, leaf_of(file->node));
    staged->writer = call->pid;
    author_note(&staged->author, actors_identify(file->vfs, call->pid));
}

static int stage_write(struct call *call, struct file *file, const char *data, size_t size,
                       size_t offset)
{
    struct staged *staged = file->staged;
    bool new_bytes = !already_there(file, data, size, offset);
    bool behind = staged->applied_bytes > 0 && offset >= staged->applied_bytes;

    if (!new_bytes)
        staged_wanted(staged); /* nothing was sent: who writes it again still wants it */
    if (!new_bytes && staged_is_answered(staged))
        return file_repeat_answer(call, file);
    if (behind && is_over_limit(size, offset) && is_blank(data, size))
        return 0;
    int rc = new_bytes ? store(call, file, data, size, offset) : 0;
    if (rc < 0)
        return rc;
    bool filled = note_written(file, offset, size);
    note_author(call, file);
    if (behind)
        return add_behind_applied(call, file, offset);
    staged->applied_bytes = 0;
    return filled ? judge_whole(call, file) : judge(call, file);
}

/* Whether the caller did not wait out the commit of the present bytes. */
static bool is_unfinished(const struct staged *staged)
{
    return staged->state == STAGED_SENT || staged->state == STAGED_UNSENT;
}

/* Where appended bytes go: behind the rest, unless they are the ones whose commit the caller did
 * not wait out (a write sent again after EINTR). */
static size_t append_offset(const struct file *file, const char *data, size_t size)
{
    size_t end = file->text.size_bytes;

    if (is_unfinished(file->staged) && size <= end && already_there(file, data, size, end - size))
        return end - size;
    return end;
}

ssize_t vfs_write(struct call *call, struct file *file, const char *data, size_t size, off_t offset)
{
    if (file->scratch != NULL)
        return file_finish(call, file,
                           (int)scratch_pwrite(call, file->node.dir, file->scratch, data, size,
                                               offset, file->append));
    int rc = enter_staged(call, file);

    if (rc < 0)
        return file_finish(call, file, rc);
    size_t start = offset < 0 ? 0 : (size_t)offset;
    if (file->append)
        start = append_offset(file, data, size);
    rc = stage_write(call, file, data, size, start);
    file_leave(file);
    return rc < 0 ? file_finish(call, file, rc) : (ssize_t)size;
}

/* --- truncating --------------------------------------------------------------------------------
 */

/* Whether a text of that size is still the one that was applied, but for white space. */
static bool stays_applied(const struct file *file, size_t size)
{
    size_t applied = file->staged->applied_bytes;
    size_t from = size < applied ? size : applied;
    size_t to = size < applied ? applied : size;

    return applied > 0 && to <= file->text.size_bytes &&
           is_blank(file->text.data + from, to - from);
}

/* Gives the staged text another size, which is not 0. */
static int resize(struct call *call, struct file *file, size_t size)
{
    struct staged *staged = file->staged;
    size_t before = file->text.size_bytes;
    bool applied = stays_applied(file, size);

    if (!buf_resize(&file->text, size))
        return -ENOMEM;
    staged_resized(staged);
    staged->applied_bytes = 0;
    if (size > before || staged->rest_bytes > size)
        staged->rest_bytes = size;
    if (staged->front_bytes > size)
        staged->front_bytes = size;
    staged->grown = staged->grown || size > before;
    if (applied)
        return file_answer(call, file, 0);
    return staged_is_written(staged) && size < before ? judge_whole(call, file) : 0;
}

/* The same size once more: of a caller that did not wait out what its first attempt has begun. */
static int await_resize(struct call *call, struct file *file)
{
    bool unfinished = is_unfinished(file->staged);

    staged_wanted(file->staged);
    return unfinished ? judge_whole(call, file) : 0;
}

static int set_size(struct call *call, struct file *file, off_t size)
{
    if (size < 0 || size > FILE_MAX_BYTES)
        return call_fail(call, EFBIG, "a file here has at most 1 MiB");
    if (size > 0)
        return (size_t)size == file->text.size_bytes ? await_resize(call, file)
                                                     : resize(call, file, (size_t)size);
    file_cut(file);
    return 0;
}

int vfs_truncate(struct call *call, struct file *file, off_t size)
{
    if (file->scratch != NULL)
        return file_finish(call, file, scratch_truncate(call, file->scratch, size));
    int rc = enter_staged(call, file);

    if (rc < 0)
        return file_finish(call, file, rc);
    rc = set_size(call, file, size);
    file_leave(file);
    return file_finish(call, file, rc);
}

/* --- fsync and close ---------------------------------------------------------------------------
 */

int vfs_fsync(struct call *call, struct file *file)
{
    int rc = file_enter(call, file);

    if (rc < 0)
        return file_finish(call, file, rc);
    if (file->staged != NULL)
        staged_wanted(file->staged);
    if (file->staged != NULL && staged_is_written(file->staged))
        rc = file_commit(call, file);
    file_leave(file);
    return file_finish(call, file, rc);
}

/* It is closed with nothing written since it was cut to nothing. */
static void tell_cut(struct file *file)
{
    struct staged *staged = file->staged;

    staged_told(staged);
    truncated_note(file->vfs, staged->key, &staged->by);
    pthread_mutex_lock(&file->vfs->lock);
    staged->cut = false; /* which it is itself already */
    pthread_mutex_unlock(&file->vfs->lock);
}

/* A close by the caller: whoever wrote hears what becomes of that. */
static int close_staged(struct call *call, struct file *file)
{
    const struct staged *staged = file->staged;

    if (staged_is_written(staged))
        return same_process(call->pid, staged->writer) ? file_commit(call, file) : 0;
    if (staged->state == STAGED_CUT && same_process(call->pid, file->opener))
        tell_cut(file);
    return 0;
}

int vfs_flush(struct call *call, struct file *file)
{
    int rc = file_enter(call, file);

    if (rc < 0)
        return file_finish(call, file, rc);
    if (file->staged != NULL)
        rc = close_staged(call, file);
    file_leave(file);
    return file_finish(call, file, rc);
}
