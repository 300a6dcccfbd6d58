/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "http/easy.h"

#include "http/engine.h"
#include "http/receive.h"
#include "http/sockets.h"
#include "http/url.h"
#include "util/clock.h"

#include <limits.h>

/* Sets an option unless one before it failed. */
#define SET(code, easy, option, value)                       \
    do {                                                     \
        if (*(code) == CURLE_OK)                             \
            *(code) = curl_easy_setopt(easy, option, value); \
    } while (0)

static const struct {
    CURLoption option;
    long value;
} fixed_options[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
    {CURLOPT_PATH_AS_IS, 1},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_HTTPPROXYTUNNEL, 1},
    {CURLOPT_HEADEROPT, CURLHEADER_SEPARATE}, /* the key is not for a proxy */
/* A handle that times out, or is removed, while a name is looked up would block the thread,
 * and with it all transfers, until the resolver gives up: let the lookup end by itself. */
#if LIBCURL_VERSION_NUM >= 0x075700 /* 7.87; before, it blocks */
    {CURLOPT_QUICK_EXIT, 1},
#endif
};

/* The gate that each request passes before its first byte is sent, also when libcurl repeats it on
 * a new connection. A request that nobody waits for stops here, so that "not sent" is certain; a
 * POST passes once only. */
static int on_ready(void *arg, char *peer, char *local, int peer_port, int local_port)
{
    struct transfer *transfer = arg;

    (void)peer;
    (void)peer_port;
    sockets_use(transfer, local, local_port);
    pthread_mutex_lock(&transfer->http->lock);
    bool stop = (transfer->abandoned && transfer_can_stop(transfer)) ||
                (transfer->sent && transfer->method == HTTP_POST);
    if (!stop)
        transfer->sent = true;
    pthread_mutex_unlock(&transfer->http->lock);
    transfer->fault = FAULT_NONE; /* another address may have been refused on the way */
    return stop ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void set_fixed(CURLcode *code, CURL *easy)
{
    for (size_t i = 0; i < sizeof fixed_options / sizeof fixed_options[0]; i++)
        SET(code, easy, fixed_options[i].option, fixed_options[i].value);
    SET(code, easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate"); /* see receive.c */
}

static void set_callbacks(CURLcode *code, struct transfer *transfer)
{
    CURL *easy = transfer->easy;

    SET(code, easy, CURLOPT_PRIVATE, transfer);
    SET(code, easy, CURLOPT_ERRORBUFFER, transfer->curl_words);
    SET(code, easy, CURLOPT_WRITEFUNCTION, receive_body);
    SET(code, easy, CURLOPT_WRITEDATA, transfer);
    SET(code, easy, CURLOPT_HEADERFUNCTION, receive_header);
    SET(code, easy, CURLOPT_HEADERDATA, transfer);
    SET(code, easy, CURLOPT_PREREQFUNCTION, on_ready);
    SET(code, easy, CURLOPT_PREREQDATA, transfer);
    SET(code, easy, CURLOPT_OPENSOCKETFUNCTION, sockets_open);
    SET(code, easy, CURLOPT_OPENSOCKETDATA, transfer);
    /* A connection outlives the transfer that made it. */
    SET(code, easy, CURLOPT_CLOSESOCKETFUNCTION, sockets_close);
    SET(code, easy, CURLOPT_CLOSESOCKETDATA, transfer->http);
}

/* Where to, and whom to trust. A private CA takes the place of the system's. */
static void set_origin(CURLcode *code, const struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    const struct http *http = transfer->http;

    SET(code, easy, CURLOPT_URL, transfer->url);
    if (!url_is_https(transfer->url)) {
        SET(code, easy, CURLOPT_PROTOCOLS_STR, "http");
        SET(code, easy, CURLOPT_PROXY, "");
        return;
    }
    SET(code, easy, CURLOPT_PROTOCOLS_STR, "https");
    if (http->ca_file != NULL) {
        SET(code, easy, CURLOPT_CAINFO, http->ca_file);
        SET(code, easy, CURLOPT_CAPATH, NULL);
    }
}

/* libcurl repeats a request by itself when a kept-alive connection turns out to be closed, which
 * is well for all but a POST. */
static void set_method(CURLcode *code, const struct transfer *transfer)
{
    CURL *easy = transfer->easy;

    if (transfer->method == HTTP_POST || transfer->method == HTTP_PUT || transfer->body != NULL) {
        SET(code, easy, CURLOPT_POST, 1L);
        SET(code, easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body_bytes);
        SET(code, easy, CURLOPT_POSTFIELDS, transfer->body == NULL ? "" : transfer->body);
    }
    if (transfer->method == HTTP_POST || transfer->fresh)
        SET(code, easy, CURLOPT_FRESH_CONNECT, 1L);
    if (transfer->method != HTTP_POST)
        SET(code, easy, CURLOPT_CUSTOMREQUEST, http_method_name(transfer->method));
}

static void set_request(CURLcode *code, const struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    int64_t left_ms = transfer->deadline_ms - clock_now_ms(&clock_system);

    left_ms = left_ms < 1 ? 1 : left_ms > INT_MAX ? INT_MAX : left_ms;
    SET(code, easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
    SET(code, easy, CURLOPT_CONNECTTIMEOUT_MS, (long)left_ms);
    SET(code, easy, CURLOPT_USERAGENT, transfer->http->user_agent);
    SET(code, easy, CURLOPT_HTTPHEADER, transfer->headers);
}

CURLcode easy_create(struct transfer *transfer)
{
    CURLcode code = CURLE_OK;

    transfer->easy = curl_easy_init();
    if (transfer->easy == NULL)
        return CURLE_OUT_OF_MEMORY;
    set_fixed(&code, transfer->easy);
    set_callbacks(&code, transfer);
    set_origin(&code, transfer);
    set_method(&code, transfer);
    set_request(&code, transfer);
    if (code != CURLE_OK) {
        curl_easy_cleanup(transfer->easy);
        transfer->easy = NULL;
    }
    return code;
}

struct transfer *easy_transfer(CURL *easy)
{
    char *transfer = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    return (struct transfer *)(void *)transfer;
}
