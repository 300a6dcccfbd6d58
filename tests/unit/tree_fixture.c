/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "tree_fixture.h"

#include "emulator/emulator.h"
#include "http/http.h"
#include "util/json.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_MS 10000

struct tree *fixture_tree;
struct call fixture_call;
pid_t fixture_pid;

static struct emulator *emulator;
static struct http *http;
static struct api *api;
static struct cache *cache;
static struct journal *journal;
static struct cancel_group group;
static struct cancel cancel;
static struct buf last_error;
static atomic_llong passed_ms;

/* What was looked up stays known until the end, as it does to a kernel. */
#define KNOWN_MAX 512
static struct dir *known[KNOWN_MAX];
static size_t known_count;

/* --- time ------------------------------------------------------------------------------------ */

static int64_t monotonic_ms(void *ctx)
{
    (void)ctx;
    return clock_now_ms(&clock_system) + passed_ms;
}

static int64_t wall_ms(void *ctx)
{
    (void)ctx;
    return clock_wall_ms(&clock_system) + passed_ms;
}

static const struct clock test_clock = {monotonic_ms, wall_ms, NULL};

void fixture_pass_ms(int64_t ms)
{
    passed_ms += ms;
}

/* --- the rooms ------------------------------------------------------------------------------- */

static atomic_bool hides_outcomes;

void fixture_hide_outcomes(void)
{
    hides_outcomes = true;
}

static int hide_outcome(const struct http_request *request, struct http_response *response,
                        struct problem *problem)
{
    if (request->method == HTTP_POST) {
        http_response_finish(response);
        *response = (struct http_response){.progress = HTTP_SENT, .retry_after_ms = -1};
        return problem_set(problem, PROBLEM_UNREACHABLE, "the connection was lost");
    }
    if (strstr(request->url, "/machine-events") != NULL) {
        buf_finish(&response->body);
        buf_append_text(&response->body, "{\"hasMore\": false, \"items\": []}");
    }
    return 0;
}

/* The server is in this process: what is read while one waits for it is read by it. */
static atomic_uint_fast64_t server_readings;

uint64_t fixture_readings(void)
{
    return json_readings() - server_readings;
}

static int perform(void *ctx, const struct http_request *request, struct cancel *token,
                   struct http_response *response, struct problem *problem)
{
    uint64_t before = json_readings();
    int rc = http_perform(ctx, request, token, response, problem);

    server_readings += json_readings() - before;
    return rc == 0 && hides_outcomes ? hide_outcome(request, response, problem) : rc;
}

static void on_exchange(void *ctx, const struct api_exchange *exchange)
{
    journal_add_exchange(ctx, exchange);
}

static struct record *known_record(void *ctx, const struct kind *kind, const char *id)
{
    (void)ctx;
    return cache == NULL ? NULL : cache_by_id(cache, kind, id);
}

/* As the program has it: each change is a line of the journal. */
static void on_change_end(void *ctx, const struct change_report *report)
{
    struct record *record =
        report->id == NULL ? NULL : cache_by_id(cache, report->kind, report->id);

    journal_add_change(ctx, emulator_url(emulator), report, "", record);
    record_unref(record);
}

static void on_seen(void *ctx, const struct record *before, const struct record *after)
{
    journal_add_seen(ctx, "somewhere", before, after);
}

static void start_api(void)
{
    struct http_config http_config = {
        .user_agent = "paperspacefs-test", .max_connections = 8, .max_answer_bytes = 1 << 26};
    http = http_create(&http_config, NULL);
    struct api_config api_config = {.base_url = emulator_url(emulator),
                                    .transport = {perform, http},
                                    .clock = &clock_system,
                                    .timeout_ms = TIMEOUT_MS,
                                    .forced_dialect = -1,
                                    .on_exchange = on_exchange,
                                    .known = known_record,
                                    .ctx = journal};
    api = api_create(&api_config);
    api_set_key(api, EMULATOR_DEFAULT_KEY);
}

