/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "check_api.h"

#include "backend.h"
#include "http/peer.h"
#include "util/clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#define DAY_S 86400

/* What one kind gave. */
struct finding {
    bool tried;
    bool ok;
    size_t count;
    struct problem problem;
};

/* --- the connection ---- */

static const char *const stage_hints[] = {
    [HTTP_STAGE_NAME] = "is the host spelled right? Is there a network, and a name server in "
                        "/etc/resolv.conf?",
    [HTTP_STAGE_CONNECT] = "is a firewall in between? A proxy is named by https_proxy in the "
                           "environment",
    [HTTP_STAGE_TLS] = "the certificate of a private CA is named by -o cacert=FILE; is this "
                       "machine's clock right?",
};

static void report_certificate(const struct http_peer *peer, struct report *report)
{
    int64_t left_s = peer->expires_s - clock_wall_ms(&clock_system) / 1000;
    bool dated = peer->expires_s > 0;

    struct report_row *row = report_add(
        report, "tls", dated && left_s < 14 * DAY_S ? REPORT_NOTE : REPORT_WELL, "%s, issued by %s",
        peer->tls[0] != '\0' ? peer->tls : "TLS", peer->issuer[0] != '\0' ? peer->issuer : "?");
    if (!dated)
        return;
    row->count = left_s / DAY_S;
    size_t used = strlen(row->says);
    snprintf(row->says + used, sizeof row->says - used, ", %lld days left",
             (long long)(left_s / DAY_S));
}

/* Rows for name, address and certificate of an https address. */
static void report_peer(const struct options *options, struct report *report)
{
    struct http_peer peer;

    if (strncmp(options->url, "https", 5) != 0 ||
        !http_peer_look(options->url, options->ca_file, options->timeout_ms, &peer))
        return;
    bool named = peer.stage > HTTP_STAGE_NAME, reached = peer.stage > HTTP_STAGE_CONNECT;
    struct report_row *row =
        report_add(report, "address", reached ? REPORT_WELL : REPORT_BAD, "%s%s%s", peer.address,
                   reached || peer.address[0] == '\0' ? "" : ": ", reached ? "" : peer.words);
    if (!reached)
        report_hint(row, "%s", stage_hints[named ? HTTP_STAGE_CONNECT : HTTP_STAGE_NAME]);
    else if (peer.stage == HTTP_STAGE_TLS)
        report_hint(report_add(report, "tls", REPORT_BAD, "%s", peer.words), "%s",
                    stage_hints[HTTP_STAGE_TLS]);
    else
        report_certificate(&peer, report);
}

/* --- the kinds ---- */

static void read_kind(struct backend *backend, const struct kind *kind, struct cancel *cancel,
                      struct finding *finding)
{
    struct record *record = NULL;
    int rc;

    if (kind->singleton) {
        rc = cache_read(backend->cache, kind, NULL, cancel, &record, &finding->problem);
        record_unref(record);
    } else {
        rc = cache_ensure(backend->cache, kind, CACHE_FRESH, cancel, &finding->problem);
        finding->count = cache_count(backend->cache, kind);
    }
    finding->tried = true;
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

/* Whether there is no point in going on: the key is refused, or nobody is there. */
static bool is_hopeless(const struct problem *problem, bool any)
{
    return problem->kind == PROBLEM_UNAUTHORIZED ||
           (!any && (problem->kind == PROBLEM_UNREACHABLE || problem->kind == PROBLEM_TIMEOUT));
}

static void try_kinds(struct backend *backend, int64_t timeout_ms, struct finding *findings)
{
    bool any = false;

    for (size_t i = 0; i < KINDS_COUNT; i++) {
        if (api_has(backend->api, kinds_all[i]))
            try_kind(backend, timeout_ms, kinds_all[i], &findings[i]);
        any = any || findings[i].ok;
        if (is_hopeless(&findings[i].problem, any))
            return;
    }
}

/* The plan as df shows it, of what was just read. */
static void report_plan(struct backend *backend, int64_t timeout_ms, struct report *report)
{
    struct call call = {.op = "statfs"};
    struct statvfs plan;
    struct cancel cancel;

    cancel_init(&cancel, &backend->group, clock_now_ms(&clock_system) + timeout_ms);
    call.cancel = &cancel;
    int rc = vfs_statfs(&call, tree_vfs(backend->tree), &plan);
    cancel_finish(&cancel);
    if (rc != 0)
        return;
    double block = (double)plan.f_frsize, gb = 1e9;
    struct report_row *row = report_add(report, "plan", REPORT_WELL, "%.1f GB used, %.1f GB left",
                                        (double)(plan.f_blocks - plan.f_bfree) * block / gb,
                                        (double)plan.f_bavail * block / gb);
    row->count = (int64_t)((double)plan.f_bavail * block);
}

static void report_kind(const struct kind *kind, const struct finding *finding,
                        struct report *report)
{
    const char *title = kind->plural != NULL ? kind->plural : kind->noun;
    struct report_row *row;

