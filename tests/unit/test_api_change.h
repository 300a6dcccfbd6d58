/* SPDX-License-Identifier: MIT */
/* What the files of test_api_change share. */
#ifndef TEST_API_CHANGE_H
#define TEST_API_CHANGE_H

#include "api_fake.h"

#include <check.h>

#define AUTO (-1)

/* What one call came to. */
struct result {
    int rc;
    struct record *record;
    struct event event;
    enum api_answer told;
    struct problem problem;
};

typedef void operation_fn(struct fake *fake, struct result *result);

struct result run(int dialect, operation_fn *operation, const struct fake_step *steps);
struct result run_one(int dialect, operation_fn *operation, enum http_method method,
                      const char *url, const char *sent, long status, const char *body);
void expect_problem(const struct result *result, enum problem_kind kind, const char *words);
void add_event_tests(TCase *tcase);
void get_drive(struct fake *fake, struct result *result);
void add_get_tests(TCase *tcase);

#endif
