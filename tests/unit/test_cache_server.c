/* SPDX-License-Identifier: MIT */
/* The tests' server: what it has, and what is asked of it. */
#include "config.h"

#include "test_cache_server_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- life ------------------------------------------------------------------------------------- */

struct server *server_create(void)
{
    struct server *server = calloc(1, sizeof(*server));

    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->wake, NULL);
    strcpy(server->event_state, "done");
    strcpy(server->event_date, "2026-03-01T00:00:00.000Z");
    return server;
}

static void free_resource(struct resource *resource)
{
    free(resource->path);
    free(resource->id);
    free(resource->json);
}

void server_destroy(struct server *server)
{
    for (size_t i = 0; i < server->count; i++)
        free_resource(&server->resources[i]);
    free(server->resources);
    free(server->seen);
    pthread_cond_destroy(&server->wake);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

/* --- resources -------------------------------------------------------------------------------- */

struct json_object *server_parse(const char *text)
{
    struct json_object *value = NULL;

    if (json_read(text, strlen(text), &value, NULL) != JSON_OK)
        abort();
    return value;
}

char *server_print(struct json_object *value)
{
    struct buf text = BUF_EMPTY;

    if (!json_print(&text, value))
        abort();
    return text.data;
}

void server_insert(struct server *server, size_t at, const char *path, const char *json)
{
    struct json_object *value = server_parse(json);

    if ((server->count & (server->count + 1)) == 0)
        server->resources =
            reallocarray(server->resources, 2 * (server->count + 1), sizeof(*server->resources));
    memmove(&server->resources[at + 1], &server->resources[at],
            (server->count - at) * sizeof(*server->resources));
    server->resources[at] =
        (struct resource){strdup(path), strdup(json_string_member(value, "id")), strdup(json)};
    server->count++;
    json_object_put(value);
}

struct resource *server_find(struct server *server, const char *path, const char *id)
{
    for (size_t i = 0; i < server->count; i++)
        if (strcmp(server->resources[i].path, path) == 0 &&
            strcmp(server->resources[i].id, id) == 0)
            return &server->resources[i];
    return NULL;
}

void server_drop(struct server *server, struct resource *resource)
{
    size_t at = (size_t)(resource - server->resources);

    free_resource(resource);
    server->count--;
    memmove(resource, resource + 1, (server->count - at) * sizeof(*resource));
}

void server_add(struct server *server, const char *path, const char *json)
{
    pthread_mutex_lock(&server->lock);
    server_insert(server, server->count, path, json);
    pthread_mutex_unlock(&server->lock);
}

void server_add_first(struct server *server, const char *path, const char *json)
{
    pthread_mutex_lock(&server->lock);
    server_insert(server, 0, path, json);
    pthread_mutex_unlock(&server->lock);
}

void server_merge(struct resource *resource, struct json_object *changes)
{
    struct json_object *value = server_parse(resource->json);

    json_object_object_foreach (changes, key, change)
        json_object_object_add(value, key, json_clone(change));
    free(resource->json);
    resource->json = server_print(value);
    json_object_put(value);
}

void server_edit(struct server *server, const char *path, const char *id, const char *key,
                 const char *text)
{
    struct json_object *changes = json_object_new_object();

    json_object_object_add(changes, key, json_object_new_string(text));
    pthread_mutex_lock(&server->lock);
    server_merge(server_find(server, path, id), changes);
    pthread_mutex_unlock(&server->lock);
    json_object_put(changes);
}

void server_remove(struct server *server, const char *path, const char *id)
{
    pthread_mutex_lock(&server->lock);
    server_drop(server, server_find(server, path, id));
    pthread_mutex_unlock(&server->lock);
}

size_t server_count(struct server *server, const char *path)
{
    size_t count = 0;

    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < server->count; i++)
        count += strcmp(server->resources[i].path, path) == 0;
    pthread_mutex_unlock(&server->lock);
    return count;
}

/* --- what is asked of it ---------------------------------------------------------------------- */

void server_answer(struct server *server, enum http_method method, const char *prefix,
                   enum fault fault, long status, const char *body, int times)
{
    struct rule rule = {
        .method = method, .fault = fault, .status = status, .body = body, .times = times};

    snprintf(rule.prefix, sizeof(rule.prefix), "%s", prefix);
    pthread_mutex_lock(&server->lock);
    server->rules[server->rule_count++] = rule;
    pthread_mutex_unlock(&server->lock);
}

void server_fail(struct server *server, enum http_method method, const char *prefix,
                 enum fault fault, long status, int times)
{
    server_answer(server, method, prefix, fault, status, "", times);
}

void server_heal(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    server->rule_count = 0;
    pthread_mutex_unlock(&server->lock);
    server_release(server);
}

void server_release(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    server->releases++;
    pthread_cond_broadcast(&server->wake);
    pthread_mutex_unlock(&server->lock);
}

void server_wait_held(struct server *server, unsigned count)
{
    pthread_mutex_lock(&server->lock);
    while (server->held < count)
        pthread_cond_wait(&server->wake, &server->lock);
    pthread_mutex_unlock(&server->lock);
}

void server_hide_in_lists(struct server *server, const char *key)
{
    pthread_mutex_lock(&server->lock);
    server->hidden_key = key;
    pthread_mutex_unlock(&server->lock);
}

void server_delete_later(struct server *server, bool on)
{
    pthread_mutex_lock(&server->lock);
    server->delete_later = on;
    pthread_mutex_unlock(&server->lock);
}

void server_set_events(struct server *server, const char *state, const char *error)
{
    pthread_mutex_lock(&server->lock);
    snprintf(server->event_state, sizeof(server->event_state), "%s", state);
    snprintf(server->event_error, sizeof(server->event_error), "%s", error);
    pthread_mutex_unlock(&server->lock);
}

void server_date_events(struct server *server, const char *iso)
{
    pthread_mutex_lock(&server->lock);
    snprintf(server->event_date, sizeof(server->event_date), "%s", iso);
    pthread_mutex_unlock(&server->lock);
}

void server_speak(struct server *server, enum dialect dialect)
{
    pthread_mutex_lock(&server->lock);
    server->dialect = dialect;
    pthread_mutex_unlock(&server->lock);
}

void server_give_etags(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    server->etags = true;
    pthread_mutex_unlock(&server->lock);
}

unsigned server_unchanged(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    unsigned unchanged = server->unchanged;

    pthread_mutex_unlock(&server->lock);
    return unchanged;
}

unsigned server_requests(struct server *server, enum http_method method, const char *prefix)
{
    unsigned count = 0;

    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < server->seen_count; i++)
        count += server->seen[i].method == method &&
                 strncmp(server->seen[i].path, prefix, strlen(prefix)) == 0;
    pthread_mutex_unlock(&server->lock);
    return count;
}

unsigned server_all_requests(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    size_t count = server->seen_count;

    pthread_mutex_unlock(&server->lock);
    return (unsigned)count;
}

void server_forget_requests(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    free(server->seen);
    server->seen = NULL;
    server->seen_count = 0;
    pthread_mutex_unlock(&server->lock);
}

void server_note_request(struct server *server, enum http_method method, const char *path)
{
    if ((server->seen_count & (server->seen_count + 1)) == 0)
        server->seen =
            reallocarray(server->seen, 2 * (server->seen_count + 1), sizeof(*server->seen));
    struct seen *seen = &server->seen[server->seen_count++];

    seen->method = method;
    snprintf(seen->path, sizeof(seen->path), "%s", path);
}
