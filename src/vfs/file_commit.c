/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a staged text. Its bytes are answered once, and whoever asks again (the flush
 * after a failed write, a write sent again after EINTR) gets that answer until they change. A
 * commit that the caller did not wait out stays unanswered: the change is on its way, and the next
 * commit of the same bytes waits for it.
 */
#include "config.h"

#include "vfs/failure.h"
#include "vfs/file.h"
#include "vfs/scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct deed_key refusal(struct call *call, const struct file *file)
{
    const struct file_key *key = &file->staged->key;

    return (struct deed_key){.kind = DEED_REFUSED,
                             .who = process_number(actors_identify(file->vfs, call->pid)),
                             .place = key->place,
                             .detail = key->leaf.number};
}

static void note_refused(struct call *call, const struct file *file)
{
    struct deed_key key = refusal(call, file);

    pthread_mutex_lock(&file->vfs->lock);
    deed_note(file->vfs->deeds, key, NULL);
    pthread_mutex_unlock(&file->vfs->lock);
}

/* Whether the caller's process was refused there just now. A program puts the old text back of its
 * own accord then, as vim does with backupcopy=yes; who takes longer means it. */
static bool was_just_refused(struct call *call, const struct file *file)
{
    struct deed_key key = refusal(call, file);

    pthread_mutex_lock(&file->vfs->lock);
    bool was = key.who != 0 && deed_find(file->vfs->deeds, key) != NULL;
    pthread_mutex_unlock(&file->vfs->lock);
    return was;
}

/* Text with a secret in it is no more listed than the secret's own file. */
static void keep_text(struct call *call, struct file *file, const char *name)
{
    struct dir *dir = file->node.dir;
    const struct vfs_hooks *hooks = dir->vfs->config.hooks;
    bool unlisted = hooks->tells_secret != NULL && hooks->tells_secret(dir, &file->text);

    scratch_put(call, dir, name, 0600, unlisted, &file->text);
    note_refused(call, file);
}

static struct call quiet_call(const struct call *call)
{
    return (struct call){
        .cancel = call->cancel, .pid = call->pid, .uid = call->uid, .gid = call->gid, .op = "rej"};
}

/* Whether the text is what the file shows anyway, but for a final newline. */
static bool is_shown_text(struct call *call, const struct file *file)
{
    struct call quiet = quiet_call(call);
    const struct buf *text = &file->text;
    struct buf shown = BUF_EMPTY;

    bool same = leaf_render(&quiet, file->node, file->row, false, &shown) == 0 &&
                text->size_bytes <= shown.size_bytes && text->size_bytes + 1 >= shown.size_bytes &&
                memcmp(buf_text(text), buf_text(&shown), text->size_bytes) == 0;
    if (shown.data != NULL)
        explicit_bzero(shown.data, shown.capacity_bytes);
    buf_finish(&shown);
    return same;
}

/* The scratch file beside it that keeps what was refused, or LEAF_NONE. */
static struct leaf find_rejected(const struct file *file, char name[LEAF_NAME_BYTES + 4])
{
    leaf_name_of(file->node.dir, file->node.alias, name);
    strcat(name, ".rej");
    return scratch_find(file->node.dir, name);
}

bool file_is_put_back(struct call *call, const struct file *file)
{
    char name[LEAF_NAME_BYTES + 4];

    if (file->staged->replaced)
        return is_shown_text(call, file);
    return !leaf_is_none(find_rejected(file, name)) && was_just_refused(call, file) &&
           is_shown_text(call, file);
}

/* A refused document is kept beside it, as NAME.rej, until one is accepted; old text that a tool
 * puts back into its place after a refusal is no such thing. */
static void keep_rejected(struct call *call, struct file *file, int rc, bool sent)
{
    struct call quiet = quiet_call(call);
    char name[LEAF_NAME_BYTES + 4];

    if ((file->row->flags & LEAF_DOCUMENT) == 0)
        return;
    struct leaf old = find_rejected(file, name);
    if (rc == 0 && !leaf_is_none(old) &&
        (sent || !(file->staged->replaced || file_is_put_back(call, file))))
        scratch_remove(file->node.dir, old);
    else if (rc < 0 && file->text.size_bytes > 0 &&
             (leaf_is_none(old) || !is_shown_text(call, file)))
        keep_text(&quiet, file, name);
}

int file_answer(struct call *call, struct file *file, int rc)
{
    struct staged *staged = file->staged;
    bool sent = staged->state == STAGED_SENT;

    truncated_forget(file->vfs, staged->key);
    staged_answered(staged, rc, &call->problem);
    if (rc == 0)
        staged->applied_bytes = file->text.size_bytes;
    keep_rejected(call, file, rc, sent);
    return rc;
}

int file_repeat_answer(struct call *call, const struct file *file)
{
    const struct problem none = {.kind = PROBLEM_NONE};
    const struct staged *staged = file->staged;

    call->problem = staged->problem == NULL ? none : *staged->problem;
    call->repeated = true;
    return staged->answer;
}

int file_await(struct call *call, struct file *file, bool creating)
{
    const struct vfs_hooks *hooks = file->vfs->config.hooks;
    struct change *change = file->staged->change;

    staged_sent(file->staged);
    int rc = hooks->change_wait(call, file->vfs, change);
    if (rc < 0 && !hooks->change_done(change))
        return call_problem_errno(call, creating);
    if (rc < 0) /* it may have ended just after the caller was freed: this is its outcome */
        rc = hooks->change_wait(call, file->vfs, change);
    staged_drop_change(file->staged);
    return rc < 0 ? call_problem_errno(call, creating) : 0;
}

bool file_is_read_only(const struct file *file)
{
    return (leaf_mode(file->node) & 0222) == 0;
}

/* A read-only file may be put in place anew with what it holds anyway. */
static int compare_replacement(struct call *call, struct file *file)
{
    struct buf now = BUF_EMPTY;

    if (file->copied)
        return file->row->settable != NULL && file->row->settable(file->node)
                   ? file->row->commit(call, file)
                   : 0;
    int rc = leaf_render(call, file->node, file->row, false, &now);
    if (rc == 0 && (now.size_bytes != file->text.size_bytes ||
                    memcmp(buf_text(&now), buf_text(&file->text), now.size_bytes) != 0))
        rc = call_fail(call, EACCES, "this file is read-only: it keeps its content");
    buf_finish(&now);
    return rc;
}

int file_replace(struct call *call, struct file *file, struct buf *text,
                 const struct author *author)
{
    struct staged *staged = file->staged;

    if (file->text.data != NULL)
        explicit_bzero(file->text.data, file->text.capacity_bytes);
    buf_finish(&file->text);
    file->text = *text;
    *text = BUF_EMPTY;
    birth_wrote(call, file->node.dir, leaf_of(file->node));
    staged->replaced = true;
    author_clear(&staged->author);
    author_copy(author, &staged->author);
    staged_written(staged);
    return file_commit(call, file);
}

int file_commit(struct call *call, struct file *file)
{
    if (staged_is_answered(file->staged))
        return file_repeat_answer(call, file);
    int rc =
        file_is_read_only(file) ? compare_replacement(call, file) : file->row->commit(call, file);
    return file->staged->change != NULL ? rc : file_answer(call, file, rc);
}
