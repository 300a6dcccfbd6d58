/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/event.h"

#include "api/text.h"
#include "util/json.h"

#include <string.h>

#define READ(event, member, object, key) \
    read_string((event)->member, sizeof(event)->member, object, key)

static void read_string(char *out, size_t size_bytes, struct json_object *object, const char *key)
{
    const char *text = json_string_member(object, key);

    text_copy(out, size_bytes, text == NULL ? "" : text);
}

/* The error is a text, or (as errors elsewhere) an object with a message. */
static void read_error(struct event *event, struct json_object *object)
{
    struct json_object *error = json_member(object, "error");

    READ(event, error, object, "error");
    if (error != NULL && json_object_is_type(error, json_type_object))
        READ(event, error, error, "message");
}

bool event_from_json(struct json_object *object, struct event *event)
{
    *event = (struct event){.id = ""};
    if (object == NULL || !json_object_is_type(object, json_type_object))
        return false;
    READ(event, id, object, "id");
    READ(event, name, object, "name");
    READ(event, state, object, "state");
    READ(event, machine_id, object, "machineId");
    READ(event, dt_created, object, "dtCreated");
    READ(event, dt_started, object, "dtStarted");
    READ(event, dt_finished, object, "dtFinished");
    read_error(event, object);
    return true;
}

enum event_outcome event_outcome(const struct event *event)
{
    bool cancelled = strcmp(event->state, "cancelled") == 0;

    if (strcmp(event->state, "done") == 0)
        return EVENT_SUCCEEDED;
    if (event->error[0] != '\0' || cancelled)
        return EVENT_FAILED;
    if (event->dt_finished[0] != '\0')
        return EVENT_SUCCEEDED;
    return strcmp(event->state, "error") == 0 ? EVENT_FAILED : EVENT_UNFINISHED;
}
