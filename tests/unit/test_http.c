/* SPDX-License-Identifier: MIT */
/* Requests and answers: what is sent, what is accepted, what is refused. */
#include "config.h"

#include "test_http.h"

#include "http/http.h"
#include "run_tests.h"
#include "test_http_peer.h"
#include "util/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_LIMIT 100000

struct peer peer;
struct http *http;
struct http_response response;
struct problem problem;

void begin(peer_answer *answer)
{
    struct http_config config = {
        .user_agent = "paperspacefs/test", .max_connections = 8, .max_answer_bytes = ANSWER_LIMIT};

    peer_start(&peer, answer);
    http = http_create(&config, &problem);
    ck_assert_ptr_nonnull(http);
}

void end(void)
{
    http_response_finish(&response);
    http_destroy(http);
    peer_stop(&peer);
}

/* A request with everything that must not show up in a problem. */
int ask_url(enum http_method method, const char *url, const char *body)
{
    static const char *const headers[] = {"Authorization: Bearer " KEY, "X-Test: yes", NULL};
    struct http_request request = {.method = method,
                                   .url = url,
                                   .headers = headers,
                                   .body = body,
                                   .body_bytes = body == NULL ? 0 : strlen(body),
                                   .timeout_ms = 5000};
    struct cancel cancel;

    cancel_init(&cancel, NULL, CANCEL_NEVER);
    problem = (struct problem){0};
    int rc = http_perform(http, &request, &cancel, &response, &problem);
    cancel_finish(&cancel);
    ck_assert_ptr_null(strstr(problem.message, KEY));
    ck_assert_int_eq(problem.kind == PROBLEM_NONE, rc == 0);
    ck_assert(rc == 0 || response.body.data == NULL);
    return rc;
}

int ask(enum http_method method, const char *path, const char *body)
{
    char url[256];

    http_response_finish(&response);
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", peer.port, path);
    return ask_url(method, url, body);
}

void expect_problem(enum problem_kind kind, const char *words)
{
    ck_assert_msg(problem.kind == kind, "%s: %s", problem_kind_name(problem.kind), problem.message);
    ck_assert_msg(strstr(problem.message, words) != NULL, "'%s' lacks '%s'", problem.message,
                  words);
    ck_assert_int_eq(response.status, 0);
}

bool plain_answer(struct peer *self, int fd, const char *head, const char *body)
{
    (void)self;
    (void)head;
    (void)body;
    peer_reply(fd, "200 OK", "Content-Type: application/json\r\n", "{\"items\": []}");
    return true;
}

/* holds: http-20 */
START_TEST(a_whole_answer_comes_back)
{
    begin(plain_answer);
    ck_assert_int_eq(ask(HTTP_GET, "/v1/x?limit=120", NULL), 0);
    ck_assert_int_eq(response.status, 200);
    ck_assert_str_eq(buf_text(&response.body), "{\"items\": []}");
    ck_assert_str_eq(response.content_type, "application/json");
    ck_assert_int_eq(response.retry_after_ms, -1);
    ck_assert_int_ge(response.elapsed_ms, 0);
    ck_assert_int_eq(strncmp(peer.last_head, "GET /v1/x?limit=120 HTTP/1.1\r\n", 30), 0);
    ck_assert_ptr_nonnull(strstr(peer.last_head, "Authorization: Bearer " KEY));
    ck_assert_ptr_nonnull(strstr(peer.last_head, "X-Test: yes"));
    ck_assert_ptr_nonnull(strstr(peer.last_head, "User-Agent: paperspacefs/test"));
    ck_assert_ptr_nonnull(strstr(peer.last_head, "Accept-Encoding: "));
    end();
}
END_TEST

static const struct {
    enum http_method method;
    const char *body;
    const char *first;
    const char *has;
} forms[] = {
    {HTTP_PUT, "{\"name\": \"a\"}", "PUT /p HTTP/1.1", "Content-Type: application/json"},
    {HTTP_POST, "{\"name\": \"a\"}", "POST /p HTTP/1.1", "Content-Length: 13"},
    {HTTP_POST, NULL, "POST /p HTTP/1.1", "Content-Length: 0"},
    {HTTP_PUT, NULL, "PUT /p HTTP/1.1", "Content-Length: 0"},
    {HTTP_DELETE, NULL, "DELETE /p HTTP/1.1", "X-Test: yes"},
    {HTTP_DELETE, "{}", "DELETE /p HTTP/1.1", "Content-Length: 2"},
};

