/* SPDX-License-Identifier: MIT */
/* Answers that are large in some way: what is refused, and how much memory an answer may take. */
#include "config.h"

#include "api/api.h"
#include "instrumented.h"
#include "run_tests.h"
#include "util/memory.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1024L * 1024L)

/* An answer: the prefix, the unit so many times, the suffix. A '#' in the unit is its number. */
struct flood {
    long status;
    const char *prefix;
    const char *unit;
    size_t count;
    const char *suffix;
};

static bool append_unit(struct buf *out, const char *unit, size_t number)
{
    const char *mark = strchr(unit, '#');

    if (mark == NULL)
        return buf_append_text(out, unit);
    return buf_printf(out, "%.*s%zu%s", (int)(mark - unit), unit, number, mark + 1);
}

static int perform(void *ctx, const struct http_request *request, struct cancel *cancel,
                   struct http_response *response, struct problem *problem)
{
    const struct flood *flood = ctx;

    (void)request, (void)cancel;
    *problem = (struct problem){.kind = PROBLEM_NONE};
    *response = (struct http_response){.status = flood->status, .retry_after_ms = -1};
    bool whole = buf_append_text(&response->body, flood->prefix);
    /* An assertion writes to a pipe each time: one for millions of units. */
    for (size_t i = 0; i < flood->count && whole; i++)
        whole = append_unit(&response->body, flood->unit, i);
    ck_assert(whole && buf_append_text(&response->body, flood->suffix));
    return 0;
}

static struct api *make_api(struct flood *flood)
{
    const struct api_config config = {.base_url = "http://127.0.0.1:1/v1",
                                      .transport = {perform, flood},
                                      .clock = &clock_system,
                                      .timeout_ms = 60000,
                                      .backoff_ms = 1,
                                      .forced_dialect = DIALECT_DOCS};
    struct api *api = api_create(&config);

    ck_assert_ptr_nonnull(api);
    return api;
}

/* --- the calls ------------------------------------------------------------------------------- */

static int call_list(struct api *api, struct cancel *cancel, struct problem *problem)
{
    struct record_list records = RECORD_LIST_EMPTY;
    int rc = api_list(api, &kind_drives, cancel, NULL, NULL, &records, problem);

    record_list_finish(&records);
    return rc;
}

static int call_get(struct api *api, struct cancel *cancel, struct problem *problem)
{
    struct record *record = NULL;
    int rc = api_get(api, &kind_drives, "a", cancel, &record, problem);

    record_unref(record);
    return rc;
}

static int call_create(struct api *api, struct cancel *cancel, struct problem *problem)
{
    const struct api_change create = {.verb = CHANGE_CREATE, .kind = &kind_drives, .body = "{}"};
    struct api_outcome outcome;
    int rc = api_change(api, &create, cancel, &outcome, problem);

    record_unref(outcome.record);
    return rc;
}

static int call_event(struct api *api, struct cancel *cancel, struct problem *problem)
{
    struct event event;

    return api_event(api, "e", cancel, &event, problem);
}

static int call_session(struct api *api, struct cancel *cancel, struct problem *problem)
{
    struct api_session session;

    return api_session(api, cancel, &session, problem);
}

/* --- memory ---------------------------------------------------------------------------------- */

