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

/* Whether a record is what a GET of `id` (NULL: a singleton) asked for. */
static bool is_asked_for(const struct exchange *call, const char *id, const struct record *record,
                         struct json_object *answer)
{
    return id == NULL ? is_singleton(call, answer) : strcmp(record->id, id) == 0;
}

/* The record in the answer to a GET of `id` (NULL: a singleton), which is complete as it is. */
static struct record *read_record(const struct exchange *call, const char *id,
                                  struct json_object *answer, struct problem *problem)
{
    enum dialect dialect = api_dialect(call->api);
    struct problem why = {.kind = PROBLEM_NONE};
    struct record *record =
        record_from_json(call->kind, dialect, dialect_resource(dialect, false, answer), &why);

    if (record == NULL && why.kind == PROBLEM_NO_MEMORY) {
        call_problem(call, problem, PROBLEM_NO_MEMORY, why.message);
        return NULL;
    }
    if (record == NULL || !is_asked_for(call, id, record, answer)) {
        record_unref(record);
        call_problem(call, problem, PROBLEM_PROTOCOL, "the answer is not the resource asked for");
        call_blame_answer(call, problem);
        return NULL;
    }
    record->complete = true;
    return record;
}

/* A GET of `id` (NULL: a singleton). `*nothing`: it does not exist, by a 404 or by `null`, which is
 * no error to who asks for that; NULL: it is one. */
static void get(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
                struct record **out, bool *nothing, struct problem *problem)
{
    struct json_object *answer = NULL;
    char *path = path_of(kind, id, "", problem);
    struct exchange call = {.api = api,
                            .kind = kind,
                            .method = HTTP_GET,
                            .path = path,
                            .id = id,
                            .cancel = cancel,
                            .needs_json = true};

    *out = NULL;
    bool answered = path != NULL && call_perform(&call, &answer, problem) == 0;
    if (nothing != NULL)
        *nothing = answered ? answer == NULL : path != NULL && problem->kind == PROBLEM_NOT_FOUND;
    if (answered && (answer != NULL || nothing == NULL))
        *out = read_record(&call, id, answer, problem);
    json_object_put(answer);
    free(path);
}

int api_get(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
            struct record **out, struct problem *problem)
{
    get(api, kind, id, cancel, out, NULL, problem);
    return *out == NULL ? -1 : 0;
}

int api_look(struct api *api, const struct kind *kind, const char *id, struct cancel *cancel,
             struct record **out, struct problem *problem)
{
    bool gone;

    get(api, kind, id, cancel, out, &gone, problem);
    if (gone)
        *problem = (struct problem){.status = problem->status};
    return gone || *out != NULL ? 0 : -1;
}
