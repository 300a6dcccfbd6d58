/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "check_mount.h"

#include "running.h"
#include "util/json.h"

#include <inttypes.h>
#include <string.h>

/* What can be said of a mount in a word: a member of status.json, and what the row is called. */
static const char *const plain_rows[] = {"version", "url",  "dialect",
                                         "team",    "user", "last_answer"};

static const char *text_of(struct json_object *object, const char *key)
{
    const char *text = json_string_member(object, key);

    return text != NULL ? text : "";
}

static void report_plain(struct json_object *status, struct report *report)
{
    for (size_t i = 0; i < sizeof plain_rows / sizeof plain_rows[0]; i++)
        if (text_of(status, plain_rows[i])[0] != '\0')
            report_add(report, plain_rows[i], REPORT_WELL, "%s", text_of(status, plain_rows[i]));
}

static bool report_key(struct json_object *status, struct report *report)
{
    struct json_object *key = json_member(status, "key");
    const char *state = text_of(key, "state");
    bool refused = strcmp(state, "refused") == 0;
    struct report_row *row = report_add(report, "key", refused ? REPORT_BAD : REPORT_WELL,
                                        "%s since %s", state, text_of(key, "since"));

    if (refused)
        report_hint(row,
                    "put a new one into its file; the mount reads that again by itself, and on "
                    "SIGHUP");
    return !refused;
}

static void report_changes(struct json_object *status, struct report *report)
{
    struct json_object *guard = json_member(status, "guard"),
                       *totals = json_member(status, "totals");
    bool read_only = json_object_get_boolean(json_member(status, "read_only"));

    report_add(report, "changes", read_only ? REPORT_NOTE : REPORT_WELL,
               "%s; %" PRId64 " sent, %" PRId64 " errors, %" PRId64 " callers waiting",
               read_only ? "refused (ro)" : "allowed",
               json_object_get_int64(json_member(totals, "changes")),
               json_object_get_int64(json_member(totals, "errors")),
               json_object_get_int64(json_member(totals, "waiting")));
    if (guard != NULL && json_object_get_int64(json_member(guard, "limit")) > 0)
        report_add(report, "guard", REPORT_WELL, "%" PRId64 " of %" PRId64 " points spent",
                   json_object_get_int64(json_member(guard, "spent")),
                   json_object_get_int64(json_member(guard, "limit")));
}

/* How one kind is. True when what it has is of the API as it is now. */
static bool report_kind(const char *name, struct json_object *kind, struct report *report)
{
    const char *problem = text_of(kind, "problem");
    struct json_object *count = json_member(kind, "count"), *age = json_member(kind, "age_s");
    struct report_row *row;

    if (problem[0] != '\0')
        row = report_add(report, name, REPORT_BAD, "%s", problem);
    else if (age == NULL)
        row = report_add(report, name, REPORT_WELL, "not asked for yet");
    else if (count == NULL)
        row = report_add(report, name, REPORT_WELL, "known, %" PRId64 " s old",
                         json_object_get_int64(age));
    else
        row = report_add(report, name, REPORT_WELL, "%" PRId64 ", %" PRId64 " s old",
                         json_object_get_int64(count), json_object_get_int64(age));
    if (count != NULL)
        row->count = json_object_get_int64(count);
    if (problem[0] != '\0' && age != NULL)
        report_hint(row, "what was known %" PRId64 " s ago is shown as far as stale= lets it",
                    json_object_get_int64(age));
    return problem[0] == '\0';
}

/* Whether nothing that was asked for is answered; the words of the first into `problem`. */
static bool report_kinds(struct json_object *status, struct report *report, struct problem *problem)
{
    struct json_object *kinds = json_member(status, "kinds");
    size_t well = 0, bad = 0;

    if (!json_object_is_type(kinds, json_type_object))
        return false;
    json_object_object_foreach (kinds, name, kind) {
        if (!report_kind(name, kind, report))
            bad++;
        else if (json_member(kind, "age_s") != NULL)
            well++;
        if (bad == 1 && problem->kind == PROBLEM_NONE)
            problem_set(problem, PROBLEM_UNREACHABLE, "%s", text_of(kind, "problem"));
    }
    return bad > 0 && well == 0;
}

static enum check_verdict judge(const struct mountpoint_ours *ours, struct json_object *status,
                                struct report *report, struct problem *problem)
{
    const char *url = text_of(status, "url");

    report_plain(status, report);
    bool accepted = report_key(status, report);
    report_changes(status, report);
    bool silent = report_kinds(status, report, problem);
    if (!accepted) {
        problem_set(problem, PROBLEM_UNAUTHORIZED, "%s: the key is not accepted by %s",
                    ours->mount.point, url);
        return CHECK_KEY;
    }
    if (!silent)
        return CHECK_WELL;
    struct problem cause = *problem;
    problem_set(problem, PROBLEM_UNREACHABLE, "%s: nothing can be read from %s: %s",
                ours->mount.point, url, cause.message);
    return strstr(cause.message, "HTTP 404") != NULL ? CHECK_NO_API : CHECK_UNREACHABLE;
}

static enum check_verdict examine(const struct mountpoint_ours *ours, struct report *report,
                                  struct problem *problem)
{
    struct json_object *status = running_status(ours, problem);

    report_add(report, "mount", status != NULL ? REPORT_WELL : REPORT_BAD, "%s on %s",
               ours->mount.source, ours->mount.point);
    if (status == NULL)
        return problem->kind == PROBLEM_UNREACHABLE ? CHECK_UNREACHABLE : CHECK_USAGE;
    *problem = (struct problem){.kind = PROBLEM_NONE};
    enum check_verdict verdict = judge(ours, status, report, problem);
    json_object_put(status);
    return verdict;
}

enum check_verdict check_mount(const char *path, struct report *report, struct problem *problem)
{
    struct mountpoint_ours ours;

    if (mountpoint_find(path, &ours, problem) != 0) {
        report_add(report, "mount", REPORT_BAD, "%s", problem->message);
        return problem->kind == PROBLEM_UNREACHABLE ? CHECK_UNREACHABLE : CHECK_USAGE;
    }
    enum check_verdict verdict = examine(&ours, report, problem);
    mountpoint_ours_finish(&ours);
    return verdict;
}
