/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/dialect.h"

#include "util/json.h"

static bool is_object(struct json_object *value)
{
    return value != NULL && json_object_is_type(value, json_type_object);
}

/* False: it is no list. Gone through once, for it may be long. */
static bool read_parts(struct json_slice answer, struct list_answer *parts)
{
    bool array = json_slice_type(answer) == '[';
    struct json_walk walk = json_walk_into(answer);

    *parts = (struct list_answer){.style = array ? LIST_ARRAY : LIST_PAGE};
    if (array)
        parts->items = answer;
    while (!array && json_walk_next(&walk))
        if (json_slice_is(walk.key, "items"))
            parts->items = walk.value;
        else if (json_slice_is(walk.key, "hasMore"))
            parts->has_more = walk.value;
        else if (json_slice_is(walk.key, "nextPage"))
            parts->next_page = walk.value;
    return json_slice_type(parts->items) == '[';
}

static enum dialect dialect_of_style(enum list_style style)
{
    enum dialect dialect = DIALECT_DOCS;

    while (dialect + 1 < DIALECT_COUNT && dialect_rows[dialect].list != style)
        dialect++;
    return dialect;
}

static int refuse(const struct exchange *call, enum dialect dialect, struct problem *problem)
{
    bool page = dialect_rows[dialect].list == LIST_PAGE;
    bool forced = call->api->config.forced_dialect >= 0;

    return problem_set(problem, PROBLEM_PROTOCOL,
                       "GET %s: the list is %s, but the dialect %s (%s) has %s; %s", call->path,
                       page ? "a bare array" : "an object with items", dialect_rows[dialect].name,
                       forced ? "chosen by an option" : "found out from an earlier list",
                       page ? "pages" : "bare arrays",
                       forced ? "the option dialect=auto finds out by itself"
                              : "the server speaks two dialects at once");
}

int dialect_settle(const struct exchange *call, struct json_slice answer, enum dialect *out,
                   struct list_answer *parts, struct problem *problem)
{
    int known = -1;

    if (!read_parts(answer, parts))
        return call_problem(call, problem, PROBLEM_PROTOCOL, "the answer is no list");
    int found = (int)dialect_of_style(parts->style);
    if (atomic_compare_exchange_strong(&call->api->dialect, &known, found))
        known = found;
    *out = (enum dialect)known;
    return dialect_rows[known].list == parts->style ? 0 : refuse(call, *out, problem);
}

struct json_object *dialect_resource(enum dialect dialect, bool wrapped, struct json_object *answer)
{
    const char *key = dialect_rows[dialect].data_key;
    struct json_object *data = key == NULL || !is_object(answer) ? NULL : json_member(answer, key);

    if (!is_object(data))
        return answer;
    return wrapped || json_member(answer, "id") == NULL ? data : answer;
}

void dialect_event(enum dialect dialect, struct json_object *answer, struct event *event)
{
    const char *key = dialect_rows[dialect].event_key;

    event_from_json(key == NULL || !is_object(answer) ? NULL : json_member(answer, key), event);
}
