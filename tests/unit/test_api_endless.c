/* SPDX-License-Identifier: MIT */
/* Lists that have no end: how far they are followed, and how fast. */
#include "config.h"

#include "api/api.h"
#include "instrumented.h"
#include "run_tests.h"

#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A server whose every page has a cursor that was not there before. */
struct endless {
    atomic_uint pages;    /* asked for so far, by both ends */
    unsigned items;       /* new ones on each page */
    size_t cursor_bytes;  /* length of a cursor; 0: short */
    unsigned unwanted_at; /* the page after which nobody wants the rest; 0: none */
};

static void print_page(const struct endless *endless, unsigned page, struct buf *body)
{
    buf_append_text(body, "{\"items\":[");
    for (unsigned i = 0; i < endless->items; i++)
        buf_printf(body, "%s{\"id\":\"a%u-%u\"}", i == 0 ? "" : ",", page, i);
    buf_printf(body, "],\"nextPage\":\"%0*u\"}", (int)endless->cursor_bytes, page);
}

static int perform(void *ctx, const struct http_request *request, struct cancel *cancel,
                   struct http_response *response, struct problem *problem)
{
    struct endless *endless = ctx;

    (void)request;
    (void)problem;
    if (cancel_reason(cancel) == CANCEL_SHUTDOWN)
        abort();
    *response = (struct http_response){.status = 200, .retry_after_ms = -1};
    print_page(endless, atomic_fetch_add(&endless->pages, 1) + 1, &response->body);
    return 0;
}

static bool on_page(void *ctx, size_t items)
{
    const struct endless *endless = ctx;

    (void)items;
    return endless->pages != endless->unwanted_at;
}

static int list(struct endless *endless, int64_t ms, struct problem *problem)
{
    struct api *api = api_create(&(struct api_config){.base_url = "http://127.0.0.1:1/v1",
                                                      .transport = {perform, endless},
                                                      .clock = &clock_system,
                                                      .timeout_ms = 10000,
                                                      .forced_dialect = DIALECT_DOCS});
    struct record_list records = RECORD_LIST_EMPTY;
    struct cancel cancel;

    cancel_init(&cancel, NULL, clock_now_ms(&clock_system) + ms);
    int rc = api_list(api, &kind_drives, &cancel, on_page, endless, &records, problem);
    cancel_finish(&cancel);
    record_list_finish(&records);
    api_destroy(api);
    return rc;
}

static const struct {
    struct endless endless;
    enum problem_kind kind;
    const char *words;
    unsigned pages_min;
    unsigned pages_max;
} ends[] = {
    {{.items = 0}, PROBLEM_PROTOCOL, "nothing new: the list has no end", 5, 20},
    {{.items = 1000}, PROBLEM_TOO_LARGE, "more than 250000 items", 251, 502},
    {{.items = 120, .cursor_bytes = 4097}, PROBLEM_TOO_LARGE, "larger than 4096 bytes", 1, 1},
    {{.items = 120, .cursor_bytes = 4096, .unwanted_at = 3}, PROBLEM_INTERRUPTED, "nobody", 3, 3},
    {{.items = 1, .unwanted_at = 7}, PROBLEM_INTERRUPTED, "nobody waits for this list", 7, 7},
};

/* holds: http-9 */
START_TEST(a_list_without_an_end_is_ended)
{
    struct endless endless = ends[_i].endless;
    struct problem problem = {.kind = PROBLEM_NONE};

    ck_assert_int_eq(list(&endless, is_instrumented() ? 200000 : 50000, &problem), -1);
    ck_assert_msg(problem.kind == ends[_i].kind, "%s: %s", problem_kind_name(problem.kind),
                  problem.message);
    ck_assert_msg(strstr(problem.message, ends[_i].words) != NULL, "%s", problem.message);
    ck_assert_uint_ge(endless.pages, ends[_i].pages_min);
    ck_assert_uint_le(endless.pages, ends[_i].pages_max);
}
END_TEST

/* One new item a page, for ever: as far as the time goes, and not thousands a second. */
START_TEST(pages_that_bring_little_come_slowly)
{
    struct endless endless = {.items = 1};
    struct problem problem = {.kind = PROBLEM_NONE};

    ck_assert_int_eq(list(&endless, 1000, &problem), -1);
    ck_assert_int_eq(problem.kind, PROBLEM_TIMEOUT);
    ck_assert_uint_ge(endless.pages, 21);
    ck_assert_uint_le(endless.pages, 21 + 1000 / 50 + 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_endless");
    TCase *t = tcase_create("all");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, a_list_without_an_end_is_ended, 0, sizeof ends / sizeof ends[0]);
    tcase_add_test(t, pages_that_bring_little_come_slowly);
    suite_add_tcase(s, t);
    return run_tests(srunner_create(s));
}