    if (!finding->tried)
        return;
    if (!finding->ok) {
        bool forbidden = finding->problem.kind == PROBLEM_FORBIDDEN;
        row = report_add(report, title, forbidden ? REPORT_NOTE : REPORT_BAD, "%s",
                         finding->problem.message);
        if (forbidden)
            report_hint(row, "the key is not allowed to see them; the rest works without");
    } else if (kind->singleton) {
        report_add(report, title, REPORT_WELL, "readable");
    } else {
        row = report_add(report, title, REPORT_WELL, "%zu", finding->count);
        row->count = (int64_t)finding->count;
    }
}

/* --- what it comes to ---- */

static bool all_are(const struct finding *findings, enum problem_kind kind)
{
    for (size_t i = 0; i < KINDS_COUNT; i++)
        if (!findings[i].tried || findings[i].ok || findings[i].problem.kind != kind)
            return false;
    return true;
}

static enum check_verdict judge_kinds(const struct finding *findings, const char *url,
                                      struct problem *problem)
{
    const struct problem *worst = &findings[0].problem;

    for (size_t i = 0; i < KINDS_COUNT; i++)
        if (findings[i].problem.kind == PROBLEM_UNAUTHORIZED)
            return problem_set(problem, PROBLEM_UNAUTHORIZED, "the key is not accepted by %s: %s",
                               url, findings[i].problem.message),
                   CHECK_KEY;
    for (size_t i = 0; i < KINDS_COUNT; i++)
        if (findings[i].ok)
            return CHECK_WELL;
    problem_set(problem, worst->kind, "nothing can be read from %s: %s", url, worst->message);
    if (all_are(findings, PROBLEM_NOT_FOUND) || all_are(findings, PROBLEM_PROTOCOL))
        return CHECK_NO_API;
    return all_are(findings, PROBLEM_FORBIDDEN) ? CHECK_KEY : CHECK_UNREACHABLE;
}

/* Who the key belongs to. False: nobody, the API says. */
static bool report_session(struct backend *backend, int64_t timeout_ms, struct report *report)
{
    struct api_session session = {0};
    struct problem ignored;
    struct cancel cancel;

    cancel_init(&cancel, &backend->group, clock_now_ms(&clock_system) + timeout_ms);
    bool told = api_session(backend->api, &cancel, &session, &ignored) == 0 && session.known;
    cancel_finish(&cancel);
    if (told && session.valid) {
        report_add(report, "team", REPORT_WELL, "%s", session.team);
        report_add(report, "user", REPORT_WELL, "%s", session.user);
    }
    return !told || session.valid;
}

static void report_dialect(struct backend *backend, struct report *report)
{
    if (api_dialect_known(backend->api))
        report_add(report, "dialect", REPORT_WELL, "%s",
                   dialect_rows[api_dialect(backend->api)].name);
}

static enum check_verdict examine(struct backend *backend, const struct options *options,
                                  struct report *report, struct problem *problem)
{
    struct finding findings[KINDS_COUNT] = {0};

    try_kinds(backend, options->timeout_ms, findings);
    enum check_verdict verdict = judge_kinds(findings, options->url, problem);
    if (verdict == CHECK_WELL && !report_session(backend, options->timeout_ms, report)) {
        problem_set(problem, PROBLEM_UNAUTHORIZED, "the key is not accepted by %s", options->url);
        verdict = CHECK_KEY;
    }
    report_dialect(backend, report);
    for (size_t i = 0; i < KINDS_COUNT; i++)
        report_kind(kinds_all[i], &findings[i], report);
    if (verdict == CHECK_WELL && findings[KINDS_COUNT - 1].ok)
        report_plan(backend, options->timeout_ms, report);
    return verdict;
}

enum check_verdict check_api(const struct options *options, struct key *key, struct report *report,
                             struct problem *problem)
{
    const struct backend_config config = {
        .options = options, .url = options->url, .mount_point = "", .key = key};
    struct backend backend;
    enum check_verdict verdict = CHECK_UNREACHABLE;

    if (backend_init(&backend, &config, problem) == 0) {
        report_peer(options, report);
        verdict = examine(&backend, options, report, problem);
    }
    backend_finish(&backend);
    return verdict;
}
