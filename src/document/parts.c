/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "document/parts.h"

#include "util/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_GIGABYTES 1e6

/* --- keys ------------------------------------------------------------------------------------ */

static struct key_words cut_words(const struct buf *text)
{
    struct key_words words = {""};
    size_t size = utf8_cut(buf_text(text), text->size_bytes, sizeof words.text - 1);

    for (size_t i = 0; i < size; i++)
        words.text[i] =
            (unsigned char)text->data[i] < 0x20 || text->data[i] == 0x7F ? ' ' : text->data[i];
    return words;
}

static void print_path(const struct key_path *path, struct buf *out)
{
    if (path->up != NULL) {
        print_path(path->up, out);
        buf_append(out, ".", 1);
    }
    buf_append_text(out, path->key);
}

struct key_words key_words(const struct key_path *path)
{
    struct buf text = BUF_EMPTY;

    print_path(path, &text);
    struct key_words words = cut_words(&text);
    buf_finish(&text);
    return words;
}

struct json_object *key_lookup(struct json_object *object, const struct key_path *path, bool *found)
{
    struct json_object *value = NULL;

    if (path->up != NULL)
        object = key_lookup(object, path->up, found);
    *found = json_object_is_type(object, json_type_object) &&
             json_object_object_get_ex(object, path->key, &value);
    return value;
}

/* --- refusals -------------------------------------------------------------------------------- */

static const struct {
    int err;
    enum problem_kind kind;
} kinds_of_errors[] = {
    {EFBIG, PROBLEM_TOO_LARGE},
    {ESTALE, PROBLEM_CONFLICT},
    {ENOMEM, PROBLEM_NO_MEMORY},
};

static enum problem_kind kind_of_error(int err)
{
    for (size_t i = 0; i < sizeof kinds_of_errors / sizeof kinds_of_errors[0]; i++)
        if (kinds_of_errors[i].err == err)
            return kinds_of_errors[i].kind;
    return PROBLEM_INVALID;
}

static void add_detail(struct problem *problem, const char *text)
{
    size_t used = strlen(problem->details);
    size_t size = strlen(text) + (used == 0 ? 0 : 2);

    if (used + size < sizeof problem->details)
        snprintf(problem->details + used, size + 1, "%s%s", used == 0 ? "" : ", ", text);
}

void document_refuse(struct problem *problem, int err, const struct key_path *path,
                     const char *format, ...)
{
    va_list args;

    if (problem->err == 0) {
        char words[sizeof problem->message];

        va_start(args, format);
        vsnprintf(words, sizeof words, format, args);
        va_end(args);
        problem_set(problem, kind_of_error(err), "%s", words);
        problem->err = err;
    }
    if (path != NULL)
        add_detail(problem, key_words(path).text);
}

int document_verdict(const struct problem *refusal, struct problem *problem)
{
    if (refusal->err == 0)
        return 0;
    if (problem != NULL)
        *problem = *refusal;
    return -1;
}

/* --- reading --------------------------------------------------------------------------------- */

struct json_object *document_parse(const char *text, size_t text_bytes, struct problem *refusal)
{
    struct json_object *object = NULL;
    struct json_fault fault;

    if (text_bytes > DOCUMENT_MAX_BYTES) {
        document_refuse(refusal, EFBIG, NULL, "the text is longer than 1 MiB");
        return NULL;
    }
    enum json_result result = json_read(text, text_bytes, &object, &fault);
    if (result == JSON_INCOMPLETE)
        document_refuse(refusal, EINVAL, NULL, "the JSON object is not complete");
    else if (result == JSON_INVALID)
        document_refuse(refusal, EINVAL, NULL, "line %u: %s", fault.line, fault.message);
    else if (!json_object_is_type(object, json_type_object))
        document_refuse(refusal, EINVAL, NULL, "a JSON object is expected");
    else if (json_has_half_character(text, text_bytes))
        document_refuse(refusal, EINVAL, NULL, "half a character (\\ud800 to \\udfff) in a string");
    if (refusal->err == 0)
        return object;
    json_object_put(object);
    return NULL;
}

struct json_object *document_read(const char *text, size_t text_bytes, struct problem *problem)
{
    struct problem refusal = {0};
    struct json_object *object = document_parse(text, text_bytes, &refusal);

    document_verdict(&refusal, problem);
    return object;
}

struct json_object *document_load(const char *text)
{
    struct json_object *object = NULL;

    if (text == NULL || *text == '\0')
        return json_object_new_object();
    json_read(text, strlen(text), &object, NULL);
    if (json_object_is_type(object, json_type_object))
        return object;
    json_object_put(object);
    return NULL;
}