START_TEST(each_method_has_its_form)
{
    begin(plain_answer);
    ck_assert_int_eq(ask(forms[_i].method, "/p", forms[_i].body), 0);
    ck_assert_int_eq(strncmp(peer.last_head, forms[_i].first, strlen(forms[_i].first)), 0);
    ck_assert_ptr_nonnull(strstr(peer.last_head, forms[_i].has));
    ck_assert_ptr_null(strstr(peer.last_head, "Expect"));
    ck_assert_ptr_null(strstr(peer.last_head, "urlencoded"));
    ck_assert_str_eq(peer.last_body, forms[_i].body == NULL ? "" : forms[_i].body);
    end();
}
END_TEST

/* holds: http-4 */
START_TEST(connections_are_kept)
{
    begin(plain_answer);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(ask(i % 2 == 0 ? HTTP_GET : HTTP_PUT, "/", i % 2 == 0 ? NULL : "{}"), 0);
    ck_assert_uint_eq(peer_count(&peer, &peer.connections), 1);
    end();
}
END_TEST

/* holds: http-2 */
START_TEST(every_post_has_a_fresh_connection)
{
    begin(plain_answer);
    ck_assert_int_eq(ask(HTTP_GET, "/", NULL), 0);
    ck_assert_int_eq(ask(HTTP_POST, "/", "{}"), 0);
    ck_assert_int_eq(ask(HTTP_POST, "/", "{}"), 0);
    ck_assert_uint_eq(peer_count(&peer, &peer.connections), 3);
    end();
}
END_TEST

static bool answer_all_but_posts(struct peer *self, int fd, const char *head, const char *body)
{
    if (strncmp(head, "POST ", 5) == 0)
        return false;
    return plain_answer(self, fd, head, body);
}

/* holds: http-2 */
START_TEST(a_post_without_an_answer_is_not_sent_again)
{
    begin(answer_all_but_posts);
    ck_assert_int_eq(ask(HTTP_GET, "/", NULL), 0);
    ck_assert_int_eq(ask(HTTP_POST, "/", "{}"), -1);
    expect_problem(PROBLEM_UNREACHABLE, "closed without an answer");
    ck_assert_int_eq(response.progress, HTTP_SENT);
    ck_assert_int_eq(ask(HTTP_GET, "/", NULL), 0);
    ck_assert_uint_eq(peer_count(&peer, &peer.posts), 1);
    end();
}
END_TEST

static bool answer_and_close(struct peer *self, int fd, const char *head, const char *body)
{
    plain_answer(self, fd, head, body);
    return false;
}

START_TEST(a_connection_closed_while_idle_costs_nothing)
{
    begin(answer_and_close);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(ask(i % 2 == 0 ? HTTP_GET : HTTP_PUT, "/", i % 2 == 0 ? NULL : "{}"), 0);
    ck_assert_uint_eq(peer_count(&peer, &peer.requests), 4);
    end();
}
END_TEST

static bool close_second(struct peer *self, int fd, const char *head, const char *body)
{
    if (peer_count(self, &self->requests) == 2)
        return false;
    return plain_answer(self, fd, head, body);
}

START_TEST(a_put_on_a_lost_connection_is_repeated)
{
    begin(close_second);
    ck_assert_int_eq(ask(HTTP_GET, "/", NULL), 0);
    ck_assert_int_eq(ask(HTTP_PUT, "/", "{\"a\": 1}"), 0);
    ck_assert_uint_eq(peer_count(&peer, &peer.requests), 3);
    ck_assert_str_eq(peer.last_body, "{\"a\": 1}");
    end();
}
END_TEST

