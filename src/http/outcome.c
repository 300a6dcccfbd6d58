/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "http/outcome.h"

#include "http/engine.h"
#include "http/receive.h"
#include "http/url.h"
#include "util/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HOST_SIZE 300

/* What a sentence goes on with behind its words. */
enum about { ABOUT_NOTHING, ABOUT_HOST, ABOUT_HOST_AND_PORT, ABOUT_CURL_WORDS };

static const struct failure_row {
    CURLcode code;
    enum problem_kind kind;
    enum about about;
    const char *words;
} rows[] = {
    {CURLE_COULDNT_RESOLVE_HOST, PROBLEM_UNREACHABLE, ABOUT_HOST, "no such host: "},
    {CURLE_COULDNT_RESOLVE_PROXY, PROBLEM_UNREACHABLE, ABOUT_NOTHING, "no such host: the proxy"},
    {CURLE_PROXY, PROBLEM_UNREACHABLE, ABOUT_CURL_WORDS, "the proxy refuses: "},
    {CURLE_PEER_FAILED_VERIFICATION, PROBLEM_UNREACHABLE, ABOUT_CURL_WORDS,
     "TLS certificate not accepted: "},
    {CURLE_SSL_CONNECT_ERROR, PROBLEM_UNREACHABLE, ABOUT_CURL_WORDS, "TLS handshake failed: "},
    {CURLE_SSL_CACERT_BADFILE, PROBLEM_UNREACHABLE, ABOUT_CURL_WORDS,
     "the file of CA certificates can't be used: "},
    {CURLE_GOT_NOTHING, PROBLEM_UNREACHABLE, ABOUT_HOST_AND_PORT,
     "the connection was closed without an answer by "},
    {CURLE_SEND_ERROR, PROBLEM_UNREACHABLE, ABOUT_HOST_AND_PORT,
     "the connection was lost while sending to "},
    {CURLE_HTTP2, PROBLEM_UNREACHABLE, ABOUT_HOST_AND_PORT, "the HTTP/2 connection was lost to "},
    {CURLE_HTTP2_STREAM, PROBLEM_UNREACHABLE, ABOUT_HOST_AND_PORT,
     "the HTTP/2 request was reset by "},
    {CURLE_ABORTED_BY_CALLBACK, PROBLEM_UNREACHABLE, ABOUT_HOST_AND_PORT,
     "the connection was lost to "},
    {CURLE_WEIRD_SERVER_REPLY, PROBLEM_PROTOCOL, ABOUT_HOST_AND_PORT, "not an HTTP answer, from "},
    {CURLE_UNSUPPORTED_PROTOCOL, PROBLEM_PROTOCOL, ABOUT_HOST_AND_PORT,
     "not an HTTP answer, from "},
    {CURLE_BAD_CONTENT_ENCODING, PROBLEM_PROTOCOL, ABOUT_HOST_AND_PORT,
     "an answer can't be decompressed that came from "},
    {CURLE_WRITE_ERROR, PROBLEM_PROTOCOL, ABOUT_HOST_AND_PORT,
     "an answer can't be decoded that came from "},
    {CURLE_URL_MALFORMAT, PROBLEM_INVALID, ABOUT_NOTHING, "the URL is malformed"},
};

static const struct failure_row connection_lost = {
    CURLE_RECV_ERROR, PROBLEM_UNREACHABLE, ABOUT_HOST_AND_PORT, "the connection was lost to "};
static const struct failure_row answer_cut = {CURLE_PARTIAL_FILE, PROBLEM_PROTOCOL,
                                              ABOUT_HOST_AND_PORT,
                                              "an answer was cut short that came from "};
static const struct failure_row chunk_broken = {CURLE_RECV_ERROR, PROBLEM_PROTOCOL,
                                                ABOUT_HOST_AND_PORT,
                                                "a chunk is broken in an answer that came from "};

static void fail_about(struct transfer *transfer, const struct failure_row *row, CURLcode code)
{
    char host[HOST_SIZE] = "";

    if (row->about == ABOUT_HOST || row->about == ABOUT_HOST_AND_PORT)
        url_host(transfer->url, row->about == ABOUT_HOST_AND_PORT, host, sizeof host);
    else if (row->about == ABOUT_CURL_WORDS)
        snprintf(host, sizeof host, "%s",
                 transfer->curl_words[0] != '\0' ? transfer->curl_words : curl_easy_strerror(code));
    problem_set(&transfer->problem, row->kind, "%s%s", row->words, host);
}

