/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "api/answer.h"

#include "api/details.h"
#include "util/json.h"
#include "util/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MAX_BYTES  200   /* of a text that is no JSON */
#define ERROR_MAX_VALUES 10000 /* what has more is no error that anybody could read */

/* The first row that fits counts. */
static const struct status_row {
    long first;
    long last;
    enum problem_kind kind;
    const char *phrase;
} status_rows[] = {
    {304, 304, PROBLEM_PROTOCOL, "Not Modified, which nothing here asks for"},
    {300, 399, PROBLEM_PROTOCOL, "a redirect, and redirects are not followed"},
    {400, 400, PROBLEM_INVALID, "Bad Request"},
    {401, 401, PROBLEM_UNAUTHORIZED, "Unauthorized"},
    {402, 402, PROBLEM_QUOTA, "Payment Required"},
    {403, 403, PROBLEM_FORBIDDEN, "Forbidden"},
    {404, 404, PROBLEM_NOT_FOUND, "Not Found"},
    {405, 405, PROBLEM_INVALID, "Method Not Allowed"},
    {408, 408, PROBLEM_TRY_LATER, "Request Timeout"},
    {409, 409, PROBLEM_CONFLICT, "Conflict"},
    {410, 410, PROBLEM_NOT_FOUND, "Gone"},
    {412, 412, PROBLEM_INVALID, "Precondition Failed"},
    {413, 413, PROBLEM_TOO_LARGE, "Content Too Large"},
    {422, 422, PROBLEM_INVALID, "Unprocessable Content"},
    {425, 425, PROBLEM_TRY_LATER, "Too Early"},
    {429, 429, PROBLEM_TRY_LATER, "Too Many Requests"},
    {400, 499, PROBLEM_INVALID, "the request was refused"},
    {500, 500, PROBLEM_SERVER, "Internal Server Error"},
    {502, 502, PROBLEM_SERVER, "Bad Gateway"},
    {503, 503, PROBLEM_SERVER, "Service Unavailable"},
    {504, 504, PROBLEM_SERVER, "Gateway Timeout"},
    {500, 599, PROBLEM_SERVER, "the server failed"},
    {0, 999, PROBLEM_PROTOCOL, "a status that means nothing here"},
};

static const struct status_row *status_row(long status)
{
    const struct status_row *row = status_rows;
    const struct status_row *last = status_rows + sizeof status_rows / sizeof *status_rows - 1;

    while (row != last && (status < row->first || status > row->last))
        row++;
    return row;
}

/* What an error says, in full: hidden and cut later. */
struct words {
    struct buf code;
    struct buf message;
    struct buf details;
    bool own; /* the message is the API's */
};

static void words_finish(struct words *words)
{
    buf_finish(&words->code);
    buf_finish(&words->message);
    buf_finish(&words->details);
}

static bool append_first(struct buf *out, struct json_object *object, const char *const *keys)
{
    const char *text = NULL;

    for (; *keys != NULL && (text == NULL || *text == '\0'); keys++)
        text = json_string_member(object, *keys);
    return text == NULL || buf_append_text(out, text);
}

static bool append_details(struct buf *out, struct json_object *object)
{
    static const char *const keys[] = {"details", "issues", "errors", NULL};
    struct json_object *message = json_member(object, "message");

    for (size_t i = 0; keys[i] != NULL && out->size_bytes == 0; i++)
        if (!details_print(out, json_member(object, keys[i])))
            return false;
    if (out->size_bytes > 0 || json_object_is_type(message, json_type_string))
        return true;
    return details_print(out, message); /* some send an array of messages */
}

static bool read_object(struct words *words, struct json_object *object)
{
    static const char *const code_keys[] = {"code", NULL};
    static const char *const message_keys[] = {"message", "error", "detail", "title", NULL};
    struct json_object *inner = json_member(object, "error");

    if (inner != NULL && json_object_is_type(inner, json_type_object))
        object = inner;
    if (!append_first(&words->code, object, code_keys) ||
        !append_first(&words->message, object, message_keys) ||
        !append_details(&words->details, object))
        return false;
    if (words->message.size_bytes == 0) { /* the details are all that was said */
        struct buf empty = words->message;
        words->message = words->details;
        words->details = empty;
    }
    return true;
}

