/* SPDX-License-Identifier: MIT */
/*
 * The file `restore` of a snapshot. Setting both its times to now without an open handle, or
 * writing a JSON object to it, sends the machine back; a text that it can show itself is ignored,
 * so that copying a tree back restores nothing.
 */
#include "config.h"

#include "document/document.h"
#include "tree/document_file.h"
#include "tree/changing.h"
#include "vfs/failure.h"
#include "vfs/file.h"
#include "tree/leaf_rows.h"
#include "tree/known.h"
#include "tree/tree_internal.h"
#include "util/json.h"

#include <errno.h>
#include <string.h>

static const char *const shown_words[] = {
    "never", "new", "in progress", "done", "error", "cancelled", "unknown",
};

static const struct restore_row *row_of(const struct dir *dir)
{
    return cache_shape(tree_of(dir)->config.cache, dir->kind)->restore;
}

/* One of shown_words, or the state in the server's own word. */
static const char *state_word(const struct cache_event *event)
{
    if (!event->known)
        return "never";
    if (event->outcome_unknown)
        return "unknown";
    if (event->answered_whole)
        return "done";
    if (event->event.state[0] == '\0')
        return "new"; /* on its way */
    if (event->outcome == EVENT_SUCCEEDED)
        return "done";
    return event->event.state;
}

int restore_render(struct call *call, struct node node, bool wait, struct buf *out)
{
    struct dir *dir = node.dir;
    struct cache_event event = {0};

    if (call->pin == NULL)
        cache_event(tree_of(dir)->config.cache, dir->kind, dir_id(dir), CHANGE_RESTORE,
                    wait ? call->cancel : NULL, &event);
    return buf_printf(out, "%s\n", state_word(&event)) ? 0 : -ENOMEM;
}

/* --- what may be written --------------------------------------------------------------------- */

static size_t trimmed_bytes(const struct buf *text)
{
    size_t size = text->size_bytes;

    while (size > 0 && strchr(" \t\r\n", text->data[size - 1]) != NULL)
        size--;
    return size;
}

static bool is_shown_word(const struct buf *text)
{
    size_t size = trimmed_bytes(text);

    for (size_t i = 0; i < sizeof shown_words / sizeof shown_words[0]; i++)
        if (strlen(shown_words[i]) == size && memcmp(shown_words[i], buf_text(text), size) == 0)
            return true;
    return false;
}

static bool looks_like_object(const struct buf *text)
{
    const char *start = buf_text(text) + strspn(buf_text(text), " \t\r\n");

    return *start == '{';
}

static int refuse_text(struct call *call)
{
    return call_fail(call, EINVAL,
                     "to restore, touch this file or write a JSON object to it; nothing was sent");
}

enum judgement restore_judge(struct file *file, struct call *call)
{
    const struct buf *text = &file->text;

    if (looks_like_object(text))
        return document_file_judge(file, call);
    if (text->size_bytes == 0 || text->data[text->size_bytes - 1] != '\n')
        return JUDGE_INCOMPLETE;
    if (trimmed_bytes(text) == 0 || is_shown_word(text))
        return JUDGE_INCOMPLETE;
    refuse_text(call);
    return JUDGE_INVALID;
}

/* --- restoring ------------------------------------------------------------------------------- */

static int choose_body(struct call *call, const struct dir *dir, const char **body)
{
    const struct restore_row *row = row_of(dir);
    enum restore_backup backup = tree_of(dir)->config.restore_backup;

    if (backup == RESTORE_BACKUP_YES && !row->safety)
        return call_fail(call, EPERM,
                         "restore_backup=yes, and this API can't take a safety snapshot first");
    *body = backup == RESTORE_BACKUP_NO ? row->plain_body : row->default_body;
    return 0;
}

/* Whether one may be sent now. Brings the events up to date; the change itself is refused if
 * another slips in between. */
