/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "http/receive.h"

#include "http/engine.h"
#include "http/sockets.h"

#include <string.h>
#include <strings.h>

/* --- bodies ----------------------------------------------------------------------------------- */

static bool is_error(const struct transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status / 100 != 2;
}

static size_t limit_of(const struct transfer *transfer)
{
    size_t limit = transfer->http->max_answer_bytes;

    if (is_error(transfer) && limit > RECEIVE_ERROR_MAX_BYTES)
        limit = RECEIVE_ERROR_MAX_BYTES;
    return limit;
}

/* The running transfer whose body is the largest. */
static struct transfer *find_largest(struct http *http)
{
    struct transfer *largest = TAILQ_FIRST(&http->running);
    struct transfer *transfer;

    TAILQ_FOREACH (transfer, &http->running, link)
        if (transfer->response.body.size_bytes > largest->response.body.size_bytes)
            largest = transfer;
    return largest;
}

/* Makes room for what came: whoever has most is too large. False: that is this one. */
static bool make_room(struct transfer *transfer, size_t size_bytes)
{
    struct http *http = transfer->http;

    while (http->max_together_bytes > 0 &&
           atomic_load(&http->held_bytes) + size_bytes > http->max_together_bytes) {
        struct transfer *largest = find_largest(http);
        if (largest == NULL || largest == transfer || largest->response.body.size_bytes == 0) {
            transfer->fault = FAULT_TOGETHER;
            return false;
        }
        largest->fault = FAULT_TOGETHER;
        transfer_drop_body(largest);
    }
    return true;
}

static void append(struct transfer *transfer, const char *data, size_t size_bytes)
{
    if (!make_room(transfer, size_bytes))
        return;
    if (!buf_append(&transfer->response.body, data, size_bytes)) {
        transfer->fault = FAULT_NO_MEMORY;
        return;
    }
    transfer->response.held_bytes += size_bytes;
    atomic_fetch_add(&transfer->http->held_bytes, size_bytes);
}

size_t receive_body(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t size_bytes = size * count;
    size_t left_bytes = limit_of(transfer) - transfer->response.body.size_bytes;

    sockets_prove(transfer);
    if (transfer->fault != FAULT_NONE)
        return 0;
    append(transfer, data, size_bytes < left_bytes ? size_bytes : left_bytes);
    if (transfer->fault == FAULT_NONE && size_bytes > left_bytes)
        transfer->fault = is_error(transfer) ? FAULT_CUT : FAULT_TOO_LARGE;
    return transfer->fault == FAULT_NONE ? size_bytes : 0;
}

/* --- headers ---------------------------------------------------------------------------------- */

static bool is_one_of(const char *word, size_t size_bytes, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == size_bytes && strncasecmp(*words, word, size_bytes) == 0)
            return true;
    return false;
}

/* What may stand in a header that says how a body is wrapped. What is in `neutral` changes nothing;
 * of what is in `once` there may be one in a whole answer. Other encodings were not asked for, and
 * libcurl would undo them all the same: one in another, and with windows of 128 MiB. */
static const struct wrapping {
    const char *header;
    const char *neutral[4];
    const char *once[4];
} wrappings[] = {
    {"Content-Encoding:", {"identity", "none", ""}, {"gzip", "x-gzip", "deflate"}},
    {"Transfer-Encoding:", {"identity", "chunked", ""}, {NULL}},
};

static bool take_coding(struct transfer *transfer, const struct wrapping *wrapping,
                        const char *word, size_t size_bytes)
{
    if (is_one_of(word, size_bytes, wrapping->neutral))
        return true;
    return is_one_of(word, size_bytes, wrapping->once) && ++transfer->codings == 1;
}

/* Takes a header's list of codings, apart by commas; false: not this way. */
static bool take_codings(struct transfer *transfer, const struct wrapping *wrapping,
                         const char *list, const char *end)
{
    static const char blank[] = " \t\r\n";

    while (list < end) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        const char *stop = comma == NULL ? end : comma;
        const char *next = comma == NULL ? end : comma + 1;
        while (list < stop && strchr(blank, *list) != NULL)
            list++;
        while (stop > list && strchr(blank, stop[-1]) != NULL)
            stop--;
        if (!take_coding(transfer, wrapping, list, (size_t)(stop - list)))
            return false;
        list = next;
    }
    return true;
}

static bool check_codings(struct transfer *transfer, const char *line, size_t size_bytes)
{
    for (size_t i = 0; i < sizeof wrappings / sizeof wrappings[0]; i++) {
        size_t name_bytes = strlen(wrappings[i].header);
        if (size_bytes >= name_bytes && strncasecmp(line, wrappings[i].header, name_bytes) == 0)
            return take_codings(transfer, &wrappings[i], line + name_bytes, line + size_bytes);
    }
    return true;
}

size_t receive_header(char *line, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size_t size_bytes = size * count;

    sockets_prove(transfer);
    transfer->headers_bytes += size_bytes;
    if (transfer->headers_bytes > RECEIVE_HEADERS_MAX_BYTES)
        transfer->fault = FAULT_HEADERS;
    else if (!check_codings(transfer, line, size_bytes))
        transfer->fault = FAULT_CODING;
    return transfer->fault == FAULT_NONE ? size_bytes : 0;
}