/* The time is over; the same words wherever it is found out. */
static void say_timeout(const struct transfer *transfer, struct problem *problem)
{
    int64_t waited_ms = clock_now_ms(&clock_system) - transfer->begun_ms;
    char host[HOST_SIZE];
    const char *what = transfer->state < TRANSFER_RUNNING ? "no free connection to"
                       : transfer->sent                   ? "no whole answer from"
                                                          : "no connection to";

    url_host(transfer->url, true, host, sizeof host);
    problem_set(problem, PROBLEM_TIMEOUT, "%s %s in %lld ms", what, host, (long long)waited_ms);
}

static void fail_timeout(struct transfer *transfer)
{
    say_timeout(transfer, &transfer->problem);
}

static void fail_connect(struct transfer *transfer)
{
    long err = 0;
    char host[HOST_SIZE];

    url_host(transfer->url, true, host, sizeof host);
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &err);
    if (err == ECONNREFUSED)
        problem_set(&transfer->problem, PROBLEM_UNREACHABLE,
                    "can't connect to %s: connection refused by %s", host, transfer->peer);
    else
        problem_set(&transfer->problem, PROBLEM_UNREACHABLE, "can't connect to %s: %s", host,
                    err != 0 ? strerrordesc_np((int)err) : "no address answers");
}

static void fail_headers(struct transfer *transfer)
{
    problem_set(&transfer->problem, PROBLEM_TOO_LARGE,
                "the answer's headers are larger than %zu bytes", RECEIVE_HEADERS_MAX_BYTES);
}

/* Whether an answer has come, as far as its status. */
static bool has_begun(const struct transfer *transfer)
{
    long status = 0;

    if (transfer->easy != NULL)
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200;
}

/* libcurl calls one header beyond its limit a lack of memory; before an answer it is one. */
static void fail_memory(struct transfer *transfer)
{
    if (transfer->sent)
        fail_headers(transfer);
    else
        problem_set(&transfer->problem, PROBLEM_NO_MEMORY, "out of memory");
}

/* And all headers together beyond it (300 KiB), a failure to receive; a broken chunk is one, too,
 * and can be told by libcurl's words only. */
static void fail_receive(struct transfer *transfer)
{
    static const size_t much_bytes = (size_t)256 * 1024;

    if (transfer->headers_bytes > much_bytes)
        fail_headers(transfer);
    else if (has_begun(transfer) && strstr(transfer->curl_words, "chunk") != NULL)
        fail_about(transfer, &chunk_broken, CURLE_RECV_ERROR);
    else
        fail_about(transfer, &connection_lost, CURLE_RECV_ERROR);
}

static void fail_loopback(struct transfer *transfer)
{
    char host[HOST_SIZE];

    url_host(transfer->url, false, host, sizeof host);
    problem_set(&transfer->problem, PROBLEM_UNREACHABLE,
                "plain http is allowed to loopback only, and %s is %s", host, transfer->peer);
}

static void fail_too_large(struct transfer *transfer)
{
    problem_set(&transfer->problem, PROBLEM_TOO_LARGE, "the answer is larger than %zu bytes",
                transfer->http->max_answer_bytes);
}

static void fail_together(struct transfer *transfer)
{
    problem_set(&transfer->problem, PROBLEM_TOO_LARGE,
                "all answers under way are larger than %zu bytes together, and this one most",
                transfer->http->max_together_bytes);
}

static void fail_coding(struct transfer *transfer)
{
    char host[HOST_SIZE];

    url_host(transfer->url, true, host, sizeof host);
    problem_set(&transfer->problem, PROBLEM_PROTOCOL,
                "an answer is encoded twice, or in a way that was not asked for, from %s", host);
}

static void fail_no_memory(struct transfer *transfer)
{
    problem_set(&transfer->problem, PROBLEM_NO_MEMORY, "out of memory for an answer");
}

static void (*const fault_fails[])(struct transfer *transfer) = {
    [FAULT_TOO_LARGE] = fail_too_large, [FAULT_TOGETHER] = fail_together,
    [FAULT_HEADERS] = fail_headers,     [FAULT_CODING] = fail_coding,
    [FAULT_NO_MEMORY] = fail_no_memory, [FAULT_NOT_LOOPBACK] = fail_loopback,
};

/* A proxy that answered CONNECT with something else than success; 0 if none did. */
static long proxy_refusal(struct transfer *transfer)
{
    long status = 0;

    if (transfer->easy != NULL)
        curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status / 100 == 2 ? 0 : status;
}

