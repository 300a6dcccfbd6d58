/* SPDX-License-Identifier: MIT */
/* The document of a resource as a file: what it shows, and what becomes of what is written. */
#include "config.h"

#include "tree/tree_internal.h"

#include "tree/document.h"
#include "util/json.h"

#include <errno.h>

#define HISTORY_LOOKED_AT 8

static int read_record(struct call *call, struct dir *dir, bool wait, struct record **out)
{
    struct cache *cache = dir->tree->config.cache;

    if (wait) {
        if (cache_read(cache, dir->kind, dir_id(dir), call->cancel, out, &call->problem) < 0)
            return tree_problem_errno(call, false);
        return 0;
    }
    *out = cache_by_id(cache, dir->kind, dir_id(dir));
    return *out == NULL ? -ENOENT : 0;
}

int document_file_render(struct call *call, struct dir *dir, bool wait, struct buf *out)
{
    struct record *record = NULL;
    int rc = read_record(call, dir, wait, &record);

    if (rc == 0 && !document_render(record, dir->tree->config.show_secrets, out))
        rc = -ENOMEM;
    record_unref(record);
    return rc;
}

enum judgement document_file_judge(struct file *file, struct call *call)
{
    struct json_fault fault = {0};

    switch (json_scan(buf_text(&file->text), file->text.size_bytes, NULL, &fault)) {
    case JSON_OK:
        return JUDGE_COMPLETE;
    case JSON_INCOMPLETE:
        return JUDGE_INCOMPLETE;
    case JSON_INVALID:
        break;
    }
    tree_fail(call, EINVAL, "line %u: %s", fault.line, fault.message);
    return JUDGE_INVALID;
}

int document_refetch(struct call *call, struct dir *dir, struct record **record)
{
    struct record *fresh = NULL;

    if (cache_refetch(dir->tree->config.cache, dir->kind, dir_id(dir), call->cancel, &fresh,
                      &call->problem) < 0)
        return tree_problem_errno(call, false);
    record_unref(*record);
    *record = fresh;
    return 0;
}

static int diff(struct call *call, struct file *file, struct record *record,
                struct document_change *edit)
{
    struct cache *cache = file->tree->config.cache;
    struct record *history[HISTORY_LOOKED_AT];
    size_t count = cache_history(cache, record->kind, record->id, history, HISTORY_LOOKED_AT);

    document_change_finish(edit);
    int rc = document_edit(cache_dialect(cache), record, history, count, buf_text(&file->text),
                           file->text.size_bytes, edit, &call->problem);
    for (size_t i = 0; i < count; i++)
        record_unref(history[i]);
    return rc < 0 ? tree_problem_errno(call, false) : 0;
}

static int send_edit(struct call *call, struct file *file, const struct document_change *edit)
{
    struct change_request request = {.verb = CHANGE_UPDATE,
                                     .kind = file->node.dir->kind,
                                     .id = dir_id(file->node.dir),
                                     .body = buf_text(&edit->body),
                                     .secrets = (const char *const *)edit->secrets,
                                     .deadline_ms = call->cancel->deadline_ms};

    if (change_start(file->tree->config.cache, &request, &file->change) < 0)
        return -ENOMEM;
    return file_await(call, file, false);
}

/* An API that takes whole objects only gets the edit merged into what it has right now. */
static int merge_into_fresh(struct call *call, struct file *file, struct record **record,
                            struct document_change *edit)
{
    int rc = document_refetch(call, file->node.dir, record);

    return rc < 0 ? rc : diff(call, file, *record, edit);
}

int document_file_commit(struct call *call, struct file *file)
{
    struct dir *dir = file->node.dir;
    struct document_change edit = {0};
    struct record *record = NULL;

    if (file->change != NULL)
        return file_await(call, file, false);
    int rc = read_record(call, dir, false, &record);
    if (rc < 0)
        return tree_fail(call, ENOENT, "the %s is gone", dir->kind->noun);
    bool whole = cache_shape(dir->tree->config.cache, dir->kind)->update == UPDATE_WHOLE;
    if (!record->complete)
        rc = document_refetch(call, dir, &record);
    if (rc == 0)
        rc = diff(call, file, record, &edit);
    if (rc == 0 && edit.changed && whole)
        rc = merge_into_fresh(call, file, &record, &edit);
    if (rc == 0 && edit.changed)
        rc = send_edit(call, file, &edit);
    document_change_finish(&edit);
    record_unref(record);
    return rc;
}
