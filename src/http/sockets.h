/* SPDX-License-Identifier: MIT */
/*
 * The sockets behind libcurl's connections, and which of them are alive.
 *
 * A connection that the network has forgotten (a suspend, a lost VPN) passes nothing and closes
 * nothing: libcurl would take one after the other for a request, and each would cost a timeout. So
 * after one timeout all idle ones are shut that have not brought anything since that request began:
 * libcurl sees an end there and connects anew. The http thread only (and whoever frees the http).
 */
#ifndef HTTP_SOCKETS_H
#define HTTP_SOCKETS_H

#include "http/transfer.h"

/* CURLOPT_OPENSOCKETFUNCTION: the one place where sockets are opened; plain http gets none that
 * leaves the machine. `arg` is the transfer. */
curl_socket_t sockets_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to);
/* CURLOPT_CLOSESOCKETFUNCTION. `arg` is the http. */
int sockets_close(void *arg, curl_socket_t fd);

/* The transfer is about to be sent from that address and port, on transfer->socket from now on. */
void sockets_use(struct transfer *transfer, const char *ip, int port);
/* The transfer has ended: libcurl has closed what it opened and did not get to use, and says so
 * only of sockets that it had begun to use (7.88: cf_socket_close). */
void sockets_leave(struct transfer *transfer);
/* Something of an answer came on the transfer's socket. */
void sockets_prove(struct transfer *transfer);
/* The transfer has timed out: shuts the idle sockets that brought nothing since it began, and its
 * own, if that is left (others may share it, and would wait in vain). */
void sockets_doubt(struct transfer *transfer);

#endif
