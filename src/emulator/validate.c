/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/validate.h"

#include <stdio.h>
#include <string.h>

/* Where the problems go, and how deep in the body we are. */
struct findings {
    struct json_object *details;
    const char *prefix; /* "" or "s3Config." */
};

static const struct {
    unsigned type;
    const char *name;
} type_names[] = {
    {EMU_STRING, "string"}, {EMU_INTEGER, "integer"}, {EMU_BOOLEAN, "boolean"},
    {EMU_OBJECT, "object"}, {EMU_ARRAY, "array"},     {EMU_NULL, "null"},
};

static const char *name_of_type(unsigned type)
{
    for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++)
        if (type_names[i].type & type)
            return type_names[i].name;
    return "number";
}

static unsigned type_of(struct json_object *value)
{
    static const unsigned types[] = {
        [json_type_null] = EMU_NULL,     [json_type_boolean] = EMU_BOOLEAN,
        [json_type_double] = 0,          [json_type_int] = EMU_INTEGER,
        [json_type_object] = EMU_OBJECT, [json_type_array] = EMU_ARRAY,
        [json_type_string] = EMU_STRING,
    };

    return types[json_object_get_type(value)];
}

static void report(const struct findings *findings, const char *field, const char *problem)
{
    char name[128];

    snprintf(name, sizeof name, "%s%s", findings->prefix, field);
    emu_json_put_string(findings->details, name, problem);
}

static const struct emu_field *find_field(const struct emu_field *fields, const char *name)
{
    for (; fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static bool allowed_value(const char *const *values, const char *text)
{
    for (; *values != NULL; values++)
        if (strcmp(*values, text) == 0)
            return true;
    return false;
}

static void report_type(const struct findings *findings, const struct emu_field *field,
                        struct json_object *value)
{
    char problem[80];

    snprintf(problem, sizeof problem, "Expected %s, received %s", name_of_type(field->types),
             name_of_type(type_of(value)));
    report(findings, field->name, problem);
}

static void report_values(const struct findings *findings, const struct emu_field *field)
{
    char problem[128] = "Expected one of:";
    size_t used = strlen(problem);

    for (const char *const *value = field->values; *value != NULL && used < sizeof problem; value++)
        used += (size_t)snprintf(problem + used, sizeof problem - used, " %s", *value);
    report(findings, field->name, problem);
}

static void examine(const struct findings *findings, struct json_object *body,
                    const struct emu_field *fields);

static void examine_nested(const struct findings *findings, const struct emu_field *field,
                           struct json_object *value)
{
    char prefix[64];
    struct findings nested = {.details = findings->details, .prefix = prefix};

    snprintf(prefix, sizeof prefix, "%s%s.", findings->prefix, field->name);
    examine(&nested, value, field->fields);
}

static void examine_value(const struct findings *findings, const struct emu_field *field,
                          struct json_object *value)
{
    const char *problem = NULL;

    if (!(field->types & (type_of(value) | EMU_ANY))) {
        report_type(findings, field, value);
        return;
    }
    if (value == NULL)
        return;
    if (field->values != NULL && !allowed_value(field->values, json_object_get_string(value)))
        report_values(findings, field);
    if (field->check != NULL)
        problem = field->check(value);
    if (problem != NULL)
        report(findings, field->name, problem);
    if (field->fields != NULL)
        examine_nested(findings, field, value);
}

static void examine(const struct findings *findings, struct json_object *body,
                    const struct emu_field *fields)
{
    for (const struct emu_field *field = fields; field->name != NULL; field++)
        if (field->required && !json_object_object_get_ex(body, field->name, NULL))
            report(findings, field->name, "Required");
    json_object_object_foreach (body, name, value) {
        const struct emu_field *field = find_field(fields, name);

        if (field != NULL)
            examine_value(findings, field, value);
        else
            report(findings, name, "Unrecognized key");
    }
}

struct json_object *emu_validate(struct json_object *body, const struct emu_field *fields)
{
    struct findings findings = {.details = json_object_new_object(), .prefix = ""};

    if (json_object_is_type(body, json_type_object))
        examine(&findings, body, fields);
    else
        report(&findings, "body", "Expected object");
    if (json_object_object_length(findings.details))
        return findings.details;
    json_object_put(findings.details);
    return NULL;
}

struct json_object *emu_validate_body(const struct emu_request *request,
                                      const struct emu_field *fields, struct emu_answer *answer)
{
    const char *text = request->body != NULL ? request->body : "";
    struct json_object *body, *details;
    struct json_fault fault;

    if (json_read(text, request->body_length, &body, &fault) != JSON_OK) {
        emu_answer_unparsable(answer, fault.offset);
        return NULL;
    }
    details = emu_validate(body, fields);
    if (details == NULL)
        return body;
    json_object_put(body);
    emu_answer_invalid(answer, details);
    return NULL;
}

bool emu_is_id(const char *text)
{
    return *text && strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

#define INT64_MOST "9223372036854775807"

const char *emu_check_positive(struct json_object *value)
{
    const char *text = json_object_get_string(value);

    if (*text == '-' || strcmp(text, "0") == 0)
        return "Must be greater than 0";
    size_t digits = strlen(text);
    bool fits = digits < strlen(INT64_MOST) ||
                (digits == strlen(INT64_MOST) && strcmp(text, INT64_MOST) <= 0);
    return fits ? NULL : "Must fit in 64 bits";
}

const char *emu_check_not_negative(struct json_object *value)
{
    return *json_object_get_string(value) == '-' ? "Must not be negative" : NULL;
}

const char *emu_check_id(struct json_object *value)
{
    return emu_is_id(json_object_get_string(value)) ? NULL : "Invalid id";
}

const char *emu_check_uri(struct json_object *value)
{
    const char *text = json_object_get_string(value);
    size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return scheme && strncmp(text + scheme, "://", 3) == 0 && text[scheme + 3] ? NULL
                                                                               : "Invalid uri";
}

const char *emu_check_header_map(struct json_object *value)
{
    json_object_object_foreach (value, name, text) {
        if (!*name || !json_object_is_type(text, json_type_string))
            return "Expected an object of strings";
    }
    return NULL;
}

const char *emu_check_string_list(struct json_object *value)
{
    for (size_t i = 0; i < json_object_array_length(value); i++)
        if (!json_object_is_type(json_object_array_get_idx(value, i), json_type_string))
            return "Expected an array of strings";
    return NULL;
}
