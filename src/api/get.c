/* SPDX-License-Identifier: MIT */
/* One resource, asked for by its id, or the only one of its kind. */
#include "config.h"

#include "api/api.h"

#include "api/call.h"
#include "api/dialect.h"
#include "api/path.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

/* Servers write whole numbers as such, or as decimal strings. */
static bool is_integer(struct json_object *value)
{
    const char *text = json_object_is_type(value, json_type_string) ? json_object_get_string(value)
                                                                    : json_number_text(value);

    if (text == NULL)
        return false;
    text += *text == '-';
    return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* Whether an answer has all fields of a table; it may have any others. */
static bool has_fields(const struct field *fields, struct json_object *answer)
{
    bool has = true;

    for (; has && fields->key != NULL; fields++) {
        struct json_object *value = json_member(answer, fields->key);
        has = fields->type == FIELD_INTEGER ? is_integer(value)
                                            : json_object_is_type(value, json_type_string);
    }
    return has;
}

/* What has no id is known by its fields: the dialect's, or any's while that is not known. */
static bool is_singleton(const struct exchange *call, struct json_object *answer)
{
    bool known = api_dialect_known(call->api);
    bool is = false;

    for (int d = 0; !is && d < DIALECT_COUNT; d++)
        is = (!known || d == (int)api_dialect(call->api)) &&
             has_fields(call->kind->shapes[d].fields, answer);
    return is;
}

/* Whether a record is what the GET asked for. */
static bool is_asked_for(const struct exchange *call, const struct record *record,
                         struct json_object *answer)
{
    return call->id == NULL ? is_singleton(call, answer) : strcmp(record->id, call->id) == 0;
}

/* The record in the answer to a GET, which is complete as it is. */
static struct record *read_record(const struct exchange *call, struct json_object *answer,
                                  struct problem *problem)
{
    enum dialect dialect = api_dialect(call->api);
    struct problem why = {.kind = PROBLEM_NONE};
    struct record *record =
        record_from_json(call->kind, dialect, dialect_resource(dialect, false, answer), &why);

    if (record == NULL && why.kind == PROBLEM_NO_MEMORY) {
        call_problem(call, problem, PROBLEM_NO_MEMORY, why.message);
        return NULL;
    }
    if (record == NULL || !is_asked_for(call, record, answer)) {
        record_unref(record);
        call_problem(call, problem, PROBLEM_PROTOCOL, "the answer is not the resource asked for");
        call_blame_answer(call, problem);
        return NULL;
    }
    record->complete = true;
    return record;
}

/* --- what the server need not send again ------------------------------------------------------ */

/* What is known, a reference, where that is what an answer has brought; else NULL. */
static struct record *known_as(const struct exchange *call, uint64_t content)
{
    const struct api_config *config = &call->api->config;
    const char *id = call->id == NULL ? "" : call->id;
    struct record *record =
        config->known == NULL ? NULL : config->known(config->ctx, call->kind, id);

    if (record != NULL && memo_add(MEMO_CONTENT_EMPTY, record) == content)
        return record;
    record_unref(record);
    return NULL;
}

/* Whether the last answer's tag is kept, and what it brought is known. */
static bool find_tag(const struct exchange *call, struct tag *out)
{
    if (!memo_find_tag(&call->api->memos, tag_resource(call->kind, call->id), out))
        return false;
    struct record *record = known_as(call, out->content);
    bool known = record != NULL;
    record_unref(record);
    return known;
}

static void keep_tag(const struct exchange *call, const struct record *record)
{
    struct tag tag = {.resource = tag_resource(call->kind, call->id)};

    memcpy(tag.etag, call->etag, sizeof tag.etag);
    if (tag.etag[0] != '\0')
        tag.content = memo_add(MEMO_CONTENT_EMPTY, record);
    memo_keep_tag(&call->api->memos, call->era, &tag);
}

/* --- the GET ---------------------------------------------------------------------------------- */

/* False: there is no such path. `*path` is the caller's to free, and the call's until then. */
static bool prepare(struct exchange *call, char **path, struct problem *problem)
{
    *path = path_of(call->kind, call->id, "", problem);
    call->path = *path;
    call->era = memos_era(&call->api->memos);
    return *path != NULL;
}

/* One reference, or NULL; a 304 that was asked for is call->unchanged, and no problem. `*nothing`:
 * it does not exist, by a 404 or by `null`, which is no error to who asks for that; NULL: it is
 * one. */
static struct record *perform(struct exchange *call, bool *nothing, struct problem *problem)
{
    struct json_object *answer = NULL;
    struct record *record = NULL;
    bool answered = call_perform(call, &answer, problem) == 0;

    if (answered && call->unchanged)
        return NULL;
    if (nothing != NULL)
        *nothing = answered ? answer == NULL : problem->kind == PROBLEM_NOT_FOUND;
    if (answered && (answer != NULL || nothing == NULL))
        record = read_record(call, answer, problem);
    if (record != NULL)
        keep_tag(call, record);
    json_object_put(answer);
    return record;
}

/* The same; a 304 brings what is known, or, where that is another by now, the GET is sent anew. */
static struct record *perform_if_changed(struct exchange *call, struct problem *problem)
{
    struct tag tag = {.content = 0};

    if (find_tag(call, &tag))
        call->validator = tag.etag;
    struct record *record = perform(call, NULL, problem);
    if (record == NULL && call->unchanged)
        record = known_as(call, tag.content);
    if (record == NULL && call->unchanged) {
        call->validator = NULL;
        record = perform(call, NULL, problem);
    }
    return record;
}

/* `if_changed`: what is known may be the answer, if the server says so. */
static struct record *get(struct api *api, const struct kind *kind, const char *id,
                          struct cancel *cancel, bool if_changed, bool *nothing,
                          struct problem *problem)
{
    struct exchange call = {.api = api,
                            .kind = kind,
                            .method = HTTP_GET,
                            .id = id,
                            .cancel = cancel,
                            .needs_json = true};
    struct record *record = NULL;
    char *path;

    if (prepare(&call, &path, problem))
        record = if_changed ? perform_if_changed(&call, problem) : perform(&call, nothing, problem);
    free(path);
    return record;
}

int api_get(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
            struct record **out, struct problem *problem)
{
    *out = get(api, kind, id, cancel, false, NULL, problem);
    return *out == NULL ? -1 : 0;
}

int api_refresh(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
                struct record **out, struct problem *problem)
{
    *out = get(api, kind, id, cancel, true, NULL, problem);
    return *out == NULL ? -1 : 0;
}

int api_look(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
             struct record **out, struct problem *problem)
{
    bool gone = false;

    *out = get(api, kind, id, cancel, false, &gone, problem);
    if (gone)
        *problem = (struct problem){.status = problem->status};
    return gone || *out != NULL ? 0 : -1;
}
