/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/emu_answer.h"

#include "emulator/emu_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int status;
    const char *code;
} codes[] = {
    {400, "BAD_REQUEST"},       {401, "UNAUTHORIZED"},          {403, "FORBIDDEN"},
    {404, "NOT_FOUND"},         {405, "METHOD_NOT_SUPPORTED"},  {408, "TIMEOUT"},
    {409, "CONFLICT"},          {412, "PRECONDITION_FAILED"},   {413, "PAYLOAD_TOO_LARGE"},
    {429, "TOO_MANY_REQUESTS"}, {499, "CLIENT_CLOSED_REQUEST"}, {500, "INTERNAL_SERVER_ERROR"},
};

static const char *code_of(int status)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].status == status)
            return codes[i].code;
    return status < 500 ? "BAD_REQUEST" : "INTERNAL_SERVER_ERROR";
}

void emu_answer_init(struct emu_answer *answer)
{
    *answer = (struct emu_answer){.truncate = -1};
}

void emu_answer_finish(struct emu_answer *answer)
{
    for (size_t i = 0; i < answer->header_count; i++) {
        free(answer->headers[i].name);
        free(answer->headers[i].value);
    }
    free(answer->body);
    free(answer->content_type);
    free(answer->flood.unit);
    free(answer->flood.suffix);
}

void emu_answer_header(struct emu_answer *answer, const char *name, const char *value)
{
    struct emu_header header = {.name = strdup(name), .value = strdup(value)};

    if (header.name != NULL && header.value != NULL && answer->header_count < EMU_ANSWER_HEADERS) {
        answer->headers[answer->header_count++] = header;
        return;
    }
    free(header.name);
    free(header.value);
}

/* Takes over the body, which is malloc'd. */
static void set_body(struct emu_answer *answer, int status, char *body, size_t length)
{
    free(answer->body);
    answer->status = status;
    answer->body = body;
    answer->length = body != NULL ? length : 0;
}

void emu_answer_text(struct emu_answer *answer, int status, const char *text)
{
    set_body(answer, status, text != NULL ? strdup(text) : NULL, text != NULL ? strlen(text) : 0);
}

void emu_answer_json(struct emu_answer *answer, int status, struct json_object *value)
{
    struct buf body = BUF_EMPTY;
    bool printed = json_print(&body, value);

    json_object_put(value);
    if (!printed)
        buf_finish(&body);
    set_body(answer, printed ? status : 500, body.data, body.size_bytes);
}

/* An array with one object {message} per detail, as older servers send it. */
static struct json_object *issues_of(struct json_object *details)
{
    struct json_object *issues = json_object_new_array();
    char text[256];

    json_object_object_foreach (details, field, problem) {
        struct json_object *issue = json_object_new_object();

        snprintf(text, sizeof text, "%s: %s", field, json_object_get_string(problem));
        emu_json_put_string(issue, "message", text);
        json_object_array_add(issues, issue);
    }
    return issues;
}

static void answer_problem(struct emu_answer *answer, int status, const char *code,
                           const char *message, struct json_object *details)
{
    struct json_object *error = json_object_new_object();

    emu_json_put_string(error, "code", code);
    emu_json_put_string(error, "message", message);
    if (details != NULL && answer->legacy_errors)
        emu_json_put(error, "issues", issues_of(details));
    else if (details != NULL)
        emu_json_put(error, "details", json_object_get(details));
    json_object_put(details);
    emu_answer_json(answer, status, error);
}

void emu_answer_error(struct emu_answer *answer, int status, const char *message)
{
    answer_problem(answer, status, code_of(status), message, NULL);
}

void emu_answer_unparsable(struct emu_answer *answer, size_t offset)
{
    char message[80];

    snprintf(message, sizeof message, "The body is not valid JSON (at byte %zu)", offset);
    answer_problem(answer, 400, "PARSE_ERROR", message, NULL);
}

void emu_answer_invalid(struct emu_answer *answer, struct json_object *details)
{
    char message[256] = "Invalid request";

    json_object_object_foreach (details, field, problem) {
        snprintf(message, sizeof message, "%s: %s", field, json_object_get_string(problem));
        break;
    }
    answer_problem(answer, 400, code_of(400), message, details);
}

void emu_answer_invalid_field(struct emu_answer *answer, const char *field, const char *problem)
{
    struct json_object *details = json_object_new_object();

    emu_json_put_string(details, field, problem);
    emu_answer_invalid(answer, details);
}
