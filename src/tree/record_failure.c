/* SPDX-License-Identifier: MIT */
/* Failures, written down without what is secret in them. */
#include "config.h"

#include "tree/hooks.h"

#include "api/secrets.h"
#include "tree/tree_internal.h"
#include "util/json.h"
#include "util/words.h"

/* Adds what a JSON text holds; what is none tells nothing. False: no memory. */
static bool collect(const char *text, size_t text_bytes, struct word_list *secrets,
                    struct word_list *open)
{
    struct json_object *value = NULL;

    if (json_read(text, text_bytes, &value, NULL) != JSON_OK)
        return true;
    bool ok = secrets_collect(json_view_of(value), secrets, open);
    json_object_put(value);
    return ok;
}

static bool collect_known(struct dir *dir, struct word_list *secrets, struct word_list *open)
{
    const char *id = dir_id(dir);
    struct record *record = dir->kind == NULL || id == NULL
                                ? NULL
                                : cache_by_id(tree_of(dir)->config.cache, dir->kind, id);
    bool ok =
        record == NULL || secrets_collect_text(record->json, record->json_bytes, secrets, open);

    record_unref(record);
    return ok;
}

void record_failure(struct call *call, struct dir *dir, const char *path, int err)
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
        journal_add_error(tree_of(dir)->config.journal, &error);
    }
    word_list_finish(&secrets);
    word_list_finish(&open);
    word_list_finish(&given);
}
