/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "check_mode.h"

#include "backend.h"
#include "util/clock.h"
#include "util/log.h"

#include <stdio.h>
#include <stdlib.h>

/* What one kind gave. */
struct finding {
    bool ok;
    size_t count;
    struct problem problem;
};

static void read_kind(struct backend *backend, const struct kind *kind, struct cancel *cancel,
                      struct finding *finding)
{
    struct record *record = NULL;
    int rc;

    if (kind->singleton) {
        rc = cache_read(backend->cache, kind, NULL, cancel, &record, &finding->problem);
        record_unref(record);
        finding->count = 1;
    } else {
        rc = cache_ensure(backend->cache, kind, CACHE_FRESH, cancel, &finding->problem);
        finding->count = cache_count(backend->cache, kind);
    }
    finding->ok = rc == 0;
}

static void try_kind(struct backend *backend, int64_t timeout_ms, const struct kind *kind,
                     struct finding *finding)
{
    struct cancel cancel;

    cancel_init(&cancel, &backend->group, clock_now_ms(&clock_system) + timeout_ms);
    read_kind(backend, kind, &cancel, finding);
    cancel_finish(&cancel);
}

static void try_session(struct backend *backend, int64_t timeout_ms, struct api_session *session,
                        struct problem *problem)
{
    struct cancel cancel;

    cancel_init(&cancel, &backend->group, clock_now_ms(&clock_system) + timeout_ms);
    if (api_session(backend->api, &cancel, session, problem) != 0)
        session->known = false;
    cancel_finish(&cancel);
}

static const char *kind_title(const struct kind *kind)
{
    return kind->plural != NULL ? kind->plural : kind->noun;
}

static void print_kind(const struct kind *kind, const struct finding *finding)
{
    if (!finding->ok)
        log_print("%-12s %s", kind_title(kind), finding->problem.message);
    else if (kind->singleton)
        log_print("%-12s readable", kind_title(kind));
    else
        log_print("%-12s %zu", kind_title(kind), finding->count);
}

static void print_session(const struct api_session *session)
{
    if (!session->known)
        return;
    log_print("%-12s %s", "team", session->team);
    log_print("%-12s %s", "user", session->user);
}

static bool print_findings(const struct backend *backend, const char *url,
                           const struct api_session *session, const struct finding *findings)
{
    bool any = false;
    bool refused = session->known && !session->valid;

    log_print("%-12s %s", "url", url);
    if (api_dialect_known(backend->api))
        log_print("%-12s %s", "dialect", dialect_rows[api_dialect(backend->api)].name);
    if (!refused)
        print_session(session);
    for (size_t i = 0; i < KINDS_COUNT; i++) {
        print_kind(kinds_all[i], &findings[i]);
        any = any || findings[i].ok;
    }
    if (refused)
        log_complain("the key is not accepted by %s", url);
    else if (!any)
        log_complain("nothing can be read from %s", url);
    return any && !refused;
}

/* Whether there is no point in going on: the key is refused, or nobody is there. */
static bool is_hopeless(const struct problem *problem, bool any)
{
    return problem->kind == PROBLEM_UNAUTHORIZED ||
           (!any && (problem->kind == PROBLEM_UNREACHABLE || problem->kind == PROBLEM_TIMEOUT));
}

static void complain(const char *url, const struct problem *problem)
{
    bool refused = problem->kind == PROBLEM_UNAUTHORIZED;

    log_complain("%s%s: %s", refused ? "the key is not accepted by " : "", url, problem->message);
}

static bool check(struct backend *backend, const struct options *options)
{
    struct finding findings[KINDS_COUNT] = {0};
    struct api_session session = {0};
    struct problem problem;
    bool any = false;

    for (size_t i = 0; i < KINDS_COUNT; i++) {
        try_kind(backend, options->timeout_ms, kinds_all[i], &findings[i]);
        any = any || findings[i].ok;
        if (is_hopeless(&findings[i].problem, any)) {
            complain(options->url, &findings[i].problem);
            return false;
        }
    }
    try_session(backend, options->timeout_ms, &session, &problem);
    return print_findings(backend, options->url, &session, findings);
}

int check_mode_run(const struct options *options, struct key *key)
{
    const struct backend_config config = {
        .options = options, .url = options->url, .mount_point = "", .key = key};
    struct backend backend;
    struct problem problem;
    bool ok = false;

    if (backend_init(&backend, &config, &problem) == 0)
        ok = check(&backend, options);
    else
        log_complain("%s", problem.message);
    backend_finish(&backend);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
