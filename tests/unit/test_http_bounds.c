/* SPDX-License-Identifier: MIT */
/* How much of an answer is taken, whatever a server sends. */
#include "config.h"

#include "http/http.h"
#include "run_tests.h"
#include "test_http_peer.h"
#include "util/clock.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_LIMIT   (1 << 20)
#define TOGETHER_LIMIT (2 << 20)
#define FLOOD_BYTES    ((size_t)64 << 20) /* what counts as endless */

static struct peer peer;
static struct http *http;

static void begin(peer_answer *answer)
{
    struct http_config config = {.user_agent = "paperspacefs/test",
                                 .max_connections = 8,
                                 .max_answer_bytes = ANSWER_LIMIT,
                                 .max_together_bytes = TOGETHER_LIMIT};

    peer_start(&peer, answer);
    http = http_create(&config, NULL);
    ck_assert_ptr_nonnull(http);
}

static void end(void)
{
    http_destroy(http);
    peer_stop(&peer);
}

static int ask(const char *path, struct http_response *response, struct problem *problem)
{
    char url[256];
    struct http_request request = {.method = HTTP_GET, .url = url, .timeout_ms = 20000};
    struct cancel cancel;

    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peer.port, path);
    cancel_init(&cancel, NULL, CANCEL_NEVER);
    int rc = http_perform(http, &request, &cancel, response, problem);
    cancel_finish(&cancel);
    return rc;
}

