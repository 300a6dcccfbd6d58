/* SPDX-License-Identifier: MIT */
/*
 * Changes: create, update, delete, restore. A change that was answered with a 2xx of another shape
 * than the documents say is not done by that: what came is told, and who asked looks at the server.
 */
#include "config.h"

#include "api/attempt.h"
#include "api/dialect.h"
#include "api/path.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

/* --- what changes are answered with ----------------------------------------------------------- */

static bool is_object(struct json_object *value)
{
    return value != NULL && json_object_is_type(value, json_type_object);
}

/* {data, event}; an event without an id can't be followed. */
static bool is_pair(enum dialect dialect, struct json_object *answer, const char *id)
{
    const struct dialect_row *row = &dialect_rows[dialect];
    struct event event;

    (void)id;
    if (row->event_key == NULL || !is_object(answer) ||
        !is_object(json_member(answer, row->data_key)))
        return false;
    dialect_event(dialect, answer, &event);
    return event.id[0] != '\0';
}

/* {id}, or {data, event}. */
static bool is_deletion(enum dialect dialect, struct json_object *answer, const char *id)
{
    const char *found = is_object(answer) ? json_string_member(answer, "id") : NULL;

    return (found != NULL && strcmp(found, id) == 0) || is_pair(dialect, answer, id);
}

static bool is_anything(enum dialect dialect, struct json_object *answer, const char *id)
{
    (void)dialect, (void)answer, (void)id;
    return true;
}

static bool is_nothing(enum dialect dialect, struct json_object *answer, const char *id)
{
    (void)dialect, (void)answer, (void)id;
    return false;
}

/* What the documents of a dialect answer with. */
struct shape {
    bool (*is_json)(enum dialect dialect, struct json_object *answer, const char *id);
    bool blank; /* without a body */
};

static const struct operation {
    enum http_method method;
    const char *tail; /* of its path */
    struct shape shapes[DIALECT_COUNT];
} deletion = {HTTP_DELETE, "", {{is_deletion, false}, {is_nothing, true}}},
  restore = {HTTP_POST, "/restore", {{is_pair, false}, {is_anything, true}}};

static enum api_answer judge(const struct exchange *call, const struct shape *shape, const char *id,
                             struct json_object *answer)
{
    if (call->blank)
        return shape->blank ? API_ANSWERED : API_ANSWERED_BADLY;
    if (call->no_json)
        return API_ANSWERED_BADLY;
    return shape->is_json(api_dialect(call->api), answer, id) ? API_ANSWERED : API_ANSWERED_OTHER;
}

/* An answer that came and can't be read fails no update and no deletion: it is told as such. */
static int take_broken(int rc, struct problem *problem)
{
    bool broken = rc != 0 && problem->status == 0 &&
                  (problem->kind == PROBLEM_PROTOCOL || problem->kind == PROBLEM_TOO_LARGE);

    if (broken)
        *problem = (struct problem){.kind = PROBLEM_NONE};
    return broken ? 0 : rc;
}

/* --- create ----------------------------------------------------------------------------------- */

/* After a 2xx it is settled that it was created, but not what: as if no answer had come. */
static struct record *read_created(const struct exchange *call, struct json_object *answer,
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
    struct exchange call = {.api = api,
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

/* --- update ----------------------------------------------------------------------------------- */

/* The record in the answer to an update of `id`; NULL when the answer holds no such thing. */
static struct record *read_updated(const struct exchange *call, const char *id,
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
               enum api_answer *told, struct problem *problem)
{
    struct json_object *answer = NULL;
    char *path = path_of(kind, id, "", problem);
    struct exchange call = {.api = api,
                            .kind = kind,
                            .method = HTTP_PUT,
                            .path = path,
                            .id = id,
                            .body = body,
                            .secrets = secrets,
                            .cancel = cancel};
    int rc = -1;

    *out = NULL;
    *told = API_ANSWERED_BADLY;
    if (path != NULL)
        rc = call_perform(&call, &answer, problem);
    if (rc == 0 && !call.no_json)
        *out = read_updated(&call, id, answer);
    if (rc == 0 && !call.no_json)
        *told = *out == NULL ? API_ANSWERED_OTHER : API_ANSWERED;
    json_object_put(answer);
    free(path);
    return take_broken(rc, problem);
}

/* --- delete and restore ----------------------------------------------------------------------- */

static int perform(struct exchange *call, const struct operation *operation, const char *id,
                   struct event *event, enum api_answer *told, struct problem *problem)
{
    struct json_object *answer = NULL;
    char *path = path_of(call->kind, id, operation->tail, problem);
    enum dialect dialect = api_dialect(call->api);
    int rc = -1;

    *event = (struct event){.id = ""};
    *told = API_ANSWERED_BADLY;
    call->method = operation->method;
    call->path = path;
    call->id = id;
    if (path != NULL)
        rc = call_perform(call, &answer, problem);
    if (rc == 0)
        *told = judge(call, &operation->shapes[dialect], id, answer);
    if (rc == 0 && *told == API_ANSWERED)
        dialect_event(dialect, answer, event);
    call_hide_event(call, event);
    json_object_put(answer);
    call->path = NULL;
    free(path);
    return rc;
}

int api_delete(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
               struct event *event, enum api_answer *told, struct problem *problem)
{
    struct exchange call = {.api = api, .kind = kind, .cancel = cancel};

    return take_broken(perform(&call, &deletion, id, event, told, problem), problem);
}

/* What another answer than the documented one means nobody knows. */
static int say_unclear(const struct kind *kind, const char *id, struct problem *problem)
{
    long status = problem->status;

    problem_set(problem, PROBLEM_UNKNOWN_OUTCOME,
                "POST %s/%s/restore was answered %ld, but not as a restore is: whether one was "
                "started is unknown (it may have been carried out)",
                kind->path, id, status);
    problem->status = status;
    return -1;
}

int api_restore(struct api *api, const struct kind *kind, const char *id, const char *body,
                struct cancel *cancel, struct event *event, struct problem *problem)
{
    struct exchange call = {.api = api, .kind = kind, .body = body, .cancel = cancel};
    enum api_answer told;
    int rc = perform(&call, &restore, id, event, &told, problem);

    return rc == 0 && told != API_ANSWERED ? say_unclear(kind, id, problem) : rc;
}
