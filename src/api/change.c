/* SPDX-License-Identifier: MIT */
/* Changes: create, update, delete, restore. */
#include "config.h"

#include "api/dialect.h"
#include "api/path.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

/* After a 2xx it is settled that it was created, but not what: as if no answer had come. */
static struct record *read_created(const struct call *call, struct json_object *answer,
                                   struct problem *problem)
{
    enum dialect dialect = api_dialect(call->api);
    bool wrapped = call->kind->shapes[dialect].create_answers_event;
    struct problem why = {.kind = PROBLEM_NONE};
    struct record *record =
        record_from_json(call->kind, dialect, dialect_resource(dialect, wrapped, answer), &why);

    if (record == NULL) {
        call_outcome_unknown(call, &why);
        if (problem != NULL)
            *problem = why;
    }
    return record;
}

int api_create_resource(struct api *api, const struct kind *kind, const char *body,
                        const char *const *secrets, struct cancel *cancel, struct record **out,
                        struct event *event, struct problem *problem)
{
    struct json_object *answer = NULL;
    struct call call = {.api = api,
                        .kind = kind,
                        .method = HTTP_POST,
                        .path = kind->path,
                        .body = body,
                        .secrets = secrets,
                        .cancel = cancel,
                        .needs_json = true};

    *out = NULL;
    *event = (struct event){.id = ""};
    if (call_perform(&call, &answer, problem) != 0)
        return -1;
    *out = read_created(&call, answer, problem);
    if (*out != NULL)
        dialect_event(api_dialect(api), answer, event);
    call_hide_event(&call, event);
    json_object_put(answer);
    return *out == NULL ? -1 : 0;
}

/* The record in the answer to an update of `id`; NULL when the answer holds no such thing. */
static struct record *read_updated(const struct call *call, const char *id,
                                   struct json_object *answer)
{
    enum dialect dialect = api_dialect(call->api);
    struct record *record =
        record_from_json(call->kind, dialect, dialect_resource(dialect, false, answer), NULL);

    if (record != NULL && strcmp(record->id, id) == 0)
        return record;
    record_unref(record);
    return NULL;
}

int api_update(struct api *api, const struct kind *kind, const char *id, const char *body,
               const char *const *secrets, struct cancel *cancel, struct record **out,
               struct problem *problem)
{
    struct json_object *answer = NULL;
    char *path = path_of(kind, id, "", problem);
    struct call call = {.api = api,
                        .kind = kind,
                        .method = HTTP_PUT,
                        .path = path,
                        .id = id,
                        .body = body,
                        .secrets = secrets,
                        .cancel = cancel};
    int rc = -1;

    *out = NULL;
    if (path != NULL)
        rc = call_perform(&call, &answer, problem);
    if (rc == 0)
        *out = read_updated(&call, id, answer);
    json_object_put(answer);
    free(path);
    return rc;
}

/* A change that is answered by an event, or by nothing. */
static int perform_for_event(struct call *call, const char *id, const char *tail,
                             struct event *event, struct problem *problem)
{
    struct json_object *answer = NULL;
    char *path = path_of(call->kind, id, tail, problem);
    int rc = -1;

    *event = (struct event){.id = ""};
    call->path = path;
    call->id = id;
    if (path != NULL)
        rc = call_perform(call, &answer, problem);
    if (rc == 0)
        dialect_event(api_dialect(call->api), answer, event);
    call_hide_event(call, event);
    json_object_put(answer);
    free(path);
    return rc;
}

int api_delete(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
               struct event *event, struct problem *problem)
{
    struct call call = {.api = api, .kind = kind, .method = HTTP_DELETE, .cancel = cancel};

    return perform_for_event(&call, id, "", event, problem);
}

int api_restore(struct api *api, const struct kind *kind, const char *id, const char *body,
                struct cancel *cancel, struct event *event, struct problem *problem)
{
    struct call call = {
        .api = api, .kind = kind, .method = HTTP_POST, .body = body, .cancel = cancel};

    return perform_for_event(&call, id, "/restore", event, problem);
}
