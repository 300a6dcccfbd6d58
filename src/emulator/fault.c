/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/fault.h"

#include "emulator/validate.h"

#include <stdlib.h>
#include <string.h>

/* A rule stays JSON, as it was given; what is looked at often is copied out. */
struct emu_fault {
    struct emu_fault *next;
    struct json_object *rule;
    unsigned references;
    int64_t times; /* hits left; negative: always */
    int64_t skip;  /* matches still let through */
    int64_t hits;
    unsigned delay_ms;
};

static const char *check_close(struct json_object *value)
{
    const char *text = json_object_get_string(value);

    return strcmp(text, "before") == 0 || strcmp(text, "after") == 0
               ? NULL
               : "Expected one of: before after";
}

static const char *check_status(struct json_object *value)
{
    int64_t status = json_object_get_int64(value);

    return status >= 200 && status <= 599 ? NULL : "Expected 200 to 599";
}

static const char *check_times(struct json_object *value)
{
    int64_t times = json_object_get_int64(value);

    return times == -1 || times >= 1 ? NULL : "Expected 1 or more, or -1 for always";
}

static const char *check_unit(struct json_object *value)
{
    return json_object_get_string_len(value) > 0 ? NULL : "Expected a text that is not empty";
}

static const char *check_count(struct json_object *value)
{
    int64_t count = json_object_get_int64(value);

    return count >= -1 && count <= INT64_C(1) << 40 ? NULL
                                                    : "Expected 0 to 2^40, or -1 for without end";
}

static const struct emu_field flood_fields[] = {
    {.name = "prefix", .types = EMU_STRING},
    {.name = "unit", .types = EMU_STRING, .required = true, .check = check_unit},
    {.name = "count", .types = EMU_INTEGER, .required = true, .check = check_count},
    {.name = "suffix", .types = EMU_STRING},
    {.name = NULL},
};

static const struct emu_field fields[] = {
    {.name = "method", .types = EMU_STRING},
    {.name = "path", .types = EMU_STRING},
    {.name = "exact", .types = EMU_BOOLEAN},
    {.name = "query", .types = EMU_STRING},
    {.name = "userAgent", .types = EMU_STRING},
    {.name = "times", .types = EMU_INTEGER, .check = check_times},
    {.name = "skip", .types = EMU_INTEGER, .check = emu_check_not_negative},
    {.name = "status", .types = EMU_INTEGER, .check = check_status},
    {.name = "body", .types = EMU_ANY},
    {.name = "contentType", .types = EMU_STRING},
    {.name = "headers", .types = EMU_OBJECT, .check = emu_check_header_map},
    {.name = "delayMs", .types = EMU_INTEGER, .check = emu_check_not_negative},
    {.name = "close", .types = EMU_STRING, .check = check_close},
    {.name = "truncate", .types = EMU_INTEGER, .check = emu_check_not_negative},
    {.name = "apply", .types = EMU_BOOLEAN},
    {.name = "answerDelayMs", .types = EMU_INTEGER, .check = emu_check_not_negative},
    {.name = "trickleMs", .types = EMU_INTEGER, .check = emu_check_not_negative},
    {.name = "raw", .types = EMU_BOOLEAN},
    {.name = "flood", .types = EMU_OBJECT, .fields = flood_fields},
    {.name = NULL},
};

static struct json_object *get(const struct emu_fault *fault, const char *key)
{
    return json_object_object_get(fault->rule, key);
}

static bool has(const struct emu_fault *fault, const char *key)
{
    return json_object_object_get_ex(fault->rule, key, NULL);
}

/* Takes over the rule; NULL without memory. */
static struct emu_fault *fault_new(struct json_object *rule)
{
    struct emu_fault *fault = calloc(1, sizeof *fault);

    if (fault == NULL) {
        json_object_put(rule);
        return NULL;
    }
    fault->rule = rule;
    fault->references = 1;
    fault->times = has(fault, "times") ? json_object_get_int64(get(fault, "times")) : 1;
    fault->skip = json_object_get_int64(get(fault, "skip"));
    fault->delay_ms = (unsigned)json_object_get_int(get(fault, "delayMs"));
    return fault;
}

void emu_fault_add(struct emulator *emulator, const struct emu_request *request,
                   struct emu_answer *answer)
{
    struct json_object *rule = emu_validate_body(request, fields, answer);
    struct emu_fault **end = &emulator->faults;

    if (rule == NULL)
        return;
    while (*end != NULL)
        end = &(*end)->next;
    *end = fault_new(rule);
    emu_answer_text(answer, *end != NULL ? 204 : 500, NULL);
}

void emu_fault_list(const struct emulator *emulator, struct emu_answer *answer)
{
    struct json_object *list = json_object_new_array();

    for (const struct emu_fault *fault = emulator->faults; fault != NULL; fault = fault->next) {
        emu_json_put(fault->rule, "hits", json_object_new_int64(fault->hits));
        json_object_array_add(list, json_object_get(fault->rule));
    }
    emu_answer_json(answer, 200, list);
}

void emu_fault_clear(struct emulator *emulator)
{
    while (emulator->faults != NULL) {
        struct emu_fault *fault = emulator->faults;

        emulator->faults = fault->next;
        emu_fault_release(fault);
    }
}

