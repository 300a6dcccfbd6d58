/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/http.h"

#include "emulator/control.h"
#include "emulator/fault.h"
#include "emulator/record.h"
#include "emulator/request.h"
#include "emulator/route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* More connections than this at once are refused. */
#define CONNECTIONS 1024

/* A body that is announced in full and sent in part. */
struct partial {
    size_t wanted;
    char text[];
};

/* Waits, unless the emulator stops. The lock is not held. */
static void wait_ms(struct emulator *emulator, unsigned ms)
{
    struct timespec until;

    if (!ms)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&emulator->lock);
    while (!emulator->stopping &&
           pthread_cond_timedwait(&emulator->wakeup, &emulator->lock, &until) != ETIMEDOUT)
        ;
    pthread_mutex_unlock(&emulator->lock);
}

static ssize_t send_partial(void *context, uint64_t position, char *buffer, size_t size)
{
    const struct partial *partial = context;

    if (position >= partial->wanted)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (size > partial->wanted - position)
        size = (size_t)(partial->wanted - position);
    memcpy(buffer, partial->text + position, size);
    return (ssize_t)size;
}

static struct MHD_Response *partial_response(const struct emu_answer *answer)
{
    struct partial *partial = malloc(sizeof(*partial) + answer->length);
    struct MHD_Response *response;

    if (!partial)
        return NULL;
    partial->wanted = (size_t)answer->truncate;
    memcpy(partial->text, answer->body, answer->length);
    response = MHD_create_response_from_callback(answer->length, 4096, send_partial, partial, free);
    if (!response)
        free(partial);
    return response;
}

static struct MHD_Response *plain_response(struct emu_answer *answer)
{
    static char nothing[1];

    return MHD_create_response_from_buffer(answer->length, answer->body ? answer->body : nothing,
                                           MHD_RESPMEM_MUST_COPY);
}

static bool is_partial(const struct emu_answer *answer)
{
    return answer->truncate >= 0 && (size_t)answer->truncate < answer->length;
}

static struct MHD_Response *make_response(struct emu_answer *answer)
{
    struct MHD_Response *response =
        is_partial(answer) ? partial_response(answer) : plain_response(answer);
    const char *type = answer->content_type ? answer->content_type : "application/json";

    if (!response)
        return NULL;
    if (answer->body || answer->content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    for (size_t i = 0; i < answer->header_count; i++)
        MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
    return response;
}

/* MHD_NO makes the server close the connection without an answer. */
static enum MHD_Result send_answer(struct MHD_Connection *connection, struct emu_answer *answer)
{
    struct MHD_Response *response = answer->closed ? NULL : make_response(answer);
    enum MHD_Result result;

    if (!response)
        return MHD_NO;
    result = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static struct emu_fault *arrive(struct emulator *emulator, const struct emu_request *request,
                                uint64_t *number)
{
    struct emu_fault *fault;

    pthread_mutex_lock(&emulator->lock);
    *number = emu_record_add(emulator, request);
    fault = emu_fault_take(emulator, request);
    pthread_mutex_unlock(&emulator->lock);
    return fault;
}

/* Serves an API request: note it, wait, do it, spoil it if a fault says so. */
static void serve(struct emulator *emulator, const struct emu_request *request,
                  struct emu_answer *answer)
{
    uint64_t number;
    struct emu_fault *fault = arrive(emulator, request, &number);

    wait_ms(emulator, emulator->latency_ms);
    wait_ms(emulator, emu_fault_delay_ms(fault));
    pthread_mutex_lock(&emulator->lock);
    answer->legacy_errors = emulator->behaviour.legacy_errors;
    if (emu_fault_applies(fault))
        emu_route(emulator, request, answer);
    emu_fault_shape(fault, answer);
    emu_fault_release(fault);
    emu_record_status(emulator, number, answer->closed ? 0 : answer->status);
    pthread_mutex_unlock(&emulator->lock);
}

static void serve_control(struct emulator *emulator, const struct emu_request *request,
                          struct emu_answer *answer)
{
    pthread_mutex_lock(&emulator->lock);
    emu_control_answer(emulator, request, answer);
    pthread_mutex_unlock(&emulator->lock);
}

static char *copy_header(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

    return value ? strdup(value) : NULL;
}

static uint64_t connection_number(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? (uint64_t)(uintptr_t)info->socket_context : 0;
}

static enum MHD_Result begin(struct MHD_Connection *connection, struct emu_request *request,
                             const char *method)
{
    request->method = strdup(method);
    request->authorization = copy_header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
    request->user_agent = copy_header(connection, MHD_HTTP_HEADER_USER_AGENT);
    request->connection = connection_number(connection);
    return request->method ? MHD_YES : MHD_NO;
}

static enum MHD_Result finish(struct emulator *emulator, struct MHD_Connection *connection,
                              const struct emu_request *request)
{
    struct emu_answer answer;
    enum MHD_Result result;

    emu_answer_init(&answer);
    if (emu_control_wants(emulator, request))
        serve_control(emulator, request, &answer);
    else
        serve(emulator, request, &answer);
    result = send_answer(connection, &answer);
    emu_answer_finish(&answer);
    return result;
}

/* Called when the headers are there, for each part of the body, and at its end. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    struct emu_request *request = *state;

    (void)url;
    (void)version;
    if (!request)
        return MHD_NO;
    if (!request->method)
        return begin(connection, request, method);
    if (!*size)
        return finish(context, connection, request);
    if (!emu_request_body(request, data, *size))
        return MHD_NO;
    *size = 0;
    return MHD_YES;
}

/* Called with the target as received, before anything else of a request. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    (void)context;
    (void)connection;
    return emu_request_new(target);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    emu_request_free(*state);
    *state = NULL;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode code)
{
    struct emulator *emulator = context;

    (void)connection;
    if (code != MHD_CONNECTION_NOTIFY_STARTED)
        return;
    pthread_mutex_lock(&emulator->lock);
    *state = (void *)(uintptr_t)++emulator->connections;
    pthread_mutex_unlock(&emulator->lock);
}

static bool bind_loopback(int fd, uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    const int on = 1;

    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
           bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 128) == 0;
}

static void set_url(struct emulator *emulator, int fd)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof(address);

    getsockname(fd, (struct sockaddr *)&address, &length);
    snprintf(emulator->url, sizeof(emulator->url), "http://127.0.0.1:%u/v1",
             (unsigned)ntohs(address.sin_port));
}

static int open_socket(struct emulator *emulator, uint16_t port, char *err, size_t err_size)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && bind_loopback(fd, port)) {
        set_url(emulator, fd);
        return fd;
    }
    snprintf(err, err_size, "cannot listen on 127.0.0.1:%u: %s", (unsigned)port, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static struct MHD_Daemon *start_daemon(struct emulator *emulator, int fd)
{
    return MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL, 0, NULL,
        NULL, on_request, emulator, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        CONNECTIONS, MHD_OPTION_URI_LOG_CALLBACK, on_target, emulator, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, emulator, MHD_OPTION_END);
}

bool emu_http_start(struct emulator *emulator, uint16_t port, char *err, size_t err_size)
{
    int fd = open_socket(emulator, port, err, err_size);
    sigset_t all, before;

    if (fd < 0)
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    emulator->daemon = start_daemon(emulator, fd);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (emulator->daemon)
        return true;
    close(fd);
    snprintf(err, err_size, "cannot start the HTTP server");
    return false;
}

void emu_http_stop(struct emulator *emulator)
{
    if (emulator->daemon)
        MHD_stop_daemon(emulator->daemon);
    emulator->daemon = NULL;
}
