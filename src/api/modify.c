/* SPDX-License-Identifier: MIT */
/*
 * Changes: one function for all, by the rows of the verbs. A change that was answered with a 2xx of
 * another shape than the documents say is not done by that: what came is told, and who asked looks
 * at the server.
 */
#include "config.h"

#include "api/attempt.h"
#include "api/dialect.h"
#include "api/path.h"
#include "util/json.h"

#include <stdlib.h>
#include <string.h>

/* --- what changes are answered with ----------------------------------------------------------- */

/* An answer, and what is made of it. */
struct reply {
    const struct exchange *call;
    enum dialect dialect;
    struct json_object *answer;
    struct api_outcome *out;
    struct problem why; /* what is wrong with it, where that is told */
};

/* Whether it is what the documents say; a resource in it goes to out->record. */
typedef bool reader(struct reply *reply);

static bool is_object(struct json_object *value)
{
    return value != NULL && json_object_is_type(value, json_type_object);
}

static bool read_created(struct reply *reply)
{
    const struct kind *kind = reply->call->kind;
    bool wrapped = kind->shapes[reply->dialect].create_answers_event;

    reply->out->record =
        record_from_json(kind, reply->dialect,
                         dialect_resource(reply->dialect, wrapped, reply->answer), &reply->why);
    return reply->out->record != NULL;
}

/* The resource itself: another one is none. */
static bool read_updated(struct reply *reply)
{
    struct record *record =
        record_from_json(reply->call->kind, reply->dialect,
                         dialect_resource(reply->dialect, false, reply->answer), NULL);

    if (record != NULL && strcmp(record->id, reply->call->id) == 0) {
        reply->out->record = record;
        return true;
    }
    record_unref(record);
    return false;
}

/* {data, event}; an event without an id can't be followed. */
static bool read_pair(struct reply *reply)
{
    const struct dialect_row *row = &dialect_rows[reply->dialect];
    struct event event;

    if (row->event_key == NULL || !is_object(reply->answer) ||
        !is_object(json_member(reply->answer, row->data_key)))
        return false;
    dialect_event(reply->dialect, reply->answer, &event);
    return event.id[0] != '\0';
}

/* {id}, or {data, event}. */
static bool read_deleted(struct reply *reply)
{
    const char *found = is_object(reply->answer) ? json_string_member(reply->answer, "id") : NULL;

    return (found != NULL && strcmp(found, reply->call->id) == 0) || read_pair(reply);
}

static bool read_anything(struct reply *reply)
{
    (void)reply;
    return true;
}

static bool read_nothing(struct reply *reply)
{
    (void)reply;
    return false;
}

/* --- what another answer means ---------------------------------------------------------------- */

/* It is settled that it was created, but not what: as if no answer had come. */
static void doubt_created(struct reply *reply, struct problem *problem)
{
    call_outcome_unknown(reply->call, &reply->why);
    *problem = reply->why;
}

/* What another answer than the documented one means nobody knows. */
static void doubt_restored(struct reply *reply, struct problem *problem)
{
    long status = problem->status;

    problem_set(problem, PROBLEM_UNKNOWN_OUTCOME,
                "POST %s/%s/restore was answered %ld, but not as a restore is: whether one was "
                "started is unknown (it may have been carried out)",
                reply->call->kind->path, reply->call->id, status);
    problem->status = status;
}

/* --- the verbs -------------------------------------------------------------------------------- */

static const struct verb_row {
    struct api_verb verb;
    bool needs_json; /* a 2xx without a JSON text is no answer */
    bool has_event;  /* the answer may have one */
    /* What another answer means; NULL: it is told, also where it can't be read. */
    void (*doubt)(struct reply *reply, struct problem *problem);
    struct {
        reader *read;
        bool blank; /* the documents have no body */
    } dialects[DIALECT_COUNT];
} rows[CHANGE_VERBS] = {
    [CHANGE_CREATE] =
        {{HTTP_POST, false, ""}, true, true, doubt_created, {{read_created, 0}, {read_created, 0}}},
    [CHANGE_UPDATE] =
        {{HTTP_PUT, true, ""}, false, false, NULL, {{read_updated, 0}, {read_updated, 0}}},
    [CHANGE_EDIT] =
        {{HTTP_PUT, true, ""}, false, false, NULL, {{read_updated, 0}, {read_updated, 0}}},
    [CHANGE_DELETE] =
        {{HTTP_DELETE, true, ""}, false, true, NULL, {{read_deleted, 0}, {read_nothing, 1}}},
    [CHANGE_RESTORE] = {{HTTP_POST, true, "/restore"},
                        false,
                        true,
                        doubt_restored,
                        {{read_pair, 0}, {read_anything, 1}}},
};

const struct api_verb *api_verb(enum change_verb verb)
{
    return &rows[verb].verb;
}

static enum api_answer judge(const struct verb_row *row, struct reply *reply)
{
    if (reply->call->blank)
        return row->dialects[reply->dialect].blank ? API_ANSWERED : API_ANSWERED_BADLY;
    if (reply->call->no_json)
        return API_ANSWERED_BADLY;
    return row->dialects[reply->dialect].read(reply) ? API_ANSWERED : API_ANSWERED_OTHER;
}

/* After a 2xx. -1: it is not known whether it was done. */
static int take(const struct verb_row *row, const struct exchange *call, struct json_object *answer,
                struct api_outcome *out, struct problem *problem)
{
    struct reply reply = {
        .call = call, .dialect = api_dialect(call->api), .answer = answer, .out = out};

    out->told = judge(row, &reply);
    if (out->told == API_ANSWERED && row->has_event)
        dialect_event(reply.dialect, answer, &out->event);
    call_hide_event(call, &out->event);
    if (out->told == API_ANSWERED || row->doubt == NULL)
        return 0;
    row->doubt(&reply, problem);
    return -1;
}

/* An answer that came and can't be read. */
static bool is_broken(const struct problem *problem)
{
    return problem->status == 0 &&
           (problem->kind == PROBLEM_PROTOCOL || problem->kind == PROBLEM_TOO_LARGE);
}

int api_change(struct api *api, const struct api_change *change, struct cancel *cancel,
               struct api_outcome *out, struct problem *problem)
{
    const struct verb_row *row = &rows[change->verb];
    struct json_object *answer = NULL;
    char *path =
        path_of(change->kind, row->verb.of_one ? change->id : NULL, row->verb.tail, problem);
    struct exchange call = {.api = api,
                            .kind = change->kind,
                            .method = row->verb.method,
                            .path = path,
                            .id = row->verb.of_one ? change->id : NULL,
                            .body = change->body,
                            .secrets = change->secrets,
                            .cancel = cancel,
                            .needs_json = row->needs_json};
    int rc = -1;

    *out = (struct api_outcome){.told = API_ANSWERED_BADLY};
    if (call.id != NULL)
        memo_forget_tag(&api->memos, tag_resource(call.kind, call.id));
    if (path != NULL)
        rc = call_perform(&call, &answer, problem);
    if (rc == 0)
        rc = take(row, &call, answer, out, problem);
    else if (row->doubt == NULL && is_broken(problem))
        rc = 0, *problem = (struct problem){.kind = PROBLEM_NONE};
    out->status = problem->status;
    json_object_put(answer);
    free(path);
    return rc;
}
