/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "emulator/response.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* How long a peer may leave raw bytes unread before they are given up. */
#define UNREAD_MS 1000

/* Bytes to send: a text, and one that is repeated behind it. Never built, since it may be endless.
 */
struct stream {
    struct emulator *emulator;
    unsigned trickle_ms; /* each byte by itself, that late; 0: as fast as it goes */
    uint64_t wanted;     /* bytes before it breaks off */
    uint64_t total;      /* bytes in all; UINT64_MAX: endless */
    size_t length;       /* of the text */
    size_t unit_length;
    size_t suffix_length;
    uint64_t count;
    char text[]; /* the text, the unit, the suffix */
};

static uint64_t total_of(const struct emu_answer *answer)
{
    uint64_t unit = answer->flood.unit != NULL ? strlen(answer->flood.unit) : 0;
    uint64_t suffix = answer->flood.suffix != NULL ? strlen(answer->flood.suffix) : 0;

    if (answer->flood.count < 0)
        return UINT64_MAX;
    return answer->length + unit * (uint64_t)answer->flood.count + suffix;
}

static struct stream *stream_new(struct emulator *emulator, const struct emu_answer *answer)
{
    const char *unit = answer->flood.unit != NULL ? answer->flood.unit : "";
    const char *suffix = answer->flood.suffix != NULL ? answer->flood.suffix : "";
    size_t parts[] = {answer->length, strlen(unit), strlen(suffix)};
    struct stream *stream = malloc(sizeof *stream + parts[0] + parts[1] + parts[2]);

    if (stream == NULL)
        return NULL;
    *stream = (struct stream){.emulator = emulator,
                              .trickle_ms = answer->trickle_ms,
                              .total = total_of(answer),
                              .length = parts[0],
                              .unit_length = parts[1],
                              .suffix_length = parts[2],
                              .count = (uint64_t)answer->flood.count};
    stream->wanted = answer->truncate >= 0 && (uint64_t)answer->truncate < stream->total
                         ? (uint64_t)answer->truncate
                         : stream->total;
    if (parts[0])
        memcpy(stream->text, answer->body, parts[0]);
    memcpy(stream->text + parts[0], unit, parts[1]);
    memcpy(stream->text + parts[0] + parts[1], suffix, parts[2]);
    return stream;
}

/* Where the byte at that position stands in the text, and how many follow it there. */
static const char *stream_at(const struct stream *stream, uint64_t position, size_t *length)
{
    uint64_t flood = stream->total == UINT64_MAX ? UINT64_MAX : stream->unit_length * stream->count;
    const char *unit = stream->text + stream->length;

    if (position < stream->length) {
        *length = stream->length - (size_t)position;
        return stream->text + position;
    }
    position -= stream->length;
    if (position < flood && stream->unit_length > 0) {
        *length = stream->unit_length - (size_t)(position % stream->unit_length);
        return unit + position % stream->unit_length;
    }
    position -= flood;
    *length = stream->suffix_length - (size_t)position;
    return unit + stream->unit_length + position;
}

/* Fills the buffer from that position on; the number of bytes, 0 at the end. */
static size_t stream_copy(const struct stream *stream, uint64_t position, char *buffer, size_t size)
{
    size_t done = 0;

    if (size > stream->wanted - position)
        size = (size_t)(stream->wanted - position);
    while (done < size) {
        size_t length;
        const char *text = stream_at(stream, position + done, &length);

        if (length > size - done)
            length = size - done;
        memcpy(buffer + done, text, length);
        done += length;
    }
    return done;
}

/* The reader of libmicrohttpd. */
static ssize_t stream_read(void *context, uint64_t position, char *buffer, size_t size)
{
    const struct stream *stream = context;

    if (position >= stream->wanted)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (stream->trickle_ms) {
        size = 1;
        if (!emu_wait_ms(stream->emulator, stream->trickle_ms))
            return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    return (ssize_t)stream_copy(stream, position, buffer, size);
}

static bool is_streamed(const struct emu_answer *answer)
{
    return answer->flood.unit != NULL || answer->trickle_ms ||
           (answer->truncate >= 0 && (size_t)answer->truncate < answer->length);
}

static struct MHD_Response *streamed(struct emulator *emulator, const struct emu_answer *answer)
{
    struct stream *stream = stream_new(emulator, answer);
    struct MHD_Response *response;

    if (stream == NULL)
        return NULL;
    response = MHD_create_response_from_callback(stream->total == UINT64_MAX ? MHD_SIZE_UNKNOWN
                                                                             : stream->total,
                                                 4096, stream_read, stream, free);
    if (response == NULL)
        free(stream);
    return response;
}

static struct MHD_Response *plain(const struct emu_answer *answer)
{
    static char nothing[1];

    return MHD_create_response_from_buffer(
        answer->length, answer->body != NULL ? answer->body : nothing, MHD_RESPMEM_MUST_COPY);
}

static struct MHD_Response *make_response(struct emulator *emulator,
                                          const struct emu_answer *answer)
{
    struct MHD_Response *response =
        is_streamed(answer) ? streamed(emulator, answer) : plain(answer);
    const char *type = answer->content_type != NULL ? answer->content_type : "application/json";

    if (response == NULL)
        return NULL;
    if (answer->body != NULL || answer->content_type != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    for (size_t i = 0; i < answer->header_count; i++)
        MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
    return response;
}

int emu_response_socket(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info != NULL ? (int)info->connect_fd : -1;
}

/* All of them; false when the peer has gone or does not read. */
static bool send_bytes(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        ssize_t sent;

        if (poll(&ready, 1, UNREAD_MS) != 1)
            return false;
        sent = send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* Past libmicrohttpd, which would not break the protocol. */
static void send_raw(struct stream *stream, int fd)
{
    char buffer[16384];
    uint64_t position = 0;

    while (position < stream->wanted) {
        size_t size = stream_copy(stream, position, buffer, stream->trickle_ms ? 1 : sizeof buffer);

        if (!emu_wait_ms(stream->emulator, stream->trickle_ms) || !send_bytes(fd, buffer, size))
            break;
        position += size;
    }
    shutdown(fd, SHUT_WR);
}

static void send_raw_answer(struct emulator *emulator, struct MHD_Connection *connection,
                            const struct emu_answer *answer)
{
    struct stream *stream = stream_new(emulator, answer);
    int fd = emu_response_socket(connection);

    if (stream != NULL && fd >= 0)
        send_raw(stream, fd);
    free(stream);
}

enum MHD_Result emu_response_send(struct emulator *emulator, struct MHD_Connection *connection,
                                  const struct emu_answer *answer)
{
    struct MHD_Response *response;
    enum MHD_Result result;

    if (answer->closed)
        return MHD_NO;
    if (answer->raw) {
        send_raw_answer(emulator, connection, answer);
        return MHD_NO;
    }
    response = make_response(emulator, answer);
    if (response == NULL)
        return MHD_NO;
    result = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}
