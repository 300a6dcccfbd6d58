/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/request.h"

#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte after a percent sign; -1 if it is none, 0 is refused too. */
static int hex_byte(const char *at)
{
    int high = hex_digit(at[0]);
    int low = high < 0 ? -1 : hex_digit(at[1]);

    return low < 0 || high + low == 0 ? -1 : high * 16 + low;
}

/* Decodes in place; in a query a plus sign is a space. */
static bool decode(char *text, bool query)
{
    char *to = text;

    for (const char *from = text; *from; from++) {
        int byte = (unsigned char)*from;

        if (byte == '%') {
            byte = hex_byte(from + 1);
            if (byte < 0)
                return false;
            from += 2;
        } else if (byte == '+' && query) {
            byte = ' ';
        }
        *to++ = (char)byte;
    }
    *to = '\0';
    return true;
}

/* Cuts the text at the first separator: what follows it, NULL if nothing. */
static char *cut(char *text, char separator)
{
    char *found = strchr(text, separator);

    if (found != NULL)
        *found++ = '\0';
    return found;
}

static void split_path(struct emu_request *request, char *path)
{
    while (path != NULL) {
        char *next = cut(path, '/');

        if (!decode(path, false))
            request->malformed = true;
        if (request->segment_count < EMU_SEGMENTS)
            request->segments[request->segment_count] = path;
        request->segment_count++;
        path = next;
    }
}

static size_t count_parameters(const char *query)
{
    size_t count = 1;

    for (; *query; query++)
        count += *query == '&';
    return count;
}

static void add_parameter(struct emu_request *request, char *name)
{
    char *value = cut(name, '=');

    if (!*name && value == NULL)
        return;
    if (!decode(name, true) || (value != NULL && !decode(value, true)))
        request->malformed = true;
    request->parameters[request->parameter_count++] =
        (struct emu_parameter){.name = name, .value = value != NULL ? value : ""};
}

static bool split_query(struct emu_request *request, char *query)
{
    if (query == NULL)
        return true;
    request->parameters = calloc(count_parameters(query), sizeof *request->parameters);
    if (request->parameters == NULL)
        return false;
    while (query != NULL) {
        char *next = cut(query, '&');

        add_parameter(request, query);
        query = next;
    }
    return true;
}

/* Finds the API's path in the target. */
static void locate_path(struct emu_request *request)
{
    static const char base[] = "/v1";
    const size_t length = sizeof base - 1;
    char after = strncmp(request->target, base, length) ? 'x' : request->target[length];

    request->in_api = strchr("/?", after) != NULL;
    request->path = request->target + (request->in_api ? length : 0);
    request->path_length = strcspn(request->path, "?");
}

static bool split(struct emu_request *request)
{
    char *query;

    locate_path(request);
    request->decoded = strdup(request->path);
    if (request->decoded == NULL)
        return false;
    query = cut(request->decoded, '?');
    split_path(request, request->decoded + (*request->decoded == '/'));
    return split_query(request, query);
}

struct emu_request *emu_request_new(const char *target)
{
    struct emu_request *request = calloc(1, sizeof *request);

    if (request == NULL)
        return NULL;
    request->target = strdup(target);
    if (request->target != NULL && split(request))
        return request;
    emu_request_free(request);
    return NULL;
}

void emu_request_free(struct emu_request *request)
{
    if (request == NULL)
        return;
    free(request->target);
    free(request->decoded);
    free(request->parameters);
    free(request->method);
    free(request->authorization);
    free(request->user_agent);
    free(request->if_none_match);
    free(request->body);
    free(request);
}

static bool body_room(struct emu_request *request, size_t needed)
{
    size_t room = request->body_room ? request->body_room : 4096;
    char *body;

    while (room < needed)
        room *= 2;
    if (room == request->body_room)
        return true;
    body = realloc(request->body, room);
    if (body == NULL)
        return false;
    request->body = body;
    request->body_room = room;
    return true;
}

bool emu_request_body(struct emu_request *request, const char *data, size_t size)
{
    if (size > EMU_BODY_LIMIT - request->body_length) {
        request->body_too_large = true;
        return true;
    }
    if (!body_room(request, request->body_length + size))
        return false;
    memcpy(request->body + request->body_length, data, size);
    request->body_length += size;
    return true;
}

const char *emu_request_parameter(const struct emu_request *request, const char *name)
{
    for (size_t i = 0; i < request->parameter_count; i++)
        if (strcmp(request->parameters[i].name, name) == 0)
            return request->parameters[i].value;
    return NULL;
}

const char *emu_request_id(const struct emu_request *request)
{
    return request->segment_count > 1 ? request->segments[1] : "";
}