/* A text that meant to be JSON is not shown: a secret in it might be escaped, and so not found. */
static bool looks_like_json(const struct buf *body)
{
    size_t start = strspn(buf_text(body), " \t\r\n");

    return start < body->size_bytes && strchr("{[\"", body->data[start]) != NULL;
}

static bool read_text(struct words *words, const struct buf *body, const struct scrub *hidden)
{
    struct buf raw = BUF_EMPTY;
    bool ok = looks_like_json(body) ||
              (buf_append(&raw, body->data, body->size_bytes) && scrub_foreign(&raw, hidden) &&
               text_words(&words->message, buf_text(&raw), raw.size_bytes));

    buf_finish(&raw);
    return ok;
}

static bool read_body(struct words *words, const struct buf *body, const struct scrub *hidden)
{
    struct json_object *value = NULL;
    size_t size = body->size_bytes;

    if (json_read_most(buf_text(body), size, ERROR_MAX_VALUES, &value, NULL) != JSON_OK)
        return read_text(words, body, hidden);
    bool ok = true;
    if (value != NULL && json_object_is_type(value, json_type_object))
        ok = read_object(words, value);
    else if (value != NULL && json_object_is_type(value, json_type_string))
        ok = buf_append_text(&words->message, json_object_get_string(value));
    else if (value != NULL && json_object_is_type(value, json_type_array))
        ok = details_print(&words->message, value);
    words->own = words->message.size_bytes > 0;
    json_object_put(value);
    return ok;
}

static bool has_word(const struct problem *problem, const char *const *words)
{
    return text_has_word(problem->code, words) || text_has_word(problem->message, words);
}

/* Of a limit that is reached; that of a length is none of these. */
static bool speaks_of_limit(const struct problem *problem)
{
    static const char *const limits[] = {"limit", "limits", NULL};
    static const char *const reached[] = {"reached",   "reach",  "reaches", "exceeded", "exceeds",
                                          "exceeding", "exceed", "over",    "hit",      NULL};
    static const char *const lengths[] = {"length", "long",  "longer", "character", "characters",
                                          "char",   "chars", "bytes",  "letters",   NULL};

    return has_word(problem, limits) && has_word(problem, reached) && !has_word(problem, lengths);
}

/* To a GET 400 and 422 say that the query is wrong: when they speak of a limit, the `limit` in it
 * is meant. */
static bool speaks_of_quota(enum http_method method, const struct problem *problem)
{
    static const char *const quotas[] = {"quota", "quotas", "plan", "plans", NULL};
    bool wrong = problem->status == 400 || problem->status == 422;

    return (problem->status == 403 || wrong) &&
           (has_word(problem, quotas) ||
            (!(wrong && method == HTTP_GET) && speaks_of_limit(problem)));
}

/* Copies what is to be shown of a text that is no JSON: its first words. */
static void copy_message(struct problem *problem, const struct words *words)
{
    size_t size = words->own ? sizeof problem->message : WORDS_MAX_BYTES;

    text_copy(problem->message, size, buf_text(&words->message));
}

bool answer_problem(enum http_method method, const struct http_response *response,
                    const struct scrub *hidden, struct problem *problem)
{
    const struct status_row *row = status_row(response->status);
    struct words words = {.own = false};

    *problem = (struct problem){.kind = row->kind, .status = response->status};
    if (!read_body(&words, &response->body, hidden) ||
        !words_make_safe_foreign(&words.code, hidden) ||
        !words_make_safe_foreign(&words.message, hidden) ||
        !words_make_safe_foreign(&words.details, hidden)) {
        words_finish(&words);
        words = (struct words){.own = false};
    }
    text_copy(problem->code, sizeof problem->code, buf_text(&words.code));
    copy_message(problem, &words);
    text_copy(problem->details, sizeof problem->details, buf_text(&words.details));
    if (speaks_of_quota(method, problem))
        problem->kind = PROBLEM_QUOTA;
    if (problem->message[0] == '\0' || row->kind == PROBLEM_PROTOCOL) {
        text_copy(problem->message, sizeof problem->message, row->phrase);
        words.own = false;
    }
    bool own = words.own;
    words_finish(&words);
    return own;
}
