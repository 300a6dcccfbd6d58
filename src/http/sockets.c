/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "http/sockets.h"

#include "http/engine.h"
#include "http/url.h"
#include "util/address.h"
#include "util/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEEPALIVE_IDLE_S     15
#define KEEPALIVE_INTERVAL_S 5
#define KEEPALIVE_PROBES     3
#define USER_TIMEOUT_MIN_MS  1000

struct socket {
    TAILQ_ENTRY(socket) link;
    int fd;
    int64_t proven_ms;             /* when something came last; first, when it was opened */
    const struct transfer *opener; /* while that is not sent on any yet: it is in use; else NULL */
};

/* Writes 127.0.0.1:8080 or [::1]:8080. */
static void write_address(const struct sockaddr *address, char *out, size_t size)
{
    char text[INET6_ADDRSTRLEN] = "";

    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)address;
        inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
        snprintf(out, size, "%s:%u", text, ntohs(in->sin_port));
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)address;
        inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
        snprintf(out, size, "[%s]:%u", text, ntohs(in6->sin6_port));
    }
}

static void set_option(int fd, int level, int option, int value)
{
    (void)setsockopt(fd, level, option, &value, sizeof value); /* it does without */
}

/* What the kernel can find out by itself: a peer that is gone while the connection is idle, and one
 * that does not take what was sent, in half of the time, so that there is some left for another. */
static void watch(int fd, const struct transfer *transfer)
{
    int64_t half_ms = (transfer->deadline_ms - transfer->begun_ms) / 2;
    int64_t most_ms = 1000 * (KEEPALIVE_IDLE_S + KEEPALIVE_INTERVAL_S * KEEPALIVE_PROBES);

    half_ms = half_ms < USER_TIMEOUT_MIN_MS ? USER_TIMEOUT_MIN_MS : half_ms;
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES);
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)(half_ms < most_ms ? half_ms : most_ms));
}

static struct socket *find(struct http *http, curl_socket_t fd)
{
    struct socket *entry;

    TAILQ_FOREACH (entry, &http->sockets, link)
        if (entry->fd == fd)
            break;
    return entry;
}

static void drop(struct http *http, struct socket *entry)
{
    struct transfer *transfer;

    TAILQ_FOREACH (transfer, &http->running, link)
        if (transfer->socket == entry)
            transfer->socket = NULL;
    TAILQ_REMOVE(&http->sockets, entry, link);
    free(entry);
}

/* A socket that is not noted, for lack of memory, is taken for one that is alive. */
static void note(struct transfer *transfer, int fd)
{
    struct socket *closed = find(transfer->http, fd); /* the number is another's now */
    struct socket *entry = malloc(sizeof *entry);

    if (closed != NULL)
        drop(transfer->http, closed);
    if (entry == NULL)
        return;
    *entry =
        (struct socket){.fd = fd, .proven_ms = clock_now_ms(&clock_system), .opener = transfer};
    TAILQ_INSERT_TAIL(&transfer->http->sockets, entry, link);
}

curl_socket_t sockets_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct transfer *transfer = arg;

    (void)purpose;
    write_address(&to->addr, transfer->peer, sizeof transfer->peer);
    if (!url_is_https(transfer->url) && !address_is_loopback(&to->addr)) {
        transfer->fault = FAULT_NOT_LOOPBACK;
        return CURL_SOCKET_BAD;
    }
    transfer->fault = FAULT_NONE;
    int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    watch(fd, transfer);
    note(transfer, fd);
    return fd;
}

int sockets_close(void *arg, curl_socket_t fd)
{
    struct http *http = arg;
    struct socket *entry = find(http, fd);

    if (entry != NULL)
        drop(http, entry);
    return close(fd);
}

void sockets_leave(struct transfer *transfer)
{
    struct socket *entry = TAILQ_FIRST(&transfer->http->sockets);

    while (entry != NULL) {
        struct socket *next = TAILQ_NEXT(entry, link);
        if (entry->opener == transfer)
            drop(transfer->http, entry);
        entry = next;
    }
}

static bool has_local(const struct socket *entry, const char *wanted)
{
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    socklen_t size = sizeof address;
    char local[64] = "";

    if (getsockname(entry->fd, (struct sockaddr *)&address, &size) != 0)
        return false;
    write_address((const struct sockaddr *)&address, local, sizeof local);
    return strcmp(local, wanted) == 0;
}

void sockets_use(struct transfer *transfer, const char *ip, int port)
{
    char local[64];
    struct socket *entry;

    snprintf(local, sizeof local, strchr(ip, ':') == NULL ? "%s:%d" : "[%s]:%d", ip, port);
    transfer->socket = NULL;
    transfer->ready_ms = clock_now_ms(&clock_system);
    TAILQ_FOREACH (entry, &transfer->http->sockets, link) {
        if (transfer->socket != NULL || !has_local(entry, local))
            continue;
        transfer->socket = entry;
        if (entry->opener == transfer)
            entry->opener = NULL;
    }
}

void sockets_prove(struct transfer *transfer)
{
    if (transfer->socket != NULL)
        transfer->socket->proven_ms = clock_now_ms(&clock_system);
}

static bool is_in_use(const struct http *http, const struct socket *entry)
{
    const struct transfer *transfer;

    TAILQ_FOREACH (transfer, &http->running, link)
        if (transfer->socket == entry || entry->opener == transfer)
            return true;
    return false;
}

void sockets_doubt(struct transfer *transfer)
{
    struct http *http = transfer->http;
    int64_t since_ms = transfer->ready_ms != 0 ? transfer->ready_ms : transfer->begun_ms;
    struct socket *entry;

    TAILQ_FOREACH (entry, &http->sockets, link)
        if (entry->proven_ms <= since_ms && (entry == transfer->socket || !is_in_use(http, entry)))
            (void)shutdown(entry->fd, SHUT_RDWR);
}
