/* SPDX-License-Identifier: MIT */
/* Which URLs are taken, loopback, and proxies. */
#include "config.h"

#include "test_http.h"

#include "http/http.h"
#include "test_http_peer.h"
#include "util/clock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* holds: http-14 */
START_TEST(plain_http_is_for_loopback)
{
    begin(plain_answer);
    int64_t before_ms = clock_now_ms(&clock_system);
    ck_assert_int_eq(ask_url(HTTP_GET, "http://192.0.2.1:9/", NULL), -1);
    expect_problem(PROBLEM_UNREACHABLE, "plain http is allowed to loopback only");
    ck_assert_int_eq(response.progress, HTTP_NOT_SENT);
    ck_assert_int_eq(ask_url(HTTP_GET, "http://[2001:db8::1]:9/", NULL), -1);
    expect_problem(PROBLEM_UNREACHABLE, "plain http is allowed to loopback only");
    ck_assert_int_lt(clock_now_ms(&clock_system) - before_ms, 1000);
    end();
}
END_TEST

/* libcurl connects from an IPv6 socket to the same server. */
/* holds: http-14 */
START_TEST(loopback_by_any_spelling)
{
    static const char *const hosts[] = {"127.0.0.1", "127.1", "[::ffff:127.0.0.1]",
                                        "[::ffff:7f00:1]", "2130706433"};
    char url[64];

    begin(plain_answer);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        snprintf(url, sizeof url, "http://%s:%u/", hosts[i], peer.port);
        ck_assert_msg(ask_url(HTTP_GET, url, NULL) == 0, "%s: %s", url, problem.message);
        http_response_finish(&response);
    }
    end();
}
END_TEST

START_TEST(a_refused_connection_is_said)
{
    begin(plain_answer);
    char url[64];
    struct peer gone;
    peer_start(&gone, plain_answer);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", gone.port);
    peer_stop(&gone);
    ck_assert_int_eq(ask_url(HTTP_POST, url, "{}"), -1);
    expect_problem(PROBLEM_UNREACHABLE, "connection refused by 127.0.0.1:");
    ck_assert_int_eq(response.progress, HTTP_NOT_SENT);
    end();
}
END_TEST

/* holds: http-18 */
START_TEST(no_other_scheme_and_no_user_in_a_url)
{
    begin(plain_answer);
    ck_assert_int_eq(ask_url(HTTP_GET, "file:///etc/hostname", NULL), -1);
    ck_assert_int_eq(ask_url(HTTP_GET, "ftp://127.0.0.1/", NULL), -1);
    char url[64];
    snprintf(url, sizeof url, "http://me@127.0.0.1:%u/", peer.port);
    ck_assert_int_eq(ask_url(HTTP_GET, url, NULL), -1);
    ck_assert_uint_eq(peer_count(&peer, &peer.requests), 0);
    end();
}
END_TEST

/* A request that has no key is given none that lies about in the user's home either. */
/* holds: http-15 */
START_TEST(no_netrc_is_read)
{
    struct http_request request = {.method = HTTP_GET, .timeout_ms = 5000};
    char home[] = "/tmp/test_http_url.XXXXXX";
    char path[64], url[64];
    struct cancel cancel;

    ck_assert_ptr_nonnull(mkdtemp(home));
    snprintf(path, sizeof path, "%s/.netrc", home);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("machine 127.0.0.1 login somebody password something\n", file);
    fputs("default login somebody password something\n", file);
    fclose(file);
    setenv("HOME", home, 1);
    begin(plain_answer);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", peer.port);
    request.url = url;
    cancel_init(&cancel, NULL, CANCEL_NEVER);
    ck_assert_int_eq(http_perform(http, &request, &cancel, &response, &problem), 0);
    cancel_finish(&cancel);
    ck_assert_ptr_null(strstr(peer.last_head, "Authorization"));
    end();
    unlink(path);
    rmdir(home);
}
END_TEST

/* holds: http-16 */
START_TEST(plain_http_takes_no_proxy)
{
    setenv("http_proxy", "http://127.0.0.1:9", 1);
    setenv("all_proxy", "http://127.0.0.1:9", 1);
    begin(plain_answer);
    int rc = ask(HTTP_GET, "/", NULL);
    end();
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    ck_assert_int_eq(rc, 0);
}
END_TEST

