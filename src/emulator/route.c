/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/route.h"

#include "emulator/emu_events.h"
#include "emulator/kinds.h"

#include <string.h>
#include <strings.h>

#define BOTH (EMU_DOCS | EMU_OPENAPI)

struct route {
    unsigned dialects;
    const char *method;
    const char *pattern; /* a star stands for one segment */
    emu_operation *operation;
    enum emu_kind_id kind;
    bool open; /* answers without a valid key too */
};

/* The first row that matches is taken: fixed names come before stars. */
static const struct route routes[] = {
    {EMU_DOCS, "GET", "auth/session", emu_session_get, 0, true},

    {BOTH, "GET", "shared-drives", emu_kind_list, EMU_DRIVES, false},
    {BOTH, "POST", "shared-drives", emu_kind_create, EMU_DRIVES, false},
    {BOTH, "GET", "shared-drives/*", emu_kind_get, EMU_DRIVES, false},
    {BOTH, "PUT", "shared-drives/*", emu_kind_update, EMU_DRIVES, false},
    {BOTH, "DELETE", "shared-drives/*", emu_kind_delete, EMU_DRIVES, false},

    {BOTH, "GET", "snapshots", emu_kind_list, EMU_SNAPSHOTS, false},
    {EMU_DOCS, "POST", "snapshots", emu_snapshot_create, EMU_SNAPSHOTS, false},
    {EMU_OPENAPI, "POST", "snapshots", emu_kind_create, EMU_SNAPSHOTS, false},
    {BOTH, "GET", "snapshots/*", emu_kind_get, EMU_SNAPSHOTS, false},
    {BOTH, "PUT", "snapshots/*", emu_kind_update, EMU_SNAPSHOTS, false},
    {EMU_DOCS, "DELETE", "snapshots/*", emu_snapshot_delete, EMU_SNAPSHOTS, false},
    {EMU_OPENAPI, "DELETE", "snapshots/*", emu_kind_delete, EMU_SNAPSHOTS, false},
    {EMU_DOCS, "POST", "snapshots/*/restore", emu_snapshot_restore, EMU_SNAPSHOTS, false},
    {EMU_OPENAPI, "POST", "snapshots/*/restore", emu_snapshot_restore_at_once, EMU_SNAPSHOTS,
     false},

    {EMU_DOCS, "GET", "machine-events", emu_kind_list, EMU_EVENTS, false},
    {EMU_DOCS, "GET", "machine-events/*", emu_kind_get, EMU_EVENTS, false},

    {BOTH, "GET", "storage-providers", emu_kind_list, EMU_PROVIDERS, false},
    {BOTH, "POST", "storage-providers", emu_kind_create, EMU_PROVIDERS, false},
    {BOTH, "GET", "storage-providers/utilization", emu_utilization_get, 0, false},
    {BOTH, "GET", "storage-providers/*", emu_kind_get, EMU_PROVIDERS, false},
    {BOTH, "PUT", "storage-providers/*", emu_kind_update, EMU_PROVIDERS, false},
    {BOTH, "DELETE", "storage-providers/*", emu_kind_delete, EMU_PROVIDERS, false},
};

static bool segment_matches(const char *pattern, size_t length, const char *segment)
{
    if (length == 1 && *pattern == '*')
        return *segment != '\0';
    return strlen(segment) == length && memcmp(segment, pattern, length) == 0;
}

static bool path_matches(const char *pattern, const struct emu_request *request)
{
    size_t i = 0;

    if (request->segment_count > EMU_SEGMENTS)
        return false;
    for (; i < request->segment_count && pattern != NULL; i++) {
        size_t length = strcspn(pattern, "/");

        if (!segment_matches(pattern, length, request->segments[i]))
            return false;
        pattern = pattern[length] ? pattern + length + 1 : NULL;
    }
    return i == request->segment_count && pattern == NULL;
}

/* A missing path, or one that has other methods. */
static void answer_no_route(struct emu_answer *answer, const char *methods)
{
    if (!*methods) {
        emu_answer_error(answer, 404, "No such path");
        return;
    }
    emu_answer_error(answer, 405, "Method not supported");
    emu_answer_header(answer, "Allow", methods);
}

static void add_method(char *methods, size_t size, const char *method)
{
    if (*methods)
        strncat(methods, ", ", size - strlen(methods) - 1);
    strncat(methods, method, size - strlen(methods) - 1);
}

/* The row of the request; NULL with the answer set if there is none. */
static const struct route *find_route(const struct emulator *emulator,
                                      const struct emu_request *request, struct emu_answer *answer)
{
    const char *pattern = NULL;
    char methods[64] = "";

    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        const struct route *route = &routes[i];

        if (!request->in_api || !(route->dialects & emulator->dialect->bit) ||
            !path_matches(route->pattern, request) ||
            (pattern != NULL && strcmp(pattern, route->pattern) != 0))
            continue;
        if (strcmp(route->method, request->method) == 0)
            return route;
        pattern = route->pattern;
        add_method(methods, sizeof methods, route->method);
    }
    answer_no_route(answer, methods);
    return NULL;
}

static bool forbidden(const struct emulator *emulator, const struct emu_request *request)
{
    struct json_object *list = emulator->behaviour.forbid;

    for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
        const char *prefix = json_object_get_string(json_object_array_get_idx(list, i));

        if (strncmp(request->path, prefix, strlen(prefix)) == 0)
            return true;
    }
    return false;
}

/* What every operation asks for before it looks closer. */
static bool admitted(const struct emulator *emulator, const struct route *route,
                     const struct emu_request *request, struct emu_answer *answer)
{
    if (!route->open && !emu_account_admits(emulator, request))
        emu_answer_error(answer, 401, "The API key is missing or not valid");
    else if (forbidden(emulator, request))
        emu_answer_error(answer, 403, "The API key does not allow this");
    else if (request->body_too_large)
        emu_answer_error(answer, 413, "The body is larger than 1 MiB");
    else if (request->malformed)
        emu_answer_error(answer, 400, "The URL is not well-formed");
    return answer->status == 0;
}

void emu_route(struct emulator *emulator, const struct emu_request *request,
               struct emu_answer *answer)
{
    const struct route *route = find_route(emulator, request, answer);

    if (route == NULL || !admitted(emulator, route, request, answer))
        return;
    emu_events_settle(emulator);
    route->operation(emulator, route->kind, request, answer);
    if (!answer->status)
        emu_answer_error(answer, 500, "Out of memory");
}
