/* SPDX-License-Identifier: MIT */
/* Machine events, one by its id or the newest of a machine. */
#include "config.h"

#include "api/dialect.h"
#include "api/path.h"
#include "util/json.h"
#include "util/file_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The path of an event (`id` "": of all); NULL with `problem`: there are none. */
static char *event_path(const struct api *api, const char *id, struct problem *problem)
{
    const char *events_path = dialect_rows[api_dialect(api)].events_path;
    char *path = NULL;

    if (events_path == NULL)
        problem_set(problem, PROBLEM_NOT_FOUND, "this API has no machine events");
    else if (id[0] != '\0' && !id_is_valid(id))
        problem_set(problem, PROBLEM_PROTOCOL, "the event's id is none");
    else
        path = path_join(events_path, id, "", problem);
    return path;
}

static int read_event(const struct exchange *call, const char *id, struct json_object *answer,
                      struct event *event, struct problem *problem)
{
    struct json_object *object = answer;

    if (json_member(answer, "id") == NULL && json_member(answer, "event") != NULL)
        object = json_member(answer, "event");
    if (event_from_json(object, event) && strcmp(event->id, id) == 0 && event->state[0] != '\0')
        return 0;
    *event = (struct event){.id = ""};
    call_problem(call, problem, PROBLEM_PROTOCOL, "the answer is no event");
    call_blame_answer(call, problem);
    return -1;
}

int api_event(struct api *api, const char *event_id, struct cancel *cancel, struct event *event,
              struct problem *problem)
{
    struct json_object *answer = NULL;
    char *path = event_id[0] == '\0' ? NULL : event_path(api, event_id, problem);
    struct exchange call = {
        .api = api, .method = HTTP_GET, .path = path, .cancel = cancel, .needs_json = true};
    int rc = -1;

    *event = (struct event){.id = ""};
    if (event_id[0] == '\0')
        problem_set(problem, PROBLEM_PROTOCOL, "the event's id is none");
    if (path != NULL && call_perform(&call, &answer, problem) == 0)
        rc = read_event(&call, event_id, answer, event, problem);
    call_hide_event(&call, event);
    json_object_put(answer);
    free(path);
    return rc;
}

/* --- those of a machine ----------------------------------------------------------------------- */

/* "?machineId=…", escaped; NULL: no memory. */
static char *machine_query(const char *machine_id, size_t max)
{
    char *escaped = http_escape(machine_id);
    char *query = NULL;

    if (escaped != NULL &&
        asprintf(&query, "?machineId=%s&limit=%zu&orderBy=dtCreated&order=desc", escaped, max) < 0)
        query = NULL;
    free(escaped);
    return query;
}

static int read_events(const struct exchange *call, struct json_object *answer,
                       struct event *events, size_t max, size_t *count, struct problem *problem)
{
    struct json_object *items =
        json_object_is_type(answer, json_type_array) ? answer : json_member(answer, "items");

    if (!json_object_is_type(items, json_type_array)) {
        call_problem(call, problem, PROBLEM_PROTOCOL, "the answer is no list");
        call_blame_answer(call, problem);
        return -1;
    }
    size_t length = json_object_array_length(items);

    for (size_t i = 0; i < length && *count < max; i++)
        *count += event_from_json(json_object_array_get_idx(items, i), &events[*count]);
    return 0;
}

int api_machine_events(struct api *api, const char *machine_id, struct cancel *cancel,
                       struct event *events, size_t max, size_t *count, struct problem *problem)
{
    struct json_object *answer = NULL;
    char *path = event_path(api, "", problem);
    char *query = machine_query(machine_id, max);
    struct exchange call = {.api = api,
                            .method = HTTP_GET,
                            .path = path,
                            .query = query,
                            .cancel = cancel,
                            .needs_json = true};
    int rc = -1;

    *count = 0;
    if (query == NULL)
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    else if (path != NULL && call_perform(&call, &answer, problem) == 0)
        rc = read_events(&call, answer, events, max, count, problem);
    for (size_t i = 0; i < *count; i++)
        call_hide_event(&call, &events[i]);
    json_object_put(answer);
    free(query);
    free(path);
    return rc;
}