/* Sends `text` again and again until the other side has had enough. */
static void flood(int fd, const char *text)
{
    size_t sent_bytes = 0;

    while (sent_bytes < FLOOD_BYTES) {
        ssize_t sent = send(fd, text, strlen(text), MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        sent_bytes += (size_t)sent;
    }
}

#define LINE  "X-Much: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n"
#define LINES LINE LINE LINE LINE LINE LINE LINE LINE

static const struct {
    const char *start; /* of what is sent */
    const char *flood; /* and what follows without an end */
    enum problem_kind kind;
    const char *words;
} endless[] = {
    {"HTTP/1.1 200 OK\r\n", LINES, PROBLEM_TOO_LARGE, "headers are larger"},
    {"HTTP/1.1 500 Oh\r\n", LINES, PROBLEM_TOO_LARGE, "headers are larger"},
    {"", "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", PROBLEM_TOO_LARGE, "headers are larger"},
    {"", "HTTP/1.1 100 Continue\r\n\r\n", PROBLEM_TOO_LARGE, "headers are larger"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", LINES, PROBLEM_TOO_LARGE,
     "headers are larger"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", "a: b\r\n",
     PROBLEM_TOO_LARGE, "headers are larger"},
    {"HTTP/1.1 200 OK\r\n\r\n", LINES, PROBLEM_TOO_LARGE, "larger than 1048576 bytes"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\nabcd\r\n", PROBLEM_TOO_LARGE,
     "larger than 1048576 bytes"},
};

static bool answer_endless(struct peer *self, int fd, const char *head, const char *body)
{
    size_t row = strtoul(head + strlen("GET /"), NULL, 10);

    (void)self;
    (void)body;
    peer_send(fd, endless[row].start, strlen(endless[row].start));
    flood(fd, endless[row].flood);
    return false;
}

/* holds: http-9 */
START_TEST(what_has_no_end_is_ended)
{
    struct http_response response;
    struct problem problem = {0};
    char path[16];

    begin(answer_endless);
    snprintf(path, sizeof path, "/%d", _i);
    ck_assert_int_eq(ask(path, &response, &problem), -1);
    ck_assert_msg(problem.kind == endless[_i].kind, "%s: %s", problem_kind_name(problem.kind),
                  problem.message);
    ck_assert_msg(strstr(problem.message, endless[_i].words) != NULL, "%s", problem.message);
    end();
}
END_TEST

/* An error is known by its status; of its body the beginning is enough. */
static bool answer_error(struct peer *self, int fd, const char *head, const char *body)
{
    static const char chunked[] = "HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n";
    static const char plain[] = "HTTP/1.1 422 No\r\nRetry-After: 3\r\n\r\n";
    bool is_chunked = strstr(head, "/chunked") != NULL;
    const char *start = is_chunked ? chunked : plain;

    (void)self;
    (void)body;
    peer_send(fd, start, strlen(start));
    flood(fd, is_chunked ? "8\r\n01234567\r\n" : "0123456789");
    return false;
}

/* holds: http-9 */
START_TEST(an_error_is_cut_and_keeps_its_status)
{
    struct http_response response;

    begin(answer_error);
    ck_assert_int_eq(ask("/length", &response, NULL), 0);
    ck_assert_int_eq(response.status, 422);
    ck_assert_int_eq(response.retry_after_ms, 3000);
    ck_assert_uint_eq(response.body.size_bytes, 256 * 1024);
    http_response_finish(&response);
    ck_assert_int_eq(ask("/chunked", &response, NULL), 0);
    ck_assert_int_eq(response.status, 503);
    ck_assert_uint_eq(response.body.size_bytes, 256 * 1024);
    http_response_finish(&response);
    end();
}
END_TEST

/* The body is gzip of {}, whatever the headers say of it. */
static const unsigned char zipped[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
                                       0x02, 0x03, 0xab, 0xae, 0x05, 0x00, 0x43, 0xbf,
                                       0xa6, 0xa3, 0x02, 0x00, 0x00, 0x00};

static const struct {
    const char *headers;
    const char *text; /* NULL: refused */
} codings[] = {
    {"Content-Encoding: gzip\r\n", "{}"},
    {"content-encoding:x-gzip\r\n", "{}"},
    {"Content-Encoding: identity, GZIP\r\n", "{}"},
    {"Content-Encoding: gzip, gzip\r\n", NULL},
    {"Content-Encoding: gzip,deflate\r\n", NULL},
    {"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", NULL},
    {"Content-Encoding: gzip\r\nX-Between: 1\r\ncontent-encoding: deflate\r\n", NULL},
    {"Content-Encoding: br\r\n", NULL},
    {"Content-Encoding: zstd\r\n", NULL},
    {"Content-Encoding: compress\r\n", NULL},
    {"Transfer-Encoding: gzip\r\n", NULL},
    {"Transfer-Encoding: gzip\r\nContent-Encoding: gzip\r\n", NULL},
};

static bool answer_coded(struct peer *self, int fd, const char *head, const char *body)
{
    size_t row = strtoul(head + strlen("GET /"), NULL, 10);
    char start[256];
    int size = snprintf(start, sizeof start, "HTTP/1.1 200 OK\r\n%s\r\n", codings[row].headers);

    (void)self;
    (void)body;
    peer_send(fd, start, (size_t)size);
    peer_send(fd, zipped, sizeof zipped);
    return false;
}

START_TEST(one_encoding_of_those_asked_for_is_undone)
{
    struct http_response response;
    struct problem problem = {0};
    char path[16];

    begin(answer_coded);
    snprintf(path, sizeof path, "/%d", _i);
    int rc = ask(path, &response, &problem);
    ck_assert_msg((rc == 0) == (codings[_i].text != NULL), "%s: %d %s", codings[_i].headers, rc,
                  problem.message);
    ck_assert_ptr_nonnull(strstr(peer.last_head, "Accept-Encoding: gzip, deflate"));
    if (rc == 0) {
        ck_assert_str_eq(buf_text(&response.body), codings[_i].text);
        http_response_finish(&response);
    } else {
        ck_assert_int_eq(problem.kind, PROBLEM_PROTOCOL);
        ck_assert_ptr_nonnull(strstr(problem.message, "encoded twice"));
    }
    end();
}
END_TEST

/* --- all together ----------------------------------------------------------------------------- */

#define MANY 6

struct caller {
    pthread_t thread;
    struct http_response response;
    struct problem problem;
    int rc;
};

static char megabyte[(1 << 20) - 1000];

/* Most of what is allowed at once, the rest when the test says so. */
static bool answer_in_two(struct peer *self, int fd, const char *head, const char *body)
{
    char start[128];
    int size = snprintf(start, sizeof start, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                        sizeof megabyte);

    (void)body;
    if (strstr(head, "/small") != NULL) {
        peer_reply(fd, "200 OK", "", "{}");
        return true;
    }
    peer_send(fd, start, (size_t)size);
    peer_send(fd, megabyte, sizeof megabyte - 1);
    peer_hold(self);
    peer_send(fd, " ", 1);
    return true;
}

static void *run_caller(void *arg)
{
    struct caller *caller = arg;

    caller->rc = ask("/large", &caller->response, &caller->problem);
    return NULL;
}

/* Six of 1 MiB where 2 MiB are allowed: those that go too far are told so, the others and all
 * small ones are answered. */
/* holds: http-7 */
START_TEST(answers_together_are_limited)
{
    struct caller callers[MANY];
    struct http_response response;
    int whole = 0;

    memset(megabyte, ' ', sizeof megabyte);
    begin(answer_in_two);
    for (int i = 0; i < MANY; i++) {
        callers[i] = (struct caller){.rc = 0};
        pthread_create(&callers[i].thread, NULL, run_caller, &callers[i]);
    }
    ck_assert(peer_wait_requests(&peer, MANY));
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(ask("/small", &response, NULL), 0);
        http_response_finish(&response);
    }
    peer_release(&peer);
    for (int i = 0; i < MANY; i++) {
        pthread_join(callers[i].thread, NULL);
        whole += callers[i].rc == 0;
        if (callers[i].rc != 0)
            ck_assert_msg(callers[i].problem.kind == PROBLEM_TOO_LARGE, "%s",
                          callers[i].problem.message);
    }
    ck_assert_int_ge(whole, 1);
    ck_assert_int_le(whole, 2);
    for (int i = 0; i < MANY; i++)
        if (callers[i].rc == 0)
            http_response_finish(&callers[i].response);
    end();
}
END_TEST

/* What was finished does not count. */
START_TEST(one_after_the_other_there_is_no_limit)
{
    struct http_response response;

    begin(answer_in_two);
    peer_release(&peer);
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(ask("/large", &response, NULL), 0);
        http_response_finish(&response);
    }
    end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("http_bounds");
    TCase *t = tcase_create("bounds");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, what_has_no_end_is_ended, 0, sizeof endless / sizeof endless[0]);
    tcase_add_test(t, an_error_is_cut_and_keeps_its_status);
    tcase_add_loop_test(t, one_encoding_of_those_asked_for_is_undone, 0,
                        sizeof codings / sizeof codings[0]);
    tcase_add_test(t, answers_together_are_limited);
    tcase_add_test(t, one_after_the_other_there_is_no_limit);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_tests(srunner_create(suite()));
}
