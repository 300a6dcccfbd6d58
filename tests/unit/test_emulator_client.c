/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "test_emulator_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct emulator *instance;
static _Atomic int64_t clock_ms;

struct body {
    char *text;
    size_t length;
};

static int64_t tests_clock(void *arg)
{
    (void)arg;
    return clock_ms;
}

void emulator_use(struct emulator *emulator)
{
    emulator_stop(instance);
    instance = emulator;
}

void emulator_with(struct emulator_config config)
{
    char err[200] = "";

    clock_ms = CLOCK_START;
    config.now_ms = tests_clock;
    config.control = true;
    emulator_use(emulator_start(&config, err, sizeof(err)));
    ck_assert_msg(instance != NULL, "%s", err);
}

void emulator_docs(void)
{
    emulator_with((struct emulator_config){.dialect = "docs"});
}

void emulator_openapi(void)
{
    emulator_with((struct emulator_config){.dialect = "openapi"});
}

void emulator_teardown(void)
{
    emulator_use(NULL);
}

struct emulator *emulator_from_data(const char *dialect, const char *text, char *err, size_t size)
{
    char path[] = "/tmp/test_emulator_XXXXXX";
    struct emulator_config config = {.dialect = dialect, .data_file = path, .control = true};
    struct emulator *emulator;
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    emulator = emulator_start(&config, err, size);
    unlink(path);
    return emulator;
}

void clock_forward(int64_t ms)
{
    clock_ms += ms;
}

static size_t receive(char *data, size_t one, size_t size, void *context)
{
    struct body *body = context;
    char *text = realloc(body->text, body->length + size + 1);

    (void)one;
    if (!text)
        return 0;
    memcpy(text + body->length, data, size);
    body->text = text;
    body->length += size;
    text[body->length] = '\0';
    return size;
}

static void set_target(CURL *curl, const char *path)
{
    bool control = strncmp(path, "/_control", 9) == 0;
    const char *base = emulator_url(instance);
    char url[8192];

    snprintf(url, sizeof(url), "%.*s%s", (int)(strlen(base) - (control ? 3 : 0)), base, path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
}

static void set_body(CURL *curl, const char *method, const char *body)
{
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    if (!body) {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
        return;
    }
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body);
}

static json_object *parse(const char *text)
{
    return text && *text ? json_tokener_parse(text) : NULL;
}

static struct reply perform(CURL *curl, struct curl_slist *headers)
{
    struct reply reply = {0};
    struct body body = {0};
    const char *type = NULL;

    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "test_emulator");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    reply.result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
    curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME, &reply.seconds);
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    reply.type = type ? strdup(type) : NULL;
    reply.text = body.text ? body.text : strdup("");
    reply.length = body.length;
    reply.json = parse(reply.text);
    curl_slist_free_all(headers);
    return reply;
}

struct reply request_on(CURL *curl, const char *method, const char *path, const char *body)
{
    set_target(curl, path);
    set_body(curl, method, body);
    return perform(curl, curl_slist_append(NULL, "Authorization: Bearer " EMULATOR_DEFAULT_KEY));
}

static CURL *patient(void)
{
    CURL *curl = curl_easy_init();

    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    return curl;
}

struct reply request(const char *method, const char *path, const char *body)
{
    CURL *curl = patient();
    struct reply reply = request_on(curl, method, path, body);

    curl_easy_cleanup(curl);
    return reply;
}

struct reply request_with_key(const char *key, const char *path)
{
    CURL *curl = patient();
    struct reply reply;
    char header[128];

    snprintf(header, sizeof(header), "Authorization:%s%s", key ? " Bearer " : "", key ? key : "");
    set_target(curl, path);
    reply = perform(curl, curl_slist_append(NULL, header));
    curl_easy_cleanup(curl);
    return reply;
}

void reply_free(struct reply *reply)
{
    json_object_put(reply->json);
    free(reply->text);
    free(reply->type);
}

void expect(const char *method, const char *path, const char *body, long status, const char *json)
{
    struct reply reply = request(method, path, body);

    ck_assert_msg(reply.status == status, "%s %s: %ld %s", method, path, reply.status, reply.text);
    if (json)
        ck_assert_str_eq(reply.text, json);
    reply_free(&reply);
}

json_object *member(const struct reply *reply, const char *path)
{
    json_object *at = reply->json;
    char step[64];
    int used;

    for (; at && sscanf(path, "%63[^.]%n", step, &used) == 1; path += *path == '.') {
        at = json_object_is_type(at, json_type_array)
                 ? json_object_array_get_idx(at, strtoul(step, NULL, 10))
                 : json_object_object_get(at, step);
        path += used;
    }
    return at;
}

const char *text_of(const struct reply *reply, const char *path)
{
    json_object *found = member(reply, path);

    return found ? json_object_get_string(found) : "";
}

const char *get_text(const char *path, const char *member_path)
{
    static char text[512];
    struct reply reply = request("GET", path, NULL);

    snprintf(text, sizeof(text), "%s", text_of(&reply, member_path));
    reply_free(&reply);
    return text;
}

int count_pages(const char *path, int limit)
{
    CURL *curl = curl_easy_init();
    char target[512], *cursor = NULL;
    int count = 0;
    bool more = true;

    while (more && count >= 0) {
        struct reply page;

        snprintf(target, sizeof(target), "%s%climit=%d%s%s", path, strchr(path, '?') ? '&' : '?',
                 limit, cursor ? "&after=" : "", cursor ? cursor : "");
        page = request_on(curl, "GET", target, NULL);
        count =
            page.status == 200 ? count + (int)json_object_array_length(member(&page, "items")) : -1;
        curl_free(cursor);
        cursor = curl_easy_escape(curl, text_of(&page, "nextPage"), 0);
        more = json_object_get_boolean(member(&page, "hasMore"));
        ck_assert_int_eq(more, *cursor != '\0');
        reply_free(&page);
    }
    curl_free(cursor);
    curl_easy_cleanup(curl);
    return count;
}

int bare_length(const char *path)
{
    struct reply reply = request("GET", path, NULL);
    int length = json_object_is_type(reply.json, json_type_array)
                     ? (int)json_object_array_length(reply.json)
                     : -1;

    reply_free(&reply);
    return length;
}
