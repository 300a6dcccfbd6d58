/* SPDX-License-Identifier: MIT */
/* What the files of the tests' server share; its lock is held where one is passed. */
#ifndef TEST_CACHE_SERVER_STATE_H
#define TEST_CACHE_SERVER_STATE_H

#include "test_cache_server.h"
#include "util/json.h"

#include <pthread.h>

struct resource {
    char *path;
    char *id;
    char *json;
};

struct rule {
    enum http_method method;
    char prefix[64];
    enum fault fault;
    long status;
    const char *body; /* of FAULT_KEPT and FAULT_ANSWER */
    int times;
};

struct past {
    char id[32];
    char name[32];
    char date[32];
};

struct seen {
    enum http_method method;
    char path[160];
};

struct server {
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t wake;
    struct resource *resources;
    size_t count;
    struct rule rules[64];
    size_t rule_count;
    struct seen *seen;
    size_t seen_count;
    unsigned held;
    unsigned releases;
    unsigned ids;
    const char *hidden_key;
    bool delete_later;
    bool etags;
    unsigned unchanged; /* 304s */
    char event_state[24];
    char event_error[64];
    char event_date[32];
    struct past past[64]; /* the events so far */
    size_t past_count;
    enum dialect dialect;
};

struct json_object *server_parse(const char *text);
char *server_print(struct json_object *value);
void server_insert(struct server *server, size_t at, const char *path, const char *json);
struct resource *server_find(struct server *server, const char *path, const char *id);
void server_drop(struct server *server, struct resource *resource);
void server_merge(struct resource *resource, struct json_object *changes);
void server_note_request(struct server *server, enum http_method method, const char *path);

#endif