bool document_put(struct json_object *object, const char *key, struct json_object *value)
{
    if (json_object_object_add(object, key, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

struct json_object *document_named(const char *name, size_t name_bytes)
{
    struct json_object *object = json_object_new_object();
    struct json_object *text =
        object == NULL ? NULL : json_object_new_string_len(name, (int)name_bytes);

    if (text != NULL && document_put(object, "name", text))
        return object;
    json_object_put(object);
    return NULL;
}

/* --- types ----------------------------------------------------------------------------------- */

static bool is_integer_text(const char *text)
{
    text += *text == '-';
    return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

bool field_accepts(const struct field *field, struct json_object *value)
{
    static const enum json_type types[] = {[FIELD_STRING] = json_type_string,
                                           [FIELD_BOOLEAN] = json_type_boolean,
                                           [FIELD_OBJECT] = json_type_object};

    if (field->type != FIELD_INTEGER)
        return json_object_is_type(value, types[field->type]);
    const char *number = json_number_text(value);
    return number != NULL && is_integer_text(number);
}

bool field_is_left_empty(const struct field *field, struct json_object *value)
{
    return field->type == FIELD_STRING && (field->flags & FIELD_REQUIRED) != 0 &&
           json_object_get_string_len(value) == 0;
}

const char *field_type_words(const struct field *field)
{
    static const char *const words[] = {[FIELD_STRING] = "a string",
                                        [FIELD_INTEGER] = "an integer",
                                        [FIELD_BOOLEAN] = "true or false",
                                        [FIELD_OBJECT] = "an object"};

    return words[field->type];
}

struct json_object *field_integer_of(const struct field *field, struct json_object *value)
{
    struct json_object *number = NULL;

    if (field == NULL || field->type != FIELD_INTEGER ||
        !json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string(value);
    if (!is_integer_text(text) || strlen(text) != (size_t)json_object_get_string_len(value) ||
        json_read(text, strlen(text), &number, NULL) != JSON_OK)
        return NULL;
    return number;
}

bool field_looks_like_bytes(const struct field *field, struct json_object *value)
{
    const char *number = json_number_text(value);

    return field->type == FIELD_INTEGER && strcmp(field->key, "size") == 0 && number != NULL &&
           strtod(number, NULL) > MOST_GIGABYTES;
}

/* --- secrets --------------------------------------------------------------------------------- */

bool document_is_masked(struct json_object *value)
{
    return json_object_is_type(value, json_type_string) &&
           secrets_is_mask(json_object_get_string(value),
                           (size_t)json_object_get_string_len(value));
}

bool document_is_mask(const struct key_path *path, struct json_object *value)
{
    bool secret = false;

    for (; path != NULL && !secret; path = path->up)
        secret = field_is_secret(path->key);
    return secret && document_is_masked(value);
}

struct key_words value_words(struct json_object *value)
{
    struct json_object *copy = json_clone(value);
    struct key_words words = {"null"};
    struct buf text = BUF_EMPTY;

    if (copy != NULL && secrets_mask(copy) && json_print(&text, copy))
        words = cut_words(&text);
    buf_finish(&text);
    json_object_put(copy);
    return words;
}

/* --- changes --------------------------------------------------------------------------------- */

static bool add_secret(struct document_change *out, size_t *count, struct json_object *value)
{
    char **secrets = reallocarray(out->secrets, *count + 2, sizeof *secrets);

    if (secrets == NULL)
        return false;
    out->secrets = secrets;
    secrets[*count] = strdup(json_object_get_string(value));
    secrets[*count + 1] = NULL;
    if (secrets[*count] == NULL)
        return false;
    ++*count;
    return true;
}

static bool collect_secrets(struct document_change *out, size_t *count, struct json_object *body)
{
    bool ok = true;

    json_object_object_foreach (body, key, value) {
        if (json_object_is_type(value, json_type_object))
            ok = ok && collect_secrets(out, count, value);
        else if (json_object_is_type(value, json_type_string) && field_is_secret(key))
            ok = ok && add_secret(out, count, value);
    }
    return ok;
}

bool document_change_fill(struct document_change *out, struct json_object *body)
{
    size_t count = 0;

    out->changed = true;
    out->sent = json_object_get(body);
    if (json_print(&out->body, body) && collect_secrets(out, &count, body))
        return true;
    document_change_finish(out);
    return false;
}

void document_change_finish(struct document_change *change)
{
    if (change->body.data != NULL)
        explicit_bzero(change->body.data, change->body.capacity_bytes);
    buf_finish(&change->body);
    for (char **secret = change->secrets; secret != NULL && *secret != NULL; secret++) {
        explicit_bzero(*secret, strlen(*secret));
        free(*secret);
    }
    free(change->secrets);
    json_object_put(change->sent);
    *change = (struct document_change){0};
}
