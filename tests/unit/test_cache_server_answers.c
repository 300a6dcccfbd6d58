/* SPDX-License-Identifier: MIT */
/* The tests' server: its answers, and how they come. */
#include "config.h"

#include "test_cache_server_state.h"

#include "util/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BASE_URL_BYTES strlen("http://127.0.0.1:1/v1")

/* --- answers (lock held) ---------------------------------------------------------------------- */

struct exchange {
    const struct http_request *request;
    char path[128]; /* without the query */
    char *id;       /* in path, behind the kind's; or NULL */
    char *tail;     /* "restore" or NULL */
    const char *query;
    long status;
    struct buf body;
};

static void answer_error(struct exchange *exchange, long status)
{
    exchange->status = status;
    exchange->body.size_bytes = 0;
    buf_printf(&exchange->body, "{\"code\":\"CODE_%ld\",\"message\":\"status %ld\"}", status,
               status);
}

static void append_item(struct server *server, struct buf *out, const struct resource *resource)
{
    if (server->hidden_key == NULL) {
        buf_append_text(out, resource->json);
        return;
    }
    struct json_object *value = server_parse(resource->json);
    char *text;

    json_object_object_del(value, server->hidden_key);
    text = server_print(value);
    buf_append_text(out, text);
    free(text);
    json_object_put(value);
}

/* All at once, a bare array. */
static void answer_array(struct server *server, struct exchange *exchange)
{
    const char *comma = "";

    buf_append_text(&exchange->body, "[");
    for (size_t i = 0; i < server->count && strstr(exchange->query, "after=") == NULL; i++) {
        if (strcmp(server->resources[i].path, exchange->path) != 0)
            continue;
        buf_append_text(&exchange->body, comma);
        append_item(server, &exchange->body, &server->resources[i]);
        comma = ",";
    }
    buf_append_text(&exchange->body, "]");
}

static void answer_list(struct server *server, struct exchange *exchange)
{
    const char *after = strstr(exchange->query, "after=");
    size_t at = after == NULL ? 0 : strtoul(after + 6, NULL, 10);
    size_t found = 0;

    buf_append_text(&exchange->body, "{\"items\":[");
    for (; at < server->count && found < 120; at++) {
        if (strcmp(server->resources[at].path, exchange->path) != 0)
            continue;
        buf_append_text(&exchange->body, found++ == 0 ? "" : ",");
        append_item(server, &exchange->body, &server->resources[at]);
    }
    if (found == 120)
        buf_printf(&exchange->body, "],\"hasMore\":true,\"nextPage\":\"%zu\"}", at);
    else
        buf_append_text(&exchange->body, "],\"hasMore\":false,\"nextPage\":null}");
}

static void append_event(struct server *server, struct buf *out, const char *id, const char *name,
                         const char *date)
{
    bool done = strcmp(server->event_state, "done") == 0;

    buf_printf(out,
               "{\"id\":\"%s\",\"name\":\"%s\",\"state\":\"%s\",\"machineId\":\"m1\","
               "\"dtCreated\":\"%s\",\"dtStarted\":null,"
               "\"dtFinished\":%s,\"error\":",
               id, name, server->event_state, date, done ? "\"2026-03-01T00:01:00.000Z\"" : "null");
    if (server->event_error[0] == '\0')
        buf_append_text(out, "null}");
    else
        buf_printf(out, "\"%s\"}", server->event_error);
}

static void answer_events(struct server *server, struct exchange *exchange)
{
    buf_append_text(&exchange->body, "{\"items\":[");
    for (size_t i = server->past_count; i-- > 0;) {
        const struct past *past = &server->past[i];
        append_event(server, &exchange->body, past->id, past->name, past->date);
        buf_append_text(&exchange->body, i == 0 ? "" : ",");
    }
    buf_append_text(&exchange->body, "],\"hasMore\":false,\"nextPage\":null}");
}

static bool has_events(const struct server *server, const struct exchange *exchange)
{
    return server->dialect == DIALECT_DOCS && strncmp(exchange->path, "/snapshots", 10) == 0;
}

static void answer_change(struct server *server, struct exchange *exchange, const char *json,
                          const char *event_name)
{
    char event_id[32];

    if (!has_events(server, exchange)) {
        buf_append_text(&exchange->body, json);
        return;
    }
    snprintf(event_id, sizeof(event_id), "ev%u", ++server->ids);
    buf_printf(&exchange->body, "{\"data\":%s,\"event\":", json);
    append_event(server, &exchange->body, event_id, event_name, server->event_date);
    buf_append_text(&exchange->body, "}");
    struct past *past = &server->past[server->past_count++ % 64];

    strcpy(past->id, event_id);
    snprintf(past->name, sizeof(past->name), "%s", event_name);
    strcpy(past->date, server->event_date);
}

