/* SPDX-License-Identifier: MIT */
/* Which ETag an answer has. */
#include "config.h"

#include "test_http.h"

#include <stdio.h>
#include <string.h>

#define LONG(ten) ten ten ten ten ten ten ten ten ten ten ten ten

static const struct {
    const char *header; /* as it is sent */
    const char *etag;
} etags[] = {
    {"ETag: \"abc\"\r\n", "\"abc\""},
    {"etag:W/\"a-b/c+1=\"  \r\n", "W/\"a-b/c+1=\""},
    {"ETag: \"\"\r\n", "\"\""},
    {"", ""},
    {"ETag:\r\n", ""},
    {"ETag: abc\r\n", ""},
    {"ETag: 'abc'\r\n", ""},
    {"ETag: \"abc\r\n", ""},
    {"ETag: \"a\" \"b\"\r\n", ""},
    {"ETag: \"a\",\"b\"\r\n", ""},
    {"ETag: \"a b\"\r\n", ""},
    {"ETag: \"a\tb\"\r\n", ""},
    {"ETag: \"\xc3\xa4\"\r\n", ""},
    {"ETag: w/\"abc\"\r\n", ""},
    {"ETag: W/abc\r\n", ""},
    {"ETag: \"a\"\r\nETag: \"b\"\r\n", ""},
    {"ETag: \"" LONG("0123456789") "01234\"\r\n", "\"" LONG("0123456789") "01234\""},
    {"ETag: \"" LONG("0123456789") "012345\"\r\n", ""},
};

/* The path is a number of the table. */
static bool etag_answer(struct peer *self, int fd, const char *head, const char *body)
{
    char text[512];
    unsigned row = 0;

    (void)self;
    (void)body;
    ck_assert_int_eq(sscanf(head, "GET /%u", &row), 1);
    int size = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%sContent-Length: 2\r\n\r\n{}",
                        etags[row].header);
    peer_send(fd, text, (size_t)size);
    return true;
}

/* holds: http-21 */
START_TEST(only_an_etag_that_can_be_sent_back_is_one)
{
    char path[16];

    snprintf(path, sizeof path, "/%d", _i);
    begin(etag_answer);
    ck_assert_int_eq(ask(HTTP_GET, path, NULL), 0);
    ck_assert_str_eq(response.etag, etags[_i].etag);
    end();
}
END_TEST

static bool unchanged_answer(struct peer *self, int fd, const char *head, const char *body)
{
    static const char text[] =
        "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nContent-Length: 100\r\n\r\n";

    (void)self;
    (void)head;
    (void)body;
    peer_send(fd, text, sizeof text - 1);
    return true;
}

START_TEST(a_304_has_no_body_whatever_it_says)
{
    begin(unchanged_answer);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(ask(HTTP_GET, "/", NULL), 0);
        ck_assert_int_eq(response.status, 304);
        ck_assert_uint_eq(response.body.size_bytes, 0);
    }
    end();
}
END_TEST

void add_etag_tests(TCase *t)
{
    tcase_add_loop_test(t, only_an_etag_that_can_be_sent_back_is_one, 0,
                        (int)(sizeof etags / sizeof *etags));
    tcase_add_test(t, a_304_has_no_body_whatever_it_says);
}
