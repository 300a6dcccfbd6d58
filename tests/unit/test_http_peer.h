/* SPDX-License-Identifier: MIT */
/* A server on loopback that does what a test wants, byte by byte, and counts what it sees. */
#ifndef TEST_HTTP_PEER_H
#define TEST_HTTP_PEER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define PEER_CONNECTIONS 256

struct peer;

/* Answers one request, whose head and body are strings, on the socket `fd`. Returns whether the
 * connection is kept. Each connection has a thread of its own. */
typedef bool peer_answer(struct peer *peer, int fd, const char *head, const char *body);

struct peer {
    peer_answer *answer;
    unsigned port;
    int listen_fd;
    pthread_t acceptor;

    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    bool released;
    bool stopping;
    unsigned connections; /* ever */
    unsigned open;        /* now */
    unsigned requests;    /* read whole */
    unsigned posts;
    char last_head[4096];
    char last_body[4096];
    int fds[PEER_CONNECTIONS];
    pthread_t threads[PEER_CONNECTIONS];
};

void peer_start(struct peer *peer, peer_answer *answer);
/* Closes all and joins all. */
void peer_stop(struct peer *peer);
/* For answers: waits until peer_release or peer_stop. */
void peer_hold(struct peer *peer);
void peer_release(struct peer *peer);
/* Waits (5 s at most) until so many requests were read; false: they were not. */
bool peer_wait_requests(struct peer *peer, unsigned requests);
/* A counter, read with the lock held. */
unsigned peer_count(struct peer *peer, const unsigned *counter);
/* For answers: whether the other side closes the connection within `ms`. */
bool peer_closed(int fd, int ms);
void peer_send(int fd, const void *data, size_t size_bytes);
/* Sends status line, `headers` (each with its CR LF; or ""), a length and the body. */
void peer_reply(int fd, const char *status, const char *headers, const char *body);

#endif
