/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "backend.h"

#include "api/share.h"
#include "cache/guard.h"
#include "tree/resolve.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ANSWER_MAX_BYTES  ((size_t)64 << 20)
#define ANSWERS_MAX_BYTES ((size_t)128 << 20)

static int transport(void *ctx, const struct http_request *request, struct cancel *cancel,
                     struct http_response *response, struct problem *problem)
{
    return http_perform(ctx, request, cancel, response, problem);
}

static void on_exchange(void *ctx, const struct api_exchange *exchange)
{
    struct backend *backend = ctx;

    journal_add_exchange(backend->journal, exchange);
}

static bool on_unauthorized(void *ctx, const char *refused)
{
    struct backend *backend = ctx;

    return key_reload(backend->key, backend->api, refused);
}

static struct record *known(void *ctx, const struct kind *kind, const char *id)
{
    struct backend *backend = ctx;

    return backend->cache == NULL ? NULL : cache_by_id(backend->cache, kind, id);
}

static bool known_run(void *ctx, const struct kind *kind, const char *id, size_t count,
                      bool backwards, struct record_list *out)
{
    struct backend *backend = ctx;

    return backend->cache != NULL && cache_run(backend->cache, kind, id, count, backwards, out);
}

static bool reads_only(void *ctx)
{
    struct backend *backend = ctx;

    return backend->dry_run ||
           (backend->read_only != NULL && backend->read_only(backend->read_only_ctx));
}

static void on_change_end(void *ctx, const struct change_report *report)
{
    struct backend *backend = ctx;
    struct cache_event event = {.known = false};

    if (report->id != NULL && report->problem->kind == PROBLEM_NONE)
        cache_event(backend->cache, report->kind, report->id, report->verb, NULL, &event);
    struct record *record =
        report->id == NULL ? NULL : cache_by_id(backend->cache, report->kind, report->id);
    journal_add_change(backend->journal, backend->url, report, event.event.id, record);
    record_unref(record);
}

static void on_plan(void *ctx, const struct change_report *report, struct problem *problem)
{
    struct backend *backend = ctx;

    journal_add_plan(backend->journal, backend->url, report, problem);
}

/* What was deleted, as the server had said, and is there all the same. */
static void on_delete_failed(void *ctx, const struct kind *kind, const char *id,
                             const struct event *event)
{
    struct backend *backend = ctx;
    struct record *record = cache_by_id(backend->cache, kind, id);
    struct buf name = BUF_EMPTY;
    struct problem problem;
    char path[512];

    if (event_outcome(event) == EVENT_FAILED)
        problem_set(&problem, PROBLEM_SERVER, "the deletion of this %s failed (%s): it shows again",
                    kind->noun, event->error[0] == '\0' ? event->state : event->error);
    else
        problem_set(&problem, PROBLEM_PROTOCOL,
                    "this %s was deleted here, but the server still has it: it shows again",
                    kind->noun);
    bool named = record != NULL && name_shown(backend->cache, record, &name);
    snprintf(path, sizeof path, "%s/%s", kind->plural, named ? buf_text(&name) : id);
    const struct journal_error error = {.op = "delete",
                                        .path = path,
                                        .err = problem.kind == PROBLEM_PROTOCOL ? EPROTO : EIO,
                                        .problem = &problem};
    journal_add_error(backend->journal, &error);
    buf_finish(&name);
    record_unref(record);
}

/* What has no id can be shown under no name, and asked for by none. */
static void on_skipped(void *ctx, const struct kind *kind, size_t count, size_t first)
{
    struct backend *backend = ctx;
    struct problem problem;

    problem_set(&problem, PROBLEM_PROTOCOL,
                "GET %s: %zu of the items have no id and are left out; the first is item %zu",
                kind->path, count, first);
    const struct journal_error error = {
        .op = "list", .path = kind->plural, .err = EPROTO, .problem = &problem};
    journal_add_error(backend->journal, &error);
}