static bool refuse_tunnel(struct peer *self, int fd, const char *head, const char *body)
{
    (void)self;
    (void)head;
    (void)body;
    peer_reply(fd, "407 Proxy Authentication Required", "", "");
    return false;
}

/* holds: http-16 */
START_TEST(https_takes_the_proxy_by_connect)
{
    char proxy[64];

    peer_start(&peer, refuse_tunnel);
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", peer.port);
    setenv("https_proxy", proxy, 1);
    struct http_config config = {.user_agent = "t", .max_connections = 1, .max_answer_bytes = 9};
    http = http_create(&config, NULL);
    int rc = ask_url(HTTP_POST, "https://api.example/v1/x", "{}");
    unsetenv("https_proxy");
    ck_assert_int_eq(rc, -1);
    expect_problem(PROBLEM_UNREACHABLE, "the proxy refuses the connection: status 407");
    ck_assert(response.permanent);
    ck_assert_int_eq(response.progress, HTTP_NOT_SENT);
    ck_assert_int_eq(strncmp(peer.last_head, "CONNECT api.example:443 HTTP/1.1\r\n", 34), 0);
    ck_assert_ptr_null(strstr(peer.last_head, KEY));
    end();
}
END_TEST

static const struct {
    const char *url;
    const char *out; /* NULL: refused, with these words */
    const char *words;
} urls[] = {
    {"https://api.paperspace.com/v1", "https://api.paperspace.com/v1", ""},
    {"https://api.paperspace.com/v1//", "https://api.paperspace.com/v1", ""},
    {"HTTP://127.0.0.1:8080/", "http://127.0.0.1:8080", ""},
    {"http://[::1]:8080/v1/", "http://[::1]:8080/v1", ""},
    {"https://me:pass@host/", NULL, "user or password"},
    {"https://me@host/", NULL, "user or password"},
    {"https://@host/", NULL, "user or password"},
    {"https://host/?", NULL, "query or fragment"},
    {"https://host/v1?x=1", NULL, "query or fragment"},
    {"https://host/v1#x", NULL, "query or fragment"},
    {"ftp://host/", NULL, "https:// or http://"},
    {"host/v1", NULL, "https:// or http://"},
    {"", NULL, ""},
    {"https://", NULL, ""},
    {"https:///v1", NULL, "no host"},
    {"https:/host", NULL, "no host"},
    {"https://host:port/", NULL, ""},
    {"https://ho st/", NULL, ""},
    {"https://host/a\nb", NULL, ""},
};

/* holds: http-18 */
START_TEST(a_base_url_is_checked)
{
    char *out = NULL;

    problem = (struct problem){0};
    int rc = http_check_url(urls[_i].url, &out, &problem);
    ck_assert_msg((rc == 0) == (urls[_i].out != NULL), "%s: %d", urls[_i].url, rc);
    if (rc == 0)
        ck_assert_str_eq(out, urls[_i].out);
    else
        ck_assert_int_eq(problem.kind, PROBLEM_INVALID);
    ck_assert_msg(strstr(problem.message, urls[_i].words) != NULL, "%s", problem.message);
    ck_assert_ptr_null(strstr(problem.message, "pass@"));
    free(out);
}
END_TEST

START_TEST(text_is_escaped)
{
    char *text = http_escape("a b/c?d&e=\xc3\xa9%~.-_");
    char *empty = http_escape("");

    ck_assert_str_eq(text, "a%20b%2Fc%3Fd%26e%3D%C3%A9%25~.-_");
    ck_assert_str_eq(empty, "");
    free(empty);
    free(text);
}
END_TEST

void add_url_tests(TCase *t)
{
    tcase_add_test(t, plain_http_is_for_loopback);
    tcase_add_test(t, loopback_by_any_spelling);
    tcase_add_test(t, a_refused_connection_is_said);
    tcase_add_test(t, no_other_scheme_and_no_user_in_a_url);
    tcase_add_test(t, no_netrc_is_read);
    tcase_add_test(t, plain_http_takes_no_proxy);
    tcase_add_test(t, https_takes_the_proxy_by_connect);
    tcase_add_loop_test(t, a_base_url_is_checked, 0, sizeof urls / sizeof urls[0]);
    tcase_add_test(t, text_is_escaped);
}
