/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/details.h"

#include "util/json.h"

#include <string.h>

#define LINE_ENOUGH_BYTES 4096 /* far more than is shown: secrets are hidden before the cut */

struct printer {
    struct buf *out;
    struct buf path; /* of the value being printed: "s3Config.bucket" */
};

static bool print_value(struct printer *printer, struct json_object *value);

static bool is_one_of(const char *key, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(key, *names) == 0)
            return true;
    return false;
}

/* Keys of validators' reports that name no field. */
static bool is_wrapper(const char *key)
{
    static const char *const names[] = {"_errors", "fieldErrors", "formErrors", "issues",
                                        "errors",  "details",     "properties", NULL};

    return is_one_of(key, names);
}

static bool print_text(struct printer *printer, const char *text)
{
    struct buf *out = printer->out;

    if (out->size_bytes > LINE_ENOUGH_BYTES || *text == '\0')
        return true;
    if (out->size_bytes > 0 && !buf_append_text(out, "; "))
        return false;
    if (printer->path.size_bytes > 0 && !buf_printf(out, "%s: ", printer->path.data))
        return false;
    return buf_append_text(out, text);
}

static bool push(struct printer *printer, const char *name)
{
    if (*name == '\0')
        return true;
    if (printer->path.size_bytes > 0 && !buf_append_text(&printer->path, "."))
        return false;
    return buf_append_text(&printer->path, name);
}

/* A path is a text, or an array of keys and indexes. */
static bool push_path(struct printer *printer, struct json_object *path)
{
    if (!json_object_is_type(path, json_type_array))
        return push(printer, json_object_get_string(path));
    for (size_t i = 0; i < json_object_array_length(path); i++) {
        struct json_object *part = json_object_array_get_idx(path, i);
        if (part != NULL && !push(printer, json_object_get_string(part)))
            return false;
    }
    return true;
}

/* {path: ["size"], message: "Required"}: one issue. */
static bool print_issue(struct printer *printer, struct json_object *issue)
{
    static const char *const names[] = {"path", "field", "param", "property", "loc", NULL};

    for (size_t i = 0; names[i] != NULL; i++) {
        struct json_object *path = json_member(issue, names[i]);
        if (path == NULL || json_object_is_type(path, json_type_object))
            continue;
        if (!push_path(printer, path))
            return false;
        break;
    }
    return print_text(printer, json_string_member(issue, "message"));
}

static bool print_members(struct printer *printer, struct json_object *object)
{
    json_object_object_foreach (object, key, value) {
        size_t depth = printer->path.size_bytes;
        if (!is_wrapper(key) && !push(printer, key))
            return false;
        if (!print_value(printer, value) || !buf_resize(&printer->path, depth))
            return false;
    }
    return true;
}

static bool print_object(struct printer *printer, struct json_object *object)
{
    size_t depth = printer->path.size_bytes;

    if (json_string_member(object, "message") == NULL)
        return print_members(printer, object);
    return print_issue(printer, object) && buf_resize(&printer->path, depth);
}

static bool print_elements(struct printer *printer, struct json_object *array)
{
    for (size_t i = 0; i < json_object_array_length(array); i++)
        if (printer->out->size_bytes <= LINE_ENOUGH_BYTES &&
            !print_value(printer, json_object_array_get_idx(array, i)))
            return false;
    return true;
}

static bool print_value(struct printer *printer, struct json_object *value)
{
    if (value == NULL)
        return true;
    if (json_object_is_type(value, json_type_object))
        return print_object(printer, value);
    if (json_object_is_type(value, json_type_array))
        return print_elements(printer, value);
    return print_text(printer, json_object_get_string(value));
}

bool details_print(struct buf *out, struct json_object *details)
{
    struct printer printer = {.out = out, .path = BUF_EMPTY};
    bool ok = print_value(&printer, details);

    buf_finish(&printer.path);
    return ok;
}