static void on_seen(void *ctx, const struct record *before, const struct record *after)
{
    struct backend *backend = ctx;
    const struct record *record = after != NULL ? after : before;
    struct buf name = BUF_EMPTY;
    struct buf path = BUF_EMPTY;
    bool named = name_shown(backend->cache, record, &name);

    if (buf_printf(&path, "%s/%s", record->kind->plural, named ? buf_text(&name) : record->id))
        journal_add_seen(backend->journal, buf_text(&path), before, after);
    buf_finish(&name);
    buf_finish(&path);
}

static void on_changed(void *ctx, const uint64_t *keys, size_t count)
{
    struct backend *backend = ctx;

    if (backend->tree != NULL)
        vfs_changed(tree_vfs(backend->tree), keys, count);
}

static struct http *make_http(const struct options *options, struct problem *problem)
{
    const struct http_config config = {
        .user_agent = PACKAGE_NAME "/" PACKAGE_VERSION,
        .ca_file = options->ca_file,
        .max_connections = (size_t)options->connections,
        .shares = api_shares(),
        .max_answer_bytes = ANSWER_MAX_BYTES,
        .max_together_bytes = ANSWERS_MAX_BYTES,
    };

    return http_create(&config, problem);
}

static struct api *make_api(struct backend *backend, const struct backend_config *config)
{
    const struct api_config api = {
        .base_url = config->url,
        .transport = {.perform = transport, .ctx = backend->http},
        .clock = &clock_system,
        .timeout_ms = config->options->timeout_ms,
        .forced_dialect = config->options->forced_dialect,
        .reads_only = reads_only,
        .on_exchange = on_exchange,
        .on_unauthorized = on_unauthorized,
        .known = known,
        .known_run = known_run,
        .ctx = backend,
    };

    return api_create(&api);
}

static struct cache *make_cache(struct backend *backend, const struct backend_config *config)
{
    const struct cache_config cache = {
        .api = backend->api,
        .clock = &clock_system,
        .group = &backend->group,
        .ttl_ms = config->options->ttl_ms,
        .stale_ms = config->options->stale_ms,
        .timeout_ms = config->options->timeout_ms,
        .connections = (unsigned)config->options->connections,
        .guard = backend->guard,
        .sending = (enum cache_sending)config->options->dry_run,
        .on_plan = on_plan,
        .on_delete_failed = on_delete_failed,
        .on_skipped = on_skipped,
        .on_change_end = on_change_end,
        .on_seen = on_seen,
        .on_changed = on_changed,
        .ctx = backend,
    };

    return cache_create(&cache);
}

static struct tree *make_tree(struct backend *backend, const struct backend_config *config)
{
    const struct options *options = config->options;
    struct tree_config tree = {
        .cache = backend->cache,
        .api = backend->api,
        .journal = backend->journal,
        .clock = &clock_system,
        .group = &backend->group,
        .room = &backend->room,
        .url = config->url,
        .mount_point = config->mount_point,
        .uid = (uid_t)options->uid,
        .gid = (gid_t)options->gid,
        .umask = (mode_t)options->umask,
        .options = options->given,
        .read_only = config->read_only,
        .read_only_ctx = config->read_only_ctx,
        .belief = config->belief,
        .dry_run = options->dry_run != CACHE_SENDS,
        .guard = backend->guard,
        .secrets = (enum secrets_mode)options->secrets,
        .restore_backup = (enum restore_backup)options->restore_backup,
        .ttl_ms = options->ttl_ms,
        .timeout_ms = options->timeout_ms,
    };

    for (size_t i = 0; i < KINDS_COUNT; i++)
        tree.defaults[i] = options->defaults.of[i];
    return tree_create(&tree);
}

/* Where what happens is logged, for a mount only. False: no memory. */
static bool make_audit(struct backend *backend, const struct backend_config *config)
{
    if (config->options->log_level < LOG_LEVEL_INFO || config->mount_point[0] == '\0')
        return true;
    backend->audit = audit_start(config->mount_point);
    if (backend->audit != NULL)
        journal_listen(backend->journal, audit_hear, backend->audit);
    return backend->audit != NULL;
}