static int check_free(struct call *call, struct dir *dir)
{
    int rc = resource_check_shown(call, dir);

    if (rc < 0)
        return rc;
    struct record *record = resource_record(dir);
    if (record == NULL)
        return call_fail(call, ENOENT, "the %s is gone", dir->kind->noun);
    if (cache_restore_pending(tree_of(dir)->config.cache, record->machine_id, call->cancel))
        rc = call_fail(call, EBUSY,
                       "a restore of machine %s is not finished yet, or its outcome is unknown",
                       record->machine_id);
    record_unref(record);
    return rc;
}

/* Says, where it is so, that no safety snapshot could be asked for. */
static void note_missing_safety(struct call *call, struct dir *dir)
{
    char path[PATH_BYTES];
    struct journal_error note = {.pid = call->pid,
                                 .uid = call->uid,
                                 .op = "restore",
                                 .path = path,
                                 .problem = &call->problem};

    if (row_of(dir)->safety || call->planned)
        return;
    dir_path(dir, "restore", path, sizeof path);
    problem_set(&call->problem, PROBLEM_NONE,
                "restored without a safety snapshot: this API can't take one first");
    journal_add_error(tree_of(dir)->config.journal, &note);
}

int restore_touch(struct call *call, struct node node)
{
    struct change_request request = {.verb = CHANGE_RESTORE};
    struct dir *dir = node.dir;

    if (file_is_new(call, node)) /* touch makes what it does not find, and sets its times by that */
        return 0;
    int rc = choose_body(call, dir, &request.body);
    if (rc == 0)
        rc = check_free(call, dir);
    if (rc == 0)
        rc = tree_change(call, dir, "restore", &request, NULL);
    if (rc == 0)
        note_missing_safety(call, dir);
    return rc;
}

/* Whether a body asks for all that the default one asks for: a safety snapshot. */
static bool asks_for_safety(const struct restore_row *row, const struct buf *text)
{
    struct json_object *wanted = NULL;
    struct json_object *body = NULL;
    bool asks = row->default_body != NULL &&
                json_read(row->default_body, strlen(row->default_body), &wanted, NULL) == JSON_OK &&
                json_read(buf_text(text), text->size_bytes, &body, NULL) == JSON_OK;

    if (asks) {
        json_object_object_foreach (wanted, key, value) {
            asks = asks && json_same(json_member(body, key), value);
        }
    }
    json_object_put(wanted);
    json_object_put(body);
    return asks;
}

/* The body that an object means; -errno where it can't be one. */
static int read_body(struct call *call, struct dir *dir, const struct buf *text, struct buf *body)
{
    const struct restore_row *row = row_of(dir);
    const char *ignored;
    int rc = choose_body(call, dir, &ignored);

    if (rc == 0 &&
        document_restore_body(row, buf_text(text), text->size_bytes, body, &call->problem) < 0)
        rc = call_problem_errno(call, false);
    if (rc == 0 && tree_of(dir)->config.restore_backup == RESTORE_BACKUP_YES &&
        !asks_for_safety(row, body))
        rc = call_fail(call, EPERM,
                       "restore_backup=yes, and this object asks for no safety snapshot first: %s "
                       "does",
                       row->default_body);
    return rc;
}

static int commit_object(struct call *call, struct file *file)
{
    struct dir *dir = file->node.dir;
    struct buf body = BUF_EMPTY;
    int rc = 0;

    if (file->created)
        return call_fail(
            call, EINVAL,
            "this file was made anew or replaced, and that restores nothing: write the "
            "object to the one that is there");
    rc = read_body(call, dir, &file->text, &body);
    if (rc == 0)
        rc = check_free(call, dir);
    if (rc == 0) {
        const struct change_request request = {
            .verb = CHANGE_RESTORE,
            .body = row_of(dir)->default_body == NULL ? NULL : buf_text(&body)};

        rc = tree_commit(call, file, &request);
    }
    buf_finish(&body);
    if (rc == 0)
        note_missing_safety(call, dir);
    return rc;
}

int restore_commit(struct call *call, struct file *file)
{
    if (file->staged->change != NULL)
        return file_await(call, file, false);
    if (trimmed_bytes(&file->text) == 0 || is_shown_word(&file->text))
        return 0;
    return looks_like_object(&file->text) ? commit_object(call, file) : refuse_text(call);
}
