/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/emu_http.h"

#include "emulator/emu_control.h"
#include "emulator/etag.h"
#include "emulator/fault.h"
#include "emulator/emu_record.h"
#include "emulator/request.h"
#include "emulator/response.h"
#include "emulator/route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* More connections than this at once are refused. */
#define CONNECTIONS 1024

/* How often a silent connection is looked at. */
#define SILENCE_POLL_MS 50

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

    emu_wait_ms(emulator, emulator->latency_ms);
    emu_wait_ms(emulator, emu_fault_delay_ms(fault));
    pthread_mutex_lock(&emulator->lock);
    answer->legacy_errors = emulator->behaviour.legacy_errors;
    if (emu_fault_applies(fault))
        emu_route(emulator, request, answer);
    emu_etag_add(emulator, request, answer);
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

    return value != NULL ? strdup(value) : NULL;
}

static uint64_t connection_number(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? (uint64_t)(uintptr_t)info->socket_context : 0;
}

static enum MHD_Result begin(struct MHD_Connection *connection, struct emu_request *request,
                             const char *method)
{
    request->method = strdup(method);
    request->authorization = copy_header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
    request->user_agent = copy_header(connection, MHD_HTTP_HEADER_USER_AGENT);
    request->if_none_match = copy_header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH);
    request->connection = connection_number(connection);
    return request->method != NULL ? MHD_YES : MHD_NO;
}

static bool is_silent(struct emulator *emulator, const struct emu_request *request)
{
    bool silent;

    pthread_mutex_lock(&emulator->lock);
    silent = request->connection <= emulator->silent_connections;
    pthread_mutex_unlock(&emulator->lock);
    return silent;
}

/* As if the network had forgotten the connection: nothing comes, until the peer gives it up. */
static enum MHD_Result stay_silent(struct emulator *emulator, struct MHD_Connection *connection)
{
    struct pollfd peer = {.fd = emu_response_socket(connection), .events = POLLRDHUP};

    while (emu_wait_ms(emulator, SILENCE_POLL_MS) && poll(&peer, 1, 0) == 0)
        ;
    return MHD_NO;
}

static enum MHD_Result answer_api(struct emulator *emulator, struct MHD_Connection *connection,
                                  const struct emu_request *request, struct emu_answer *answer)
{
    if (is_silent(emulator, request))
        return stay_silent(emulator, connection);
    serve(emulator, request, answer);
    emu_wait_ms(emulator, answer->delay_ms);
    if (is_silent(emulator, request))
        return stay_silent(emulator, connection);
    return emu_response_send(emulator, connection, answer);
}

static enum MHD_Result finish(struct emulator *emulator, struct MHD_Connection *connection,
                              const struct emu_request *request)
{
    struct emu_answer answer;
    enum MHD_Result result;

    emu_answer_init(&answer);
    if (emu_control_wants(emulator, request)) {
        serve_control(emulator, request, &answer);
        result = emu_response_send(emulator, connection, &answer);
    } else {
        result = answer_api(emulator, connection, request, &answer);
    }
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
    if (request == NULL)
        return MHD_NO;
    if (request->method == NULL)
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

    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
           bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 128) == 0;
}

static void set_url(struct emulator *emulator, int fd)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;

    getsockname(fd, (struct sockaddr *)&address, &length);
    snprintf(emulator->url, sizeof emulator->url, "http://127.0.0.1:%u/v1",
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
    if (emulator->daemon != NULL)
        return true;
    close(fd);
    snprintf(err, err_size, "cannot start the HTTP server");
    return false;
}

void emu_http_stop(struct emulator *emulator)
{
    if (emulator->daemon != NULL)
        MHD_stop_daemon(emulator->daemon);
    emulator->daemon = NULL;
}