static void start(const char *dialect, size_t populate)
{
    char err[200] = "";
    struct emulator_config emulator_config = {
        .dialect = dialect, .populate = populate, .event_ms = 20};

    passed_ms = 0;
    hides_outcomes = false;
    fixture_pid = getpid();
    emulator = emulator_start(&emulator_config, err, sizeof err);
    ck_assert_msg(emulator != NULL, "%s", err);
    cancel_group_init(&group);
    journal = journal_create(&test_clock);
    start_api();
    struct cache_config cache_config = {.api = api,
                                        .clock = &test_clock,
                                        .group = &group,
                                        .ttl_ms = 30000,
                                        .stale_ms = 60000,
                                        .timeout_ms = TIMEOUT_MS,
                                        .on_change_end = on_change_end,
                                        .on_seen = on_seen,
                                        .ctx = journal};
    cache = cache_create(&cache_config);
    struct tree_config tree_config = {.cache = cache,
                                      .api = api,
                                      .journal = journal,
                                      .clock = &test_clock,
                                      .group = &group,
                                      .url = emulator_url(emulator),
                                      .mount_point = "/mnt",
                                      .uid = 1000,
                                      .gid = 1000,
                                      .umask = 0,
                                      .ttl_ms = 30000,
                                      .timeout_ms = TIMEOUT_MS};
    fixture_tree = tree_create(&tree_config);
    ck_assert(http != NULL && api != NULL && cache != NULL && fixture_tree != NULL);
}

void fixture_start_docs(void)
{
    start("docs", 0);
}

void fixture_start_openapi(void)
{
    start("openapi", 0);
}

void fixture_start_many(size_t count)
{
    start("docs", count);
}

void fixture_stop(void)
{
    cancel_group_fire(&group);
    while (known_count > 0)
        dir_unref(known[--known_count]);
    tree_destroy(fixture_tree);
    cache_destroy(cache);
    api_destroy(api);
    http_destroy(http);
    journal_destroy(journal);
    emulator_stop(emulator);
    cancel_group_finish(&group);
    buf_finish(&last_error);
}

/* --- operations ------------------------------------------------------------------------------ */

struct call *fixture_begin(const char *op)
{
    cancel_init(&cancel, NULL, clock_now_ms(&clock_system) + TIMEOUT_MS);
    fixture_call = (struct call){.cancel = &cancel, .pid = fixture_pid, .op = op};
    return &fixture_call;
}

int fixture_end(int rc)
{
    cancel_finish(&cancel);
    return rc;
}

/* Takes over a reference. */
void fixture_remember(struct dir *dir)
{
    if (known_count < KNOWN_MAX)
        known[known_count++] = dir;
    else
        dir_unref(dir);
}

int fixture_find(const char *path, struct entry *out)
{
    char *copy = strdup(path);
    char *rest = NULL;
    int rc = 0;

    *out = (struct entry){.node = {.dir = dir_ref(vfs_root(tree_vfs(fixture_tree)))}};
    for (char *name = strtok_r(copy, "/", &rest); name != NULL && rc == 0;
         name = strtok_r(NULL, "/", &rest)) {
        struct dir *dir = out->node.dir;
        rc = !node_is_dir(out->node)
                 ? -ENOTDIR
                 : fixture_end(vfs_lookup(fixture_begin("lookup"), dir, name, out));
        if (rc != 0)
            out->node.dir = NULL;
        fixture_remember(dir);
    }
    free(copy);
    if (rc == 0)
        fixture_remember(dir_ref(out->node.dir));
    return rc;
}

size_t fixture_requests(void)
{
    return (size_t)journal_entries(journal, JOURNAL_REQUESTS);
}

const char *fixture_last_error(void)
{
    buf_finish(&last_error);
    ck_assert(journal_print_last_error(journal, &last_error));
    return buf_text(&last_error);
}
