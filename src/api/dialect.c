/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/dialect.h"

#include "util/json.h"

static bool is_object(struct json_object *value)
{
    return value != NULL && json_object_is_type(value, json_type_object);
}

bool dialect_list_style(struct json_slice answer, enum list_style *style, struct json_slice *items)
{
    bool array = json_slice_type(answer) == '[';

    *style = array ? LIST_ARRAY : LIST_PAGE;
    *items = array ? answer : json_slice_member(answer, "items");
    return json_slice_type(*items) == '[';
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
                   struct json_slice *items, struct problem *problem)
{
    enum list_style style;
    int known = -1;

    if (!dialect_list_style(answer, &style, items))
        return call_problem(call, problem, PROBLEM_PROTOCOL, "the answer is no list");
    int found = (int)dialect_of_style(style);
    if (atomic_compare_exchange_strong(&call->api->dialect, &known, found))
        known = found;
    *out = (enum dialect)known;
    return dialect_rows[known].list == style ? 0 : refuse(call, *out, problem);
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