/* A number of /proc/self/status, in bytes. */
static long status_bytes(const char *key)
{
    char line[256];
    long kib = -1;
    FILE *file = fopen("/proc/self/status", "re");

    while (file != NULL && kib < 0 && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            kib = atol(line + strlen(key));
    if (file != NULL)
        fclose(file);
    return kib * 1024;
}

static bool can_measure(void)
{
    return !is_instrumented() && status_bytes("VmHWM:") > 0;
}

static const struct row {
    const char *what;
    int (*call)(struct api *, struct cancel *, struct problem *);
    struct flood flood;
    int rc;
    enum problem_kind kind;
    const char *words;
} rows[] = {
    {"a list of nothing",
     call_list,
     {200, "{\"items\":[", "{},", 2796202, "{}]}"},
     -1,
     PROBLEM_TOO_LARGE,
     "the answer has more than 2000000 values"},
    {"a list and one number too many beside it",
     call_list,
     {200, "{\"items\":[],\"more\":[", "1,", 1999997, "1]}"},
     -1,
     PROBLEM_TOO_LARGE,
     "the answer has more than 2000000 values"},
    {"a list with much beside it",
     call_list,
     {200, "{\"items\":[],\"more\":[", "1,", 1999996, "1]}"},
     0,
     PROBLEM_NONE,
     ""},
    {"an item of too many keys",
     call_list,
     {200, "{\"items\":[{\"id\":\"b\"},{\"id\":\"a\"", ",\"k#\":1", 99999, "}]}"},
     -1,
     PROBLEM_TOO_LARGE,
     "item 2: it has more than 100000 values"},
    {"an item of just so many keys",
     call_list,
     {200, "{\"items\":[{\"id\":\"a\"", ",\"k#\":1", 99998, "}]}"},
     0,
     PROBLEM_NONE,
     ""},
    {"a thousand large items",
     call_list,
     {200, "{\"items\":[", "{\"id\":\"a#\",\"x\":[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]},",
      100000, "{\"id\":\"a\"}]}"},
     0,
     PROBLEM_NONE,
     ""},
    {"a resource of nothing",
     call_get,
     {200, "[", "{},", 2796202, "{}]"},
     -1,
     PROBLEM_TOO_LARGE,
     "GET /shared-drives/a: the answer has more than 100000 values"},
    {"a created one",
     call_create,
     {200, "[", "{},", 2796202, "{}]"},
     -1,
     PROBLEM_UNKNOWN_OUTCOME,
     "more than 100000 values"},
    {"an event", call_event, {200, "[", "{},", 2796202, "{}]"}, -1, PROBLEM_TOO_LARGE, "more than"},
    {"a session",
     call_session,
     {200, "[", "{},", 2796202, "{}]"},
     -1,
     PROBLEM_TOO_LARGE,
     "more than"},
    {"an error", call_get, {400, "[", "{},", 2796202, "{}]"}, -1, PROBLEM_INVALID, "Bad Request"},
    {"an error of many keys",
     call_get,
     {400, "{\"message\":\"no\",\"details\":{", "\"k#\":{},", 600000, "\"z\":1}}"},
     -1,
     PROBLEM_INVALID,
     "Bad Request"},
    {"a number of megabytes",
     call_list,
     {200, "{\"items\":[{\"id\":\"a\",\"size\":1", "0", 8 * MIB, "}]}"},
     0,
     PROBLEM_NONE,
     ""},
    {"an error's message of megabytes",
     call_get,
     {400, "{\"message\":\"", "no ", 3 * MIB, "\"}"},
     -1,
     PROBLEM_INVALID,
     "no no no"},
};

/* holds: http-8 */
START_TEST(an_answer_of_any_shape_takes_little_memory)
{
    const struct row *row = &rows[_i];
    struct flood flood = row->flood;
    struct problem problem = {.kind = PROBLEM_NONE};
    struct cancel cancel;

    memory_setup();
    cancel_init(&cancel, NULL, CANCEL_NEVER);
    struct api *api = make_api(&flood);
    long before = status_bytes("VmRSS:");
    int rc = row->call(api, &cancel, &problem);
    long most = status_bytes("VmHWM:") - before;
    long after = status_bytes("VmRSS:") - before;
    ck_assert_msg(rc == row->rc && problem.kind == row->kind, "%s: %d %s", row->what, rc,
                  problem.message);
    ck_assert_msg(strstr(problem.message, row->words) != NULL, "%s: %s", row->what,
                  problem.message);
    ck_assert_msg(!can_measure() || most < 128 * MIB, "%s: took %ld bytes", row->what, most);
    ck_assert_msg(!can_measure() || after < 8 * MIB, "%s: keeps %ld bytes", row->what, after);
    api_destroy(api);
    cancel_finish(&cancel);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api_bounds");
    TCase *tcase = tcase_create("bounds");

    suite_add_tcase(suite, tcase);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, an_answer_of_any_shape_takes_little_memory, 0,
                        (int)(sizeof rows / sizeof *rows));
    return run_tests(srunner_create(suite));
}