static const struct {
    CURLcode code;
    void (*fail)(struct transfer *transfer);
} special[] = {
    {CURLE_OPERATION_TIMEDOUT, fail_timeout},
    {CURLE_COULDNT_CONNECT, fail_connect},
    {CURLE_OUT_OF_MEMORY, fail_memory},
    {CURLE_RECV_ERROR, fail_receive},
};

/* What does not go away by itself. A proxy that can't connect just now says 5xx. */
static bool is_permanent(struct transfer *transfer, CURLcode code)
{
    long refused = proxy_refusal(transfer);

    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
           transfer->fault == FAULT_NOT_LOOPBACK ||
           (refused / 100 == 4 && refused != 408 && refused != 429);
}

static void fail(struct transfer *transfer, CURLcode code)
{
    static const struct failure_row other = {CURLE_OK, PROBLEM_UNREACHABLE, ABOUT_CURL_WORDS,
                                             "the request failed: "};
    long refused = proxy_refusal(transfer);

    if (transfer->fault != FAULT_NONE) {
        fault_fails[transfer->fault](transfer);
        return;
    }
    if (refused != 0) {
        problem_set(&transfer->problem, PROBLEM_UNREACHABLE,
                    "the proxy refuses the connection: status %ld", refused);
        return;
    }
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        if (special[i].code == code) {
            special[i].fail(transfer);
            return;
        }
    }
    const struct failure_row *row = &other;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        row = rows[i].code == code ? &rows[i] : row;
    fail_about(transfer, row, code);
}

/* Where an answer had begun, a connection that is lost has cut it short. */
static void judge_cut(struct transfer *transfer)
{
    if (transfer->problem.kind != PROBLEM_UNREACHABLE || transfer->response.permanent ||
        !has_begun(transfer))
        return;
    transfer->response.cut = true;
    fail_about(transfer, &answer_cut, CURLE_PARTIAL_FILE);
}

static int64_t retry_after_ms(CURL *easy)
{
    curl_off_t seconds = 0;

    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds <= 0)
        return -1;
    return seconds > INT64_MAX / 1000 ? INT64_MAX : (int64_t)seconds * 1000;
}

/* W/"…" or "…", and between the quotes what can be sent back as it is. */
static bool is_etag(const char *text)
{
    text += strncmp(text, "W/", 2) == 0 ? 2 : 0;
    if (*text++ != '"')
        return false;
    while (*text > ' ' && *text < 0x7f && *text != '"')
        text++;
    return text[0] == '"' && text[1] == '\0';
}

/* Two of them tell nothing. */
static void fill_etag(struct transfer *transfer)
{
    struct http_response *response = &transfer->response;
    struct curl_header *header;

    if (curl_easy_header(transfer->easy, "ETag", 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
        header->amount == 1 && strlen(header->value) < sizeof response->etag &&
        is_etag(header->value))
        snprintf(response->etag, sizeof response->etag, "%s", header->value);
}

static void fill_answer(struct transfer *transfer)
{
    struct http_response *response = &transfer->response;
    char *type = NULL;

    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
    snprintf(response->content_type, sizeof response->content_type, "%s", type == NULL ? "" : type);
    response->retry_after_ms = retry_after_ms(transfer->easy);
    fill_etag(transfer);
}

void outcome_fill(struct transfer *transfer, CURLcode code)
{
    struct http_response *response = &transfer->response;

    if (transfer->fault == FAULT_CUT)
        code = CURLE_OK;
    if (code == CURLE_OK)
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &response->status);
    if (code == CURLE_OK && response->status < 200)
        code = CURLE_WEIRD_SERVER_REPLY;
    transfer->result = code == CURLE_OK ? 0 : -1;
    if (code == CURLE_OK) {
        fill_answer(transfer);
    } else {
        response->status = 0;
        response->permanent = is_permanent(transfer, code);
        fail(transfer, code);
        judge_cut(transfer);
    }
}

int outcome_left(const struct transfer *transfer, enum cancel_reason reason,
                 struct problem *problem)
{
    const char *when = transfer->sent ? " after the request was sent" : "";

    if (problem == NULL)
        return -1;
    if (reason == CANCEL_INTERRUPT)
        return problem_set(problem, PROBLEM_INTERRUPTED, "interrupted%s", when);
    if (reason == CANCEL_SHUTDOWN)
        return problem_set(problem, PROBLEM_INTERRUPTED, "the mount ended%s", when);
    say_timeout(transfer, problem);
    return -1;
}