static bool redirect(struct peer *self, int fd, const char *head, const char *body)
{
    char headers[128];

    (void)head;
    (void)body;
    snprintf(headers, sizeof headers, "Location: http://127.0.0.1:%u/other\r\n", self->port);
    peer_reply(fd, "302 Found", headers, "");
    return true;
}

/* holds: http-15 */
START_TEST(no_redirect_is_followed)
{
    begin(redirect);
    ck_assert_int_eq(ask(HTTP_GET, "/", NULL), 0);
    ck_assert_int_eq(response.status, 302);
    ck_assert_uint_eq(peer_count(&peer, &peer.requests), 1);
    end();
}
END_TEST

static bool retry_after(struct peer *self, int fd, const char *head, const char *body)
{
    char headers[128] = "";
    time_t later = time(NULL) + 100;

    (void)self;
    (void)body;
    if (strncmp(head, "GET /seconds", 12) == 0)
        snprintf(headers, sizeof headers, "Retry-After: 7\r\n");
    else if (strncmp(head, "GET /date", 9) == 0)
        strftime(headers, sizeof headers, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n",
                 gmtime(&later));
    peer_reply(fd, "429 Too Many Requests", headers, "{}");
    return true;
}

START_TEST(retry_after_is_seconds_or_a_date)
{
    begin(retry_after);
    ck_assert_int_eq(ask(HTTP_GET, "/seconds", NULL), 0);
    ck_assert_int_eq(response.status, 429);
    ck_assert_int_eq(response.retry_after_ms, 7000);
    ck_assert_int_eq(ask(HTTP_GET, "/date", NULL), 0);
    ck_assert_int_ge(response.retry_after_ms, 95000);
    ck_assert_int_le(response.retry_after_ms, 100000);
    ck_assert_int_eq(ask(HTTP_GET, "/none", NULL), 0);
    ck_assert_int_eq(response.retry_after_ms, -1);
    end();
}
END_TEST

/* gzip of {"a": 1} */
static const unsigned char zipped[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                       0xab, 0x56, 0x4a, 0x54, 0xb2, 0x52, 0x30, 0xac, 0x05, 0x00,
                                       0x97, 0x8e, 0xa1, 0xfb, 0x08, 0x00, 0x00, 0x00};

static bool gzip_answer(struct peer *self, int fd, const char *head, const char *body)
{
    char start[128];
    bool broken = strncmp(head, "GET /broken", 11) == 0;
    int size = snprintf(start, sizeof start,
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n",
                        sizeof zipped);

    (void)self;
    (void)body;
    peer_send(fd, start, (size_t)size);
    if (broken)
        peer_send(fd, "this is no gzip at all, not at all!", sizeof zipped);
    else
        peer_send(fd, zipped, sizeof zipped);
    return true;
}

/* holds: http-6 */
START_TEST(compressed_answers_are_decoded)
{
    begin(gzip_answer);
    ck_assert_int_eq(ask(HTTP_GET, "/", NULL), 0);
    ck_assert_str_eq(buf_text(&response.body), "{\"a\": 1}");
    ck_assert_int_eq(ask(HTTP_GET, "/broken", NULL), -1);
    expect_problem(PROBLEM_PROTOCOL, "decompressed");
    end();
}
END_TEST

/* A chunked answer of exactly the limit, or of one byte more. */
static bool chunked(struct peer *self, int fd, const char *head, const char *body)
{
    char *chunk = malloc(ANSWER_LIMIT / 10);

    (void)self;
    (void)body;
    memset(chunk, ' ', ANSWER_LIMIT / 10);
    peer_send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 47);
    for (int i = 0; i < 10; i++) {
        char line[16];
        int size = snprintf(line, sizeof line, "%x\r\n", ANSWER_LIMIT / 10);
        peer_send(fd, line, (size_t)size);
        peer_send(fd, chunk, ANSWER_LIMIT / 10);
        peer_send(fd, "\r\n", 2);
    }
    free(chunk);
    if (strncmp(head, "GET /more", 9) == 0)
        peer_send(fd, "1\r\n \r\n", 6);
    peer_send(fd, "0\r\n\r\n", 5);
    return true;
}