static void answer_create(struct server *server, struct exchange *exchange)
{
    struct json_object *value = server_parse(exchange->request->body);
    char id[32];
    char *text;

    snprintf(id, sizeof(id), "new%u", ++server->ids);
    json_object_object_add(value, "id", json_object_new_string(id));
    text = server_print(value);
    server_insert(server, 0, exchange->path, text);
    answer_change(server, exchange, text, "snapshot-create");
    free(text);
    json_object_put(value);
}

static void answer_update(struct exchange *exchange, struct resource *resource)
{
    struct json_object *changes = server_parse(exchange->request->body);

    server_merge(resource, changes);
    json_object_put(changes);
    buf_append_text(&exchange->body, resource->json);
}

static void answer_delete(struct server *server, struct exchange *exchange,
                          struct resource *resource)
{
    answer_change(server, exchange, resource->json, "snapshot-delete");
    if (server->dialect == DIALECT_OPENAPI) {
        buf_resize(&exchange->body, 0);
        exchange->status = 204;
    }
    if (!server->delete_later)
        server_drop(server, resource);
}

static void answer_resource(struct server *server, struct exchange *exchange)
{
    struct resource *resource = server_find(server, exchange->path, exchange->id);

    if (resource == NULL)
        answer_error(exchange, 404);
    else if (exchange->tail != NULL)
        answer_change(server, exchange, resource->json, "snapshot-restore");
    else if (exchange->request->method == HTTP_PUT)
        answer_update(exchange, resource);
    else if (exchange->request->method == HTTP_DELETE)
        answer_delete(server, exchange, resource);
    else
        buf_append_text(&exchange->body, resource->json);
}

static void answer(struct server *server, struct exchange *exchange)
{
    exchange->status = 200;
    if (strcmp(exchange->path, "/machine-events") == 0 && exchange->id == NULL)
        answer_events(server, exchange);
    else if (strcmp(exchange->path, "/machine-events") == 0)
        append_event(server, &exchange->body, exchange->id, "snapshot-delete", server->event_date);
    else if (exchange->id != NULL && strcmp(exchange->id, "utilization") == 0)
        buf_append_text(
            &exchange->body,
            "{\"datasetUsage\":\"1\",\"modelUsage\":\"1\",\"notebookWorkspaceUsage\":\"1\","
            "\"remainingFreeStorage\":\"9\",\"sharedStorageUsage\":\"2\","
            "\"totalFreeStorage\":\"14\",\"totalUsage\":\"5\"}");
    else if (exchange->id != NULL)
        answer_resource(server, exchange);
    else if (exchange->request->method == HTTP_POST)
        answer_create(server, exchange);
    else if (server->dialect == DIALECT_OPENAPI)
        answer_array(server, exchange);
    else
        answer_list(server, exchange);
}

/* --- the transport ---------------------------------------------------------------------------- */

static void split(const struct http_request *request, struct exchange *exchange)
{
    *exchange = (struct exchange){.request = request, .query = ""};
    snprintf(exchange->path, sizeof(exchange->path), "%s", request->url + BASE_URL_BYTES);
    char *query = strchr(exchange->path, '?');

    if (query != NULL) {
        *query = '\0';
        exchange->query = strchr(request->url, '?') + 1;
    }
    exchange->id = strchr(exchange->path + 1, '/');
    if (exchange->id == NULL)
        return;
    *exchange->id++ = '\0';
    exchange->tail = strchr(exchange->id, '/');
    if (exchange->tail != NULL)
        *exchange->tail++ = '\0';
}

static const struct rule *take_rule(struct server *server, enum http_method method,
                                    const char *path, struct rule *out)
{
    for (size_t i = 0; i < server->rule_count; i++) {
        struct rule *rule = &server->rules[i];

        if (rule->times == 0 || rule->method != method ||
            strncmp(rule->prefix, path, strlen(rule->prefix)) != 0)
            continue;
        if (rule->times > 0)
            rule->times--;
        *out = *rule;
        return out;
    }
    return NULL;
}

/* Whether the token ends the wait for what was sent. */
static bool is_over(struct cancel *cancel)
{
    enum cancel_reason reason = cancel_reason(cancel);

    if (reason == CANCEL_INTERRUPT && cancel->takes_back)
        cancel_say_goes_on(cancel);
    if (reason == CANCEL_INTERRUPT && cancel->takes_back)
        return clock_now_ms(&clock_system) >= cancel->deadline_ms;
    return reason != CANCEL_NONE;
}

