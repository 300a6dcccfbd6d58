/* SPDX-License-Identifier: MIT */
/* Problems become errnos here, and nowhere else. */
#include "config.h"

#include "tree/errors.h"

#include "api/secrets.h"
#include "tree/dir.h"
#include "util/json.h"
#include "util/words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const int errno_of_kind[PROBLEM_KINDS] = {
    [PROBLEM_NONE] = EIO,
    [PROBLEM_QUOTA] = EDQUOT,
    [PROBLEM_INVALID] = EINVAL,
    [PROBLEM_UNAUTHORIZED] = EACCES,
    [PROBLEM_FORBIDDEN] = EACCES,
    [PROBLEM_NOT_FOUND] = ENOENT,
    [PROBLEM_CONFLICT] = EBUSY,
    [PROBLEM_TOO_LARGE] = EFBIG,
    [PROBLEM_TRY_LATER] = EAGAIN,
    [PROBLEM_SERVER] = EIO,
    [PROBLEM_UNKNOWN_OUTCOME] = EIO,
    [PROBLEM_PROTOCOL] = EPROTO,
    [PROBLEM_TIMEOUT] = ETIMEDOUT,
    [PROBLEM_UNREACHABLE] = EHOSTUNREACH,
    [PROBLEM_INTERRUPTED] = EINTR,
    [PROBLEM_WITHHELD] = EPERM,
    [PROBLEM_NO_MEMORY] = ENOMEM,
};

void tree_set_words(struct call *call, int err, const char *format, ...)
{
    char words[sizeof call->problem.message];
    va_list args;

    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    problem_set(&call->problem, PROBLEM_NONE, "%s", words);
    call->problem.err = err;
}

int tree_problem_errno(struct call *call, bool creating)
{
    struct problem *problem = &call->problem;

    if (problem->err == 0) {
        problem->err = problem->kind < PROBLEM_KINDS ? errno_of_kind[problem->kind] : EIO;
        if (creating && problem->kind == PROBLEM_CONFLICT)
            problem->err = EEXIST;
    }
    return -problem->err;
}

/* Adds what a JSON text holds; what is none tells nothing. False: no memory. */
static bool collect(const char *text, size_t text_bytes, struct word_list *secrets,
                    struct word_list *open)
{
    struct json_object *value = NULL;

    if (json_read(text, text_bytes, &value, NULL) != JSON_OK)
        return true;
    bool ok = secrets_collect(value, secrets, open);
    json_object_put(value);
    return ok;
}

static bool collect_known(struct dir *dir, struct word_list *secrets, struct word_list *open)
{
    const char *id = dir_id(dir);
    struct record *record = dir->kind == NULL || id == NULL
                                ? NULL
                                : cache_by_id(dir->tree->config.cache, dir->kind, id);
    bool ok = record == NULL || collect(record->json, record->json_bytes, secrets, open);

    record_unref(record);
    return ok;
}

static void record_failure(struct call *call, struct dir *dir, const char *path, int err)
{
    struct word_list secrets = WORD_LIST_EMPTY;
    struct word_list open = WORD_LIST_EMPTY;
    struct word_list given = WORD_LIST_EMPTY;

    if (collect_known(dir, &secrets, &open) &&
        (call->text == NULL ||
         collect(buf_text(call->text), call->text->size_bytes, &secrets, &given))) {
        const struct journal_error error = {
            .pid = call->pid,
            .uid = call->uid,
            .op = call->op,
            .path = path,
            .err = err,
            .problem = &call->problem,
            .hidden = {word_list_texts(&secrets), word_list_texts(&open)}};
        journal_add_error(dir->tree->config.journal, &error);
    }
    word_list_finish(&secrets);
    word_list_finish(&open);
    word_list_finish(&given);
}

int tree_finish(struct call *call, struct dir *dir, const char *path, int rc)
{
    if (rc >= 0 || (rc == -ENOENT && call->problem.message[0] == '\0'))
        return rc;
    if (call->problem.message[0] == '\0')
        problem_set(&call->problem, PROBLEM_NONE, "%s", strerror(-rc));
    record_failure(call, dir, path, -rc);
    return rc;
}

int tree_change_start(struct call *call, struct dir *dir, const char *name,
                      const struct change_request *request, struct change **out)
{
    struct change_request sent = *request;
    struct buf origin = BUF_EMPTY;
    char path[PATH_BYTES];

    *out = NULL;
    if (!cancel_may_wait(call->cancel))
        return tree_fail(call, EAGAIN, "too many callers wait already: nothing was sent");
    dir_path(dir, name, path, sizeof path);
    if (journal_print_origin(call->pid, call->uid, call->op, path, &origin))
        sent.origin = buf_text(&origin);
    sent.deadline_ms = call->change_ms != 0 ? call->change_ms : call->cancel->deadline_ms;
    if (request->id != NULL)
        dir_note_own(dir->tree, request->id);
    int rc = change_start(dir->tree->config.cache, &sent, out);
    buf_finish(&origin);
    return rc < 0 ? -ENOMEM : 0;
}

int tree_change_wait(struct call *call, struct tree *tree, struct change *change)
{
    int rc = change_wait(change, call->cancel, &call->problem);
    struct record *record = change_record(change);

    if (record != NULL)
        dir_note_own(tree, record->id);
    record_unref(record);
    call->planned = call->planned || change_planned(change);
    call->changed = true;
    atomic_fetch_add(&tree->own_changes, 1);
    return rc;
}
