/* SPDX-License-Identifier: MIT */
/* What the emulator's tests share: one instance, and requests to it. */
#ifndef TESTS_UNIT_TEST_EMULATOR_CLIENT_H
#define TESTS_UNIT_TEST_EMULATOR_CLIENT_H

#include "emulator/emulator.h"

#include <check.h>
#include <curl/curl.h>
#include <json-c/json.h>

/* Milliseconds since 1970 at which the tests' own clock starts. */
#define CLOCK_START INT64_C(1800000000000)

struct reply {
    CURLcode result;
    long status;
    char *type; /* Content-Type, NULL if none */
    char *text; /* the body, NUL-terminated */
    size_t length;
    json_object *json; /* the body parsed, NULL if it is not JSON */
    double seconds;
};

/* Starts the instance with the tests' clock; stopped by emulator_teardown(). */
void emulator_with(struct emulator_config config);
void emulator_docs(void);
void emulator_openapi(void);
void emulator_teardown(void);

/* Starts it from a data file of that content; NULL with err if it refuses. */
struct emulator *emulator_from_data(const char *dialect, const char *text, char *err, size_t size);

/* Adopts an instance that the test started itself. */
void emulator_use(struct emulator *emulator);

/* Moves the tests' clock. */
void clock_forward(int64_t ms);

/*
 * One request with the default key; body may be NULL. A path that starts with
 * /_control goes there. The reply is freed by reply_free().
 */
struct reply request(const char *method, const char *path, const char *body);
struct reply request_with_key(const char *key, const char *path);
void reply_free(struct reply *reply);

/* As above on a handle of the caller's, for kept connections. */
struct reply request_on(CURL *curl, const char *method, const char *path, const char *body);

/* The request answers this status; with json also this compact JSON. */
void expect(const char *method, const char *path, const char *body, long status, const char *json);

/* A member of the reply's JSON by dotted path (numbers index arrays). */
json_object *member(const struct reply *reply, const char *path);

/* The same as text; a string without quotes, "" if there is none. */
const char *text_of(const struct reply *reply, const char *path);

/* The same member of the answer to a GET; valid until the next call. */
const char *get_text(const char *path, const char *member_path);

/* How many items the pages of a list bring in all; -1 on a broken one. */
int count_pages(const char *path, int limit);

/* How many items an answer has that is a bare array; -1: it is none. */
int bare_length(const char *path);

/* Tests of test_emulator_lists.c, for a case of either dialect. */
void add_docs_list_tests(TCase *tests);
void add_openapi_list_tests(TCase *tests);

/* Tests of test_emulator_behaviour.c. */
void add_behaviour_tests(TCase *tests);

/* Suites. */
Suite *suite_api(void);
Suite *suite_control(void);
Suite *suite_json(void);

#endif