static bool path_matches(const struct emu_fault *fault, const struct emu_request *request)
{
    const char *path = json_string_member(fault->rule, "path");
    size_t length = path != NULL ? strlen(path) : 0;

    if (path == NULL)
        return true;
    if (length > request->path_length || strncmp(path, request->path, length) != 0)
        return false;
    return length == request->path_length || !json_object_get_boolean(get(fault, "exact"));
}

static bool query_matches(const struct emu_fault *fault, const struct emu_request *request)
{
    const char *part = json_string_member(fault->rule, "query");

    return part == NULL || strstr(request->path + request->path_length, part) != NULL;
}

static bool agent_matches(const struct emu_fault *fault, const struct emu_request *request)
{
    const char *agent = json_string_member(fault->rule, "userAgent");

    return agent == NULL ||
           (request->user_agent != NULL && !strncmp(agent, request->user_agent, strlen(agent)));
}

static bool matches(const struct emu_fault *fault, const struct emu_request *request)
{
    const char *method = json_string_member(fault->rule, "method");

    return (method == NULL || strcmp(method, request->method) == 0) &&
           path_matches(fault, request) && query_matches(fault, request) &&
           agent_matches(fault, request);
}

/* Counts a match; true if the rule is to be used. */
static bool hits(struct emu_fault *fault)
{
    if (fault->times == 0)
        return false;
    if (fault->skip > 0) {
        fault->skip--;
        return false;
    }
    fault->hits++;
    if (fault->times > 0)
        fault->times--;
    return true;
}

struct emu_fault *emu_fault_take(struct emulator *emulator, const struct emu_request *request)
{
    for (struct emu_fault *fault = emulator->faults; fault != NULL; fault = fault->next) {
        if (!matches(fault, request) || !hits(fault))
            continue;
        fault->references++;
        return fault;
    }
    return NULL;
}

void emu_fault_release(struct emu_fault *fault)
{
    if (fault == NULL || --fault->references > 0)
        return;
    json_object_put(fault->rule);
    free(fault);
}

unsigned emu_fault_delay_ms(const struct emu_fault *fault)
{
    return fault != NULL ? fault->delay_ms : 0;
}

static bool closes(const struct emu_fault *fault, const char *when)
{
    const char *found = json_string_member(fault->rule, "close");

    return found != NULL && strcmp(found, when) == 0;
}

bool emu_fault_applies(const struct emu_fault *fault)
{
    if (fault == NULL || json_object_get_boolean(get(fault, "apply")))
        return true;
    return !closes(fault, "before") &&
           (closes(fault, "after") ||
            (!has(fault, "status") && !has(fault, "body") && !has(fault, "flood")));
}

/* The given body: a string as it is, anything else as JSON. */
static void shape_body(const struct emu_fault *fault, struct emu_answer *answer, int status)
{
    struct json_object *body = get(fault, "body");

    if (json_object_is_type(body, json_type_string))
        emu_answer_text(answer, status, json_object_get_string(body));
    else
        emu_answer_json(answer, status, json_object_get(body));
}

static void shape_status(const struct emu_fault *fault, struct emu_answer *answer)
{
    int status = has(fault, "status") ? json_object_get_int(get(fault, "status")) : answer->status;

    if (!status)
        status = 200;
    if (has(fault, "body"))
        shape_body(fault, answer, status);
    else if (status >= 400 && answer->status != status)
        emu_answer_error(answer, status, "A fault was asked for");
    answer->status = status;
}

static void shape_headers(const struct emu_fault *fault, struct emu_answer *answer)
{
    const char *type = json_string_member(fault->rule, "contentType");
    struct json_object *headers = get(fault, "headers");

    if (type != NULL) {
        free(answer->content_type);
        answer->content_type = strdup(type);
    }
    if (headers == NULL)
        return;
    json_object_object_foreach (headers, name, value) {
        emu_answer_header(answer, name, json_object_get_string(value));
    }
}

static char *copy_text(struct json_object *object, const char *key)
{
    const char *text = json_string_member(object, key);

    return strdup(text != NULL ? text : "");
}

/* In place of the body. */
static void shape_flood(const struct emu_fault *fault, struct emu_answer *answer)
{
    struct json_object *flood = get(fault, "flood");
    const char *prefix = json_string_member(flood, "prefix");

    emu_answer_text(answer, answer->status, prefix != NULL ? prefix : "");
    free(answer->flood.unit);
    free(answer->flood.suffix);
    answer->flood.unit = copy_text(flood, "unit");
    answer->flood.suffix = copy_text(flood, "suffix");
    answer->flood.count = json_object_get_int64(json_object_object_get(flood, "count"));
}

static void shape_sending(const struct emu_fault *fault, struct emu_answer *answer)
{
    answer->closed = has(fault, "close");
    answer->raw = json_object_get_boolean(get(fault, "raw"));
    answer->delay_ms = (unsigned)json_object_get_int(get(fault, "answerDelayMs"));
    answer->trickle_ms = (unsigned)json_object_get_int(get(fault, "trickleMs"));
    if (has(fault, "truncate"))
        answer->truncate = (long)json_object_get_int64(get(fault, "truncate"));
}

void emu_fault_shape(const struct emu_fault *fault, struct emu_answer *answer)
{
    if (fault == NULL)
        return;
    shape_status(fault, answer);
    shape_headers(fault, answer);
    if (has(fault, "flood"))
        shape_flood(fault, answer);
    shape_sending(fault, answer);
}
