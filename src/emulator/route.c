/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/route.h"

#include "emulator/account.h"
#include "emulator/emu_events.h"
#include "emulator/kinds.h"

#include <string.h>
#include <strings.h>

static bool segment_matches(const char *pattern, size_t length, const char *segment)
{
    if (length == 1 && *pattern == '*')
        return *segment != '\0';
    return strlen(segment) == length && memcmp(segment, pattern, length) == 0;
}

/* Passes what of the request the pattern's segments match, from the segment `*at` on. */
static bool pass(const char *pattern, const struct emu_request *request, size_t *at)
{
    while (*pattern != '\0') {
        size_t length = strcspn(pattern, "/");

        if (*at == request->segment_count ||
            !segment_matches(pattern, length, request->segments[*at]))
            return false;
        ++*at;
        pattern += length + (pattern[length] == '/');
    }
    return true;
}

static bool path_matches(const struct emu_kind *kind, const struct emu_route *route,
                         const struct emu_request *request)
{
    size_t at = 0;

    return request->segment_count <= EMU_SEGMENTS && pass(kind->path, request, &at) &&
           pass(route->below, request, &at) && at == request->segment_count;
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

/* A way to a kind. */
struct way {
    const struct emu_kind *kind;
    const struct emu_route *route;
    const char *below; /* of the first route whose path matched: no other is taken */
    char methods[64];  /* that it has */
};

/* Whether one of the kind's routes is the request's; notes those that only lack the method. */
static bool find_in_kind(struct way *way, const struct emu_request *request,
                         const struct emu_route *routes)
{
    for (const struct emu_route *route = routes; route != NULL && route->method != NULL; route++) {
        if (!path_matches(way->kind, route, request) ||
            (way->below != NULL && strcmp(way->below, route->below) != 0))
            continue;
        way->below = route->below;
        if (strcmp(route->method, request->method) == 0) {
            way->route = route;
            return true;
        }
        add_method(way->methods, sizeof way->methods, route->method);
    }
    return false;
}

/* Finds the route of the request; false with the answer set if there is none. */
static bool find_way(const struct emulator *emulator, const struct emu_request *request,
                     struct way *way, struct emu_answer *answer)
{
    for (size_t i = 0; request->in_api && way->below == NULL && i < emulator->stock_count; i++) {
        way->kind = emulator->stocks[i].kind;
        if (find_in_kind(way, request, emu_shape(emulator, way->kind)->routes))
            return true;
    }
    answer_no_route(answer, way->methods);
    return false;
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
static bool admitted(const struct emulator *emulator, const struct emu_route *route,
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
    struct way way = {0};

    if (!find_way(emulator, request, &way, answer) ||
        !admitted(emulator, way.route, request, answer))
        return;
    emu_events_settle(emulator);
    way.route->operation(emulator, way.kind, request, answer);
    if (answer->status == 0)
        emu_answer_error(answer, 500, "Out of memory");
}
