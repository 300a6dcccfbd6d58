/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "document/parts.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_GIGABYTES 1e6

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

/* What the scanner says of a text, as a refusal. */
static void refuse_text(enum json_result result, const struct json_fault *fault,
                        struct problem *refusal)
{
    if (result == JSON_INCOMPLETE)
        document_refuse(refusal, EINVAL, NULL, "the JSON object is not complete");
    else if (result != JSON_OK)
        document_refuse(refusal, EINVAL, NULL, "line %u: %s", fault->line, fault->message);
}

static enum json_result parse(const char *text, size_t text_bytes, struct json_object **out,
                              struct json_fault *fault, struct problem *refusal)
{
    enum json_result result = json_read(text, text_bytes, out, fault);

    refuse_text(result, fault, refusal);
    if (result == JSON_OK && !json_object_is_type(*out, json_type_object))
        document_refuse(refusal, EINVAL, NULL, "a JSON object is expected");
    else if (result == JSON_OK && json_has_half_character(text, text_bytes))
        document_refuse(refusal, EINVAL, NULL, "half a character (\\ud800 to \\udfff) in a string");
    if (refusal->err != 0) {
        json_object_put(*out);
        *out = NULL;
    }
    return result;
}

struct json_object *document_parse(const char *text, size_t text_bytes, struct problem *refusal)
{
    struct json_object *object = NULL;
    struct json_fault fault;

    if (text_bytes > DOCUMENT_MAX_BYTES)
        document_refuse(refusal, EFBIG, NULL, "the text is longer than 1 MiB");
    else
        parse(text, text_bytes, &object, &fault, refusal);
    return object;
}

/* Whether its last character can end an object. */
static bool may_be_whole(const char *text, size_t text_bytes)
{
    while (text_bytes > 0 && strchr(" \t\r\n", text[text_bytes - 1]) != NULL)
        text_bytes--;
    return text_bytes > 0 && text[text_bytes - 1] == '}';
}

enum document_state document_judge(const char *text, size_t text_bytes, struct json_object **out,
                                   struct problem *problem)
{
    struct json_fault fault = {.whole = false};
    struct problem refusal = {0};
    enum json_result result = JSON_OK;

    *out = NULL;
    if (!may_be_whole(text, text_bytes)) { /* of what grows nothing is built */
        result = json_scan(text, text_bytes, NULL, &fault);
        refuse_text(result, &fault, &refusal);
    }
    if (result == JSON_OK)
        result = parse(text, text_bytes, out, &fault, &refusal);
    document_verdict(&refusal, problem);
    if (result == JSON_OK || fault.whole)
        return DOCUMENT_WHOLE;
    return result == JSON_INCOMPLETE ? DOCUMENT_BEGUN : DOCUMENT_BROKEN;
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

bool document_put_view(struct json_object *object, const char *key, struct json_view value)
{
    struct json_object *copy = json_view_object(value);

    if (copy == NULL && json_view_type(value) != 'n')
        return false;
    return document_put(object, key, copy);
}

struct json_view document_view(const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text);

    return size == 0 ? JSON_VIEW_NONE : json_view_of_slice(json_slice_of(text, size), NULL);
}

bool document_begin_object(const struct visitor *visitor, struct visit *visit)
{
    (void)visitor;
    visit->out = json_object_new_object();
    return visit->out != NULL;
}

bool document_end_object(const struct visitor *visitor, const struct visit *visit, bool ok)
{
    (void)visitor;
    if (ok && json_object_object_length(visit->out) > 0)
        return document_put(visit->up->out, visit->path.key, visit->out);
    json_object_put(visit->out);
    return ok;
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

/* A decimal one as JSON has it: "-0", but not "007". */
static bool is_integer_text(const struct buf *text)
{
    const char *digits = buf_text(text) + (buf_text(text)[0] == '-');
    size_t size = strspn(digits, "0123456789");

    return size > 0 && digits + size == buf_text(text) + text->size_bytes &&
           (*digits != '0' || size == 1);
}

static bool is_integer(struct json_view value)
{
    struct buf text = BUF_EMPTY;
    bool is = json_view_text(value, &text) && is_integer_text(&text);

    buf_finish(&text);
    return is;
}

bool field_accepts(const struct field *field, struct json_view value)
{
    static const char types[] = {[FIELD_STRING] = '"', [FIELD_BOOLEAN] = 't', [FIELD_OBJECT] = '{'};
    char type = json_view_type(value);

    if (field->type == FIELD_INTEGER)
        return type == '0' && is_integer(value);
    return type == types[field->type] || (field->type == FIELD_BOOLEAN && type == 'f');
}

bool field_is_left_empty(const struct field *field, struct json_view value)
{
    struct buf text = BUF_EMPTY;
    bool empty = field->type == FIELD_STRING && (field->flags & FIELD_REQUIRED) != 0 &&
                 json_view_text(value, &text) && text.size_bytes == 0;

    buf_finish(&text);
    return empty;
}

const char *field_type_words(const struct field *field)
{
    static const char *const words[] = {[FIELD_STRING] = "a string",
                                        [FIELD_INTEGER] = "an integer",
                                        [FIELD_BOOLEAN] = "true or false",
                                        [FIELD_OBJECT] = "an object"};

    return words[field->type];
}

struct json_object *field_integer_of(const struct field *field, struct json_view value)
{
    struct json_object *number = NULL;
    struct buf text = BUF_EMPTY;

    if (field != NULL && field->type == FIELD_INTEGER && json_view_type(value) == '"' &&
        json_view_text(value, &text) && is_integer_text(&text))
        number = json_new_number(buf_text(&text));
    buf_finish(&text);
    return number;
}

bool field_same(const struct field *field, struct json_view old, struct json_view given)
{
    struct json_object *number = field_integer_of(field, old);
    bool same = old.there ? json_view_same(old, given) : json_view_type(given) == 'n';

    if (!same && number != NULL)
        same = json_view_same(json_view_of(number), given);
    json_object_put(number);
    return same;
}

bool field_looks_like_bytes(const struct field *field, struct json_view value)
{
    struct buf text = BUF_EMPTY;
    bool looks = field->type == FIELD_INTEGER && strcmp(field->key, "size") == 0 &&
                 json_view_type(value) == '0' && json_view_text(value, &text) &&
                 strtod(buf_text(&text), NULL) > MOST_GIGABYTES;

    buf_finish(&text);
    return looks;
}

/* --- secrets --------------------------------------------------------------------------------- */

bool document_is_masked(struct json_view value)
{
    struct buf text = BUF_EMPTY;
    bool masked = json_view_type(value) == '"' && json_view_text(value, &text) &&
                  secrets_is_mask(buf_text(&text), text.size_bytes);

    buf_finish(&text);
    return masked;
}

bool document_is_mask(const struct key_path *path, struct json_view value)
{
    bool secret = false;

    for (; path != NULL && !secret; path = path->up)
        secret = field_is_secret(path->key);
    return secret && document_is_masked(value);
}

struct key_words value_words(struct json_view value)
{
    struct key_words words = {"null"};
    struct buf text = BUF_EMPTY;
    struct buf masked = BUF_EMPTY;

    if (value.there && json_view_type(value) != 'n' && json_view_print(value, &text) &&
        secrets_print(&masked, json_slice_of(buf_text(&text), text.size_bytes), false, false))
        words = words_cut(&masked);
    buf_finish(&text);
    buf_finish(&masked);
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