/* Waits for the next release, or for the token, or for the time that the request has. */
static bool hold(struct server *server, const struct http_request *request, struct cancel *cancel)
{
    unsigned releases = server->releases;
    int64_t end_ms = clock_now_ms(&clock_system) + request->timeout_ms;

    server->held++;
    pthread_cond_broadcast(&server->wake);
    while (server->releases == releases && !is_over(cancel) &&
           clock_now_ms(&clock_system) < end_ms) {
        struct timespec end;

        clock_gettime(CLOCK_REALTIME, &end);
        end.tv_nsec += 2000000;
        if (end.tv_nsec >= 1000000000) {
            end.tv_nsec -= 1000000000;
            end.tv_sec++;
        }
        pthread_cond_timedwait(&server->wake, &server->lock, &end);
    }
    server->held--;
    return server->releases != releases;
}

static int say_silent(struct cancel *cancel, struct http_response *response,
                      struct problem *problem)
{
    enum cancel_reason reason = cancel_reason(cancel);

    response->progress = HTTP_SENT;
    if (reason == CANCEL_SHUTDOWN || (reason == CANCEL_INTERRUPT && !cancel->takes_back))
        return problem_set(problem, PROBLEM_INTERRUPTED, "interrupted");
    return problem_set(problem, PROBLEM_TIMEOUT, "no answer in time");
}

static int fail(const struct rule *rule, struct exchange *exchange, struct http_response *response,
                struct problem *problem)
{
    switch (rule->fault) {
    case FAULT_STATUS:
        answer_error(exchange, rule->status);
        return 0;
    case FAULT_REFUSED:
        response->progress = HTTP_NOT_SENT;
        return problem_set(problem, PROBLEM_UNREACHABLE, "connection refused");
    case FAULT_EMPTY:
        exchange->body.size_bytes = 0;
        buf_append_text(&exchange->body, "{}");
        return 0;
    case FAULT_KEPT:
    case FAULT_ANSWER:
        exchange->status = rule->status;
        exchange->body.size_bytes = 0;
        buf_append_text(&exchange->body, rule->body);
        return 0;
    case FAULT_CLOSED:
        response->progress = HTTP_SENT;
        return problem_set(problem, PROBLEM_UNREACHABLE, "the connection was lost");
    case FAULT_CUT:
        response->progress = HTTP_SENT;
        response->cut = true;
        return problem_set(problem, PROBLEM_PROTOCOL, "the answer was cut short");
    default:
        response->progress = HTTP_SENT;
        return problem_set(problem, PROBLEM_TIMEOUT, "no answer in time");
    }
}

static bool is_carried_out(const struct rule *rule)
{
    return rule == NULL || rule->fault >= FAULT_EMPTY || rule->fault == FAULT_LOST;
}

static int serve(struct server *server, struct exchange *exchange, struct cancel *cancel,
                 struct http_response *response, struct problem *problem)
{
    struct rule taken;
    const struct rule *rule = take_rule(server, exchange->request->method,
                                        exchange->request->url + BASE_URL_BYTES, &taken);

    if (rule != NULL && rule->fault == FAULT_HOLD_BEFORE &&
        !hold(server, exchange->request, cancel))
        return say_silent(cancel, response, problem);
    if (is_carried_out(rule))
        answer(server, exchange);
    if (rule == NULL || rule->fault == FAULT_HOLD_BEFORE)
        return 0;
    if (rule->fault != FAULT_HOLD_AFTER)
        return fail(rule, exchange, response, problem);
    return hold(server, exchange->request, cancel) ? 0 : say_silent(cancel, response, problem);
}

/* An answer of what is as the request's condition says has no body. */
static void give_etag(struct server *server, struct exchange *exchange,
                      struct http_response *response)
{
    static const char name[] = "If-None-Match: ";
    const char *const *header = exchange->request->headers;

    snprintf(response->etag, sizeof(response->etag), "\"%016" PRIx64 "\"",
             digest_text(buf_text(&exchange->body), exchange->body.size_bytes));
    for (; header != NULL && *header != NULL; header++)
        if (strncmp(*header, name, strlen(name)) == 0 &&
            strcmp(*header + strlen(name), response->etag) == 0) {
            exchange->status = 304;
            exchange->body.size_bytes = 0;
            server->unchanged++;
            return;
        }
}

static int perform(void *ctx, const struct http_request *request, struct cancel *cancel,
                   struct http_response *response, struct problem *problem)
{
    struct server *server = ctx;
    struct exchange exchange;

    split(request, &exchange);
    *response = (struct http_response){.retry_after_ms = -1};
    pthread_mutex_lock(&server->lock);
    server_note_request(server, request->method, request->url + BASE_URL_BYTES);
    int rc = serve(server, &exchange, cancel, response, problem);

    if (rc == 0 && server->etags && request->method == HTTP_GET && exchange.status == 200)
        give_etag(server, &exchange, response);
    pthread_mutex_unlock(&server->lock);
    if (rc != 0) {
        buf_finish(&exchange.body);
        return rc;
    }
    response->status = exchange.status;
    response->body = exchange.body;
    strcpy(response->content_type, "application/json");
    return 0;
}

struct api_transport server_transport(struct server *server)
{
    return (struct api_transport){perform, server};
}
