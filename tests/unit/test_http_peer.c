/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "test_http_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct connection {
    struct peer *peer;
    unsigned number;
    int fd;
};

void peer_send(int fd, const void *data, size_t size_bytes)
{
    const char *rest = data;

    while (size_bytes > 0) {
        ssize_t sent = send(fd, rest, size_bytes, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        rest += sent;
        size_bytes -= (size_t)sent;
    }
}

void peer_reply(int fd, const char *status, const char *headers, const char *body)
{
    char head[1024];
    int size = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status,
                        strlen(body), headers);

    peer_send(fd, head, (size_t)size);
    peer_send(fd, body, strlen(body));
}

bool peer_closed(int fd, int ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLRDHUP};

    return poll(&poll_fd, 1, ms) > 0;
}

static size_t content_length(const char *head)
{
    const char *line = strcasestr(head, "\r\nContent-Length:");

    return line == NULL ? 0 : strtoul(line + strlen("\r\nContent-Length:"), NULL, 10);
}

/* Reads one request into `data`; the body follows the head's NUL. False: the end. */
static bool read_request(int fd, char *data, size_t size, char **body)
{
    size_t used = 0;
    char *end = NULL;

    while (end == NULL || used < (size_t)(*body - data) + content_length(data)) {
        ssize_t got = recv(fd, data + used, size - 1 - used, 0);
        if (got <= 0)
            return false;
        used += (size_t)got;
        data[used] = '\0';
        if (end == NULL && (end = strstr(data, "\r\n\r\n")) != NULL)
            *body = end + 4;
        if (end != NULL)
            *end = '\0';
    }
    return true;
}

static void note_request(struct peer *peer, const char *head, const char *body)
{
    pthread_mutex_lock(&peer->lock);
    peer->requests++;
    peer->posts += strncmp(head, "POST ", 5) == 0;
    snprintf(peer->last_head, sizeof peer->last_head, "%s", head);
    snprintf(peer->last_body, sizeof peer->last_body, "%s", body);
    pthread_cond_broadcast(&peer->changed);
    pthread_mutex_unlock(&peer->lock);
}

static void *serve(void *arg)
{
    struct connection connection = *(struct connection *)arg;
    struct peer *peer = connection.peer;
    static const size_t size = 65536;
    char *data = malloc(size);
    char *body = NULL;
    bool keep = true;

    free(arg);
    while (keep && read_request(connection.fd, data, size, &body)) {
        note_request(peer, data, body);
        keep = peer->answer(peer, connection.fd, data, body);
    }
    free(data);
    pthread_mutex_lock(&peer->lock);
    close(connection.fd);
    peer->fds[connection.number] = -1;
    peer->open--;
    pthread_mutex_unlock(&peer->lock);
    return NULL;
}

static void start_connection(struct peer *peer, int fd)
{
    struct connection *connection = malloc(sizeof *connection);

    pthread_mutex_lock(&peer->lock);
    *connection = (struct connection){peer, peer->connections++, fd};
    if (connection->number >= PEER_CONNECTIONS)
        abort();
    peer->fds[connection->number] = fd;
    peer->open++;
    pthread_create(&peer->threads[connection->number], NULL, serve, connection);
    pthread_mutex_unlock(&peer->lock);
}

static void *accept_all(void *arg)
{
    struct peer *peer = arg;
    int fd;

    while ((fd = accept(peer->listen_fd, NULL, NULL)) >= 0)
        start_connection(peer, fd);
    return NULL;
}

void peer_start(struct peer *peer, peer_answer *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    *peer = (struct peer){.answer = answer};
    pthread_mutex_init(&peer->lock, NULL);
    pthread_cond_init(&peer->changed, NULL);
    peer->listen_fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(peer->listen_fd, (struct sockaddr *)&address, size) != 0 ||
        listen(peer->listen_fd, 64) != 0 ||
        getsockname(peer->listen_fd, (struct sockaddr *)&address, &size) != 0)
        abort();
    peer->port = ntohs(address.sin_port);
    pthread_create(&peer->acceptor, NULL, accept_all, peer);
}

void peer_stop(struct peer *peer)
{
    shutdown(peer->listen_fd, SHUT_RDWR);
    pthread_join(peer->acceptor, NULL);
    close(peer->listen_fd);
    pthread_mutex_lock(&peer->lock);
    peer->stopping = true;
    for (unsigned i = 0; i < peer->connections; i++)
        if (peer->fds[i] >= 0)
            shutdown(peer->fds[i], SHUT_RDWR);
    pthread_cond_broadcast(&peer->changed);
    pthread_mutex_unlock(&peer->lock);
    for (unsigned i = 0; i < peer->connections; i++)
        pthread_join(peer->threads[i], NULL);
    pthread_cond_destroy(&peer->changed);
    pthread_mutex_destroy(&peer->lock);
}

void peer_hold(struct peer *peer)
{
    pthread_mutex_lock(&peer->lock);
    while (!peer->released && !peer->stopping)
        pthread_cond_wait(&peer->changed, &peer->lock);
    pthread_mutex_unlock(&peer->lock);
}

void peer_release(struct peer *peer)
{
    pthread_mutex_lock(&peer->lock);
    peer->released = true;
    pthread_cond_broadcast(&peer->changed);
    pthread_mutex_unlock(&peer->lock);
}

bool peer_wait_requests(struct peer *peer, unsigned requests)
{
    struct timespec end;
    int rc = 0;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 5;
    pthread_mutex_lock(&peer->lock);
    while (peer->requests < requests && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&peer->changed, &peer->lock, &end);
    bool enough = peer->requests >= requests;
    pthread_mutex_unlock(&peer->lock);
    return enough;
}

unsigned peer_count(struct peer *peer, const unsigned *counter)
{
    pthread_mutex_lock(&peer->lock);
    unsigned count = *counter;
    pthread_mutex_unlock(&peer->lock);
    return count;
}