/* holds: http-7 */
START_TEST(an_answer_has_a_largest_size)
{
    begin(chunked);
    ck_assert_int_eq(ask(HTTP_GET, "/exact", NULL), 0);
    ck_assert_uint_eq(response.body.size_bytes, ANSWER_LIMIT);
    ck_assert_int_eq(ask(HTTP_GET, "/more", NULL), -1);
    expect_problem(PROBLEM_TOO_LARGE, "larger than 100000 bytes");
    end();
}
END_TEST

static bool broken_answer(struct peer *self, int fd, const char *head, const char *body)
{
    (void)self;
    (void)body;
    if (strncmp(head, "GET /short", 10) == 0) {
        peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", 40);
    } else if (strncmp(head, "GET /chunk", 10) == 0) {
        peer_send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", 52);
    } else if (strncmp(head, "GET /bad-chunk", 14) == 0) {
        peer_send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\ncd",
                  60);
    } else if (strncmp(head, "GET /reset", 10) == 0) {
        peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789", 50);
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* or it would be lost as well */
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
    } else if (strncmp(head, "GET /words", 10) == 0) {
        peer_send(fd, "this is something else\r\n\r\n", 26);
    } else if (strncmp(head, "GET /headers", 12) == 0) {
        peer_send(fd, "HTTP/1.1 200 OK\r\n", 17);
        for (int i = 0; i < 4000; i++)
            peer_send(fd,
                      "X-Much: 0123456789012345678901234567890123456789012345678901234567890"
                      "123456789012345678901234567890123456789\r\n",
                      110);
        peer_send(fd, "\r\n", 2);
    } else if (strncmp(head, "GET /header", 11) == 0) {
        peer_send(fd, "HTTP/1.1 200 OK\r\nX-Long: ", 25);
        for (int i = 0; i < 40000; i++)
            peer_send(fd, "0123456789", 10);
        peer_send(fd, "\r\n\r\n", 4);
    }
    return false;
}

static const struct {
    const char *path;
    enum problem_kind kind;
    const char *words;
    bool cut;
} broken[] = {
    {"/short", PROBLEM_PROTOCOL, "cut short", true},
    {"/chunk", PROBLEM_PROTOCOL, "cut short", true},
    {"/reset", PROBLEM_PROTOCOL, "cut short", true},
    {"/bad-chunk", PROBLEM_PROTOCOL, "chunk is broken", false},
    {"/words", PROBLEM_PROTOCOL, "not an HTTP answer", false},
    {"/header", PROBLEM_TOO_LARGE, "headers are larger", false},
    {"/headers", PROBLEM_TOO_LARGE, "headers are larger", false},
    {"/nothing", PROBLEM_UNREACHABLE, "closed without an answer", false},
};

START_TEST(a_broken_answer_is_none)
{
    begin(broken_answer);
    ck_assert_int_eq(ask(HTTP_GET, broken[_i].path, NULL), -1);
    expect_problem(broken[_i].kind, broken[_i].words);
    ck_assert_int_eq(response.cut, broken[_i].cut);
    ck_assert_int_eq(response.progress, HTTP_SENT);
    end();
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("http");
    TCase *t = tcase_create("answers");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_whole_answer_comes_back);
    tcase_add_loop_test(t, each_method_has_its_form, 0, sizeof forms / sizeof forms[0]);
    tcase_add_test(t, connections_are_kept);
    tcase_add_test(t, every_post_has_a_fresh_connection);
    tcase_add_test(t, a_post_without_an_answer_is_not_sent_again);
    tcase_add_test(t, a_connection_closed_while_idle_costs_nothing);
    tcase_add_test(t, a_put_on_a_lost_connection_is_repeated);
    tcase_add_test(t, no_redirect_is_followed);
    tcase_add_test(t, retry_after_is_seconds_or_a_date);
    tcase_add_test(t, compressed_answers_are_decoded);
    tcase_add_test(t, an_answer_has_a_largest_size);
    tcase_add_loop_test(t, a_broken_answer_is_none, 0, sizeof broken / sizeof broken[0]);
    add_url_tests(t);
    add_etag_tests(t);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return run_tests(srunner_create(suite()));
}
