/* SPDX-License-Identifier: MIT */
/* What the files of test_http share. */
#ifndef TEST_HTTP_H
#define TEST_HTTP_H

#include "http/http.h"
#include "test_http_peer.h"
#include "util/clock.h"

#include <check.h>

#define KEY "secret-key-0123456789"

void begin(peer_answer *answer);
void end(void);
int ask_url(enum http_method method, const char *url, const char *body);
int ask(enum http_method method, const char *path, const char *body);
void expect_problem(enum problem_kind kind, const char *words);
bool plain_answer(struct peer *self, int fd, const char *head, const char *body);
extern struct peer peer;
extern struct http *http;
extern struct http_response response;
extern struct problem problem;
void add_url_tests(TCase *t);
void add_etag_tests(TCase *t);

#endif
