/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "http/transfer.h"

#include "http/engine.h"
#include "util/clock.h"

#include <stdlib.h>
#include <string.h>

static bool add_header(struct transfer *transfer, const char *line)
{
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);

    if (longer == NULL)
        return false;
    transfer->headers = longer;
    return true;
}

/* libcurl would call a body a form, and hold a large one back until the server asks for it. */
static bool copy_headers(struct transfer *transfer, const struct http_request *request)
{
    bool ok = add_header(transfer, "Expect:") &&
              add_header(transfer, request->body == NULL ? "Content-Type:"
                                                         : "Content-Type: application/json");
    const char *const *line = request->headers;

    while (ok && line != NULL && *line != NULL)
        ok = add_header(transfer, *line++);
    return ok;
}

static bool copy_body(struct transfer *transfer, const struct http_request *request)
{
    if (request->body == NULL)
        return true;
    transfer->body = malloc(request->body_bytes + 1);
    if (transfer->body == NULL)
        return false;
    memcpy(transfer->body, request->body, request->body_bytes);
    transfer->body[request->body_bytes] = '\0';
    transfer->body_bytes = request->body_bytes;
    return true;
}

struct transfer *transfer_create(struct http *http, const struct http_request *request)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);

    if (transfer == NULL)
        return NULL;
    atomic_init(&transfer->refs, 1);
    transfer->http = http;
    transfer->method = request->method;
    transfer->fresh = request->fresh;
    transfer->share = request->share < http->share_count ? request->share : 0;
    transfer->begun_ms = clock_now_ms(&clock_system);
    transfer->deadline_ms = request->timeout_ms > CANCEL_NEVER - transfer->begun_ms
                                ? CANCEL_NEVER
                                : transfer->begun_ms + request->timeout_ms;
    transfer->response.retry_after_ms = -1;
    transfer->response.held = &http->held_bytes;
    wait_queue_init(&transfer->done);
    transfer->url = strdup(request->url);
    if (transfer->url == NULL || !copy_headers(transfer, request) ||
        !copy_body(transfer, request)) {
        transfer_unref(transfer);
        return NULL;
    }
    return transfer;
}

void transfer_ref(struct transfer *transfer)
{
    atomic_fetch_add(&transfer->refs, 1);
}

static void wipe(char *data, size_t size_bytes)
{
    if (data != NULL)
        explicit_bzero(data, size_bytes);
}

static void wipe_text(char *text)
{
    if (text != NULL)
        wipe(text, strlen(text));
}

void transfer_drop_body(struct transfer *transfer)
{
    wipe(transfer->response.body.data, transfer->response.body.size_bytes);
    http_response_finish(&transfer->response);
}

static void transfer_destroy(struct transfer *transfer)
{
    wipe_text(transfer->url);
    free(transfer->url);
    for (struct curl_slist *line = transfer->headers; line != NULL; line = line->next)
        wipe_text(line->data);
    curl_slist_free_all(transfer->headers);
    wipe(transfer->body, transfer->body_bytes);
    free(transfer->body);
    transfer_drop_body(transfer);
    free(transfer);
}

void transfer_unref(struct transfer *transfer)
{
    if (transfer != NULL && atomic_fetch_sub(&transfer->refs, 1) == 1)
        transfer_destroy(transfer);
}

bool transfer_can_stop(const struct transfer *transfer)
{
    return !transfer->sent || transfer->method == HTTP_GET;
}

void http_response_finish(struct http_response *response)
{
    if (response->held != NULL)
        atomic_fetch_sub(response->held, response->held_bytes);
    response->held = NULL;
    response->held_bytes = 0;
    buf_finish(&response->body);
}