int backend_init(struct backend *backend, const struct backend_config *config,
                 struct problem *problem)
{
    *backend = (struct backend){.key = config->key,
                                .url = config->url,
                                .dry_run = config->options->dry_run != CACHE_SENDS,
                                .read_only = config->read_only,
                                .read_only_ctx = config->read_only_ctx};
    *problem = (struct problem){0};
    cancel_group_init(&backend->group);
    waiting_room_init(&backend->room, (unsigned)config->options->max_threads);
    if ((backend->journal = journal_create(&clock_system)) != NULL && make_audit(backend, config) &&
        (backend->guard = guard_create((unsigned)config->options->guard, &clock_boot)) != NULL &&
        (backend->http = make_http(config->options, problem)) != NULL &&
        (backend->api = make_api(backend, config)) != NULL) {
        key_give(backend->key, backend->api);
        if ((backend->cache = make_cache(backend, config)) != NULL &&
            (backend->tree = make_tree(backend, config)) != NULL)
            return 0;
    }
    if (problem->kind == PROBLEM_NONE)
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    return -1;
}

void backend_finish(struct backend *backend)
{
    cancel_group_fire(&backend->group);
    cache_stop(backend->cache); /* first: it tells the tree what has changed */
    tree_destroy(backend->tree);
    cache_destroy(backend->cache);
    api_destroy(backend->api);
    http_destroy(backend->http);
    guard_destroy(backend->guard);
    audit_end(backend->audit);
    journal_destroy(backend->journal);
    cancel_group_finish(&backend->group);
}

/* The first page of another kind than the first. */
static int try_other(struct backend *backend, const struct kind *kind, int64_t timeout_ms,
                     struct problem *problem)
{
    struct cancel cancel;
    struct record *record = NULL;

    cancel_init(&cancel, &backend->group, clock_now_ms(&clock_system) + timeout_ms);
    int rc = kind->singleton ? api_get(backend->api, kind, NULL, &cancel, &record, problem)
                             : api_first_page(backend->api, kind, &cancel, problem);
    record_unref(record);
    cancel_finish(&cancel);
    return rc;
}

/* The first kind is 404. Whether the others are, too; a key that is not accepted, and the end, take
 * the place of the problem. */
static bool try_others(struct backend *backend, int64_t timeout_ms, struct problem *problem)
{
    struct problem other = *problem;

    for (size_t i = 1; i < KINDS_COUNT && other.kind == PROBLEM_NOT_FOUND; i++)
        if (try_other(backend, kinds_all[i], timeout_ms, &other) == 0)
            return false;
    if (other.kind == PROBLEM_UNAUTHORIZED || other.kind == PROBLEM_INTERRUPTED)
        *problem = other;
    return other.kind == PROBLEM_NOT_FOUND;
}

int backend_try(struct backend *backend, int64_t timeout_ms, bool *nothing_there,
                struct problem *problem)
{
    struct cancel cancel;

    *problem = (struct problem){0};
    cancel_init(&cancel, &backend->group, clock_now_ms(&clock_system) + timeout_ms);
    int rc = cache_ensure(backend->cache, kinds_all[0], CACHE_FRESH, &cancel, problem);
    cancel_finish(&cancel);
    *nothing_there =
        rc != 0 && problem->kind == PROBLEM_NOT_FOUND && try_others(backend, timeout_ms, problem);
    return rc;
}

void backend_hint(const char *url, char *out, size_t size)
{
    const char *host = strstr(url, "://");
    const char *path = host != NULL ? strchr(host + 3, '/') : NULL;

    if (path == NULL)
        snprintf(out, size, "did you mean %s/v1?", url);
    else
        snprintf(out, size, "is the path right? Paperspace's own is https://api.paperspace.com/v1");
}

void backend_refresh(struct backend *backend)
{
    key_reload(backend->key, backend->api, "");
    tree_refresh(backend->tree);
}
