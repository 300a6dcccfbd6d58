/* SPDX-License-Identifier: MIT */
/*
 * What comes back, and how much of it at most: bodies, headers, trailers, encodings. libcurl's
 * callbacks of a transfer; `arg` is the transfer. The http thread only.
 */
#ifndef HTTP_RECEIVE_H
#define HTTP_RECEIVE_H

#include "http/transfer.h"

#define RECEIVE_HEADERS_MAX_BYTES ((size_t)300 * 1024) /* trailers and interim answers included */
#define RECEIVE_ERROR_MAX_BYTES   ((size_t)256 * 1024) /* of the body of an answer that is no 2xx */

/* CURLOPT_WRITEFUNCTION: appends what came, decoded. Past the limit the transfer is stopped, with
 * its fault set: of an error the rest does not matter (FAULT_CUT, an answer all the same), all else
 * is too large. What all transfers hold together is limited, too: past that the one that has most
 * loses it, and is to be removed (engine.c). */
size_t receive_body(char *data, size_t size, size_t count, void *arg);
/* CURLOPT_HEADERFUNCTION: counts, and refuses encodings that were not asked for or are nested
 * before anything is decoded. */
size_t receive_header(char *line, size_t size, size_t count, void *arg);

#endif
