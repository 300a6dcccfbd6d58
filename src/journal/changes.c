/* SPDX-License-Identifier: MIT */
/* What was sent, and what a dry run did not send. */
#include "config.h"

#include "cache/cache.h"
#include "http/http.h"
#include "journal/internal.h"
#include "journal/line.h"
#include "util/json.h"
#include "util/json_view.h"
#include "util/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool journal_print_origin(pid_t pid, uid_t uid, const char *op, const char *path, struct buf *out)
{
    struct json_object *origin = json_object_new_object();
    char comm[64];

    journal_read_comm(pid, comm, sizeof comm);
    json_object_object_add(origin, "pid", json_object_new_int64(pid));
    json_object_object_add(origin, "uid", json_object_new_int64(uid));
    line_add_text(origin, "comm", comm, NULL);
    line_add_text(origin, "op", op, NULL);
    line_add_text(origin, "path", path, NULL);
    bool ok = json_print(out, origin);
    json_object_put(origin);
    return ok;
}

static void add_url(struct json_object *line, const char *base_url,
                    const struct change_report *report)
{
    struct buf url = BUF_EMPTY;
    const struct api_verb *verb = api_verb(report->verb);
    bool of_one = verb->of_one && report->id != NULL;

    char *segment = http_escape(of_one ? report->id : "");

    if (segment != NULL && buf_printf(&url, "%s%s%s%s%s", base_url, report->kind->path,
                                      of_one ? "/" : "", segment, verb->tail))
        line_add_url(line, buf_text(&url));
    free(segment);
    buf_finish(&url);
}

/* Who asked for it, as journal_print_origin has written it: texts and numbers. */
static void add_origin(struct json_object *line, const char *origin)
{
    const char *text = origin == NULL ? "" : origin;
    struct json_entries walk =
        json_view_entries(json_view_of_slice(json_slice_of(text, strlen(text)), NULL));
    struct buf value = BUF_EMPTY;

    while (json_entries_next(&walk)) {
        bool number = json_view_type(walk.value) == '0';

        buf_resize(&value, 0);
        json_view_text(walk.value, &value);
        json_object_object_add(line, walk.key,
                               number ? json_object_new_int64(strtoll(buf_text(&value), NULL, 10))
                                      : json_object_new_string(buf_text(&value)));
    }
    buf_finish(&value);
    json_entries_finish(&walk);
}

static struct json_object *describe_change(const struct journal *journal, const char *base_url,
                                           const struct change_report *report, const char *event_id,
                                           const struct scrub *hidden)
{
    struct json_object *line = json_object_new_object();
    long status = report->problem->status;
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    line_add_text(line, "time", time, NULL);
    add_origin(line, report->origin);
    line_add_text(line, "method", http_method_name(api_verb(report->verb)->method), NULL);
    add_url(line, base_url, report);
    json_object_object_add(line, "status", status == 0 ? NULL : json_object_new_int64(status));
    json_object_object_add(line, "id",
                           report->id == NULL ? NULL : json_object_new_string(report->id));
    json_object_object_add(line, "event",
                           event_id[0] == '\0' ? NULL : json_object_new_string(event_id));
    line_add_body(line, report->body, hidden);
    return line_hide(line, hidden);
}

void journal_add_change(struct journal *journal, const char *base_url,
                        const struct change_report *report, const char *event_id,
                        const struct record *known)
{
    struct line_secrets secrets;

    if (line_secrets_of(known, report->body, &secrets)) {
        struct json_object *line =
            describe_change(journal, base_url, report, event_id, &secrets.hidden);
        journal_add_line(journal, JOURNAL_CHANGES, line);
        json_object_put(line);
    }
    line_secrets_finish(&secrets);
}

void journal_add_allow(struct journal *journal, const char *origin, unsigned points)
{
    static const char *const none[] = {"method", "url", "status", "id", "event"};
    struct json_object *line = json_object_new_object();
    struct json_object *body = json_object_new_object();
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    line_add_text(line, "time", time, NULL);
    add_origin(line, origin);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        json_object_object_add(line, none[i], NULL);
    json_object_object_add(body, "points", json_object_new_int64(points));
    json_object_object_add(line, "body", body);
    journal_add_line(journal, JOURNAL_CHANGES, line);
    json_object_put(line);
}

/* --- what a dry run did not send ------------------------------------------------------------- */

/* Of who asked for it, a plan has what was done and to which path. */
static void keep_planned(struct json_object *line)
{
    static const char *const others[] = {"pid", "uid", "comm"};

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        json_object_object_del(line, others[i]);
}

static const char *text_of(struct json_object *line, const char *key)
{
    struct json_object *value = json_member(line, key);

    return value == NULL ? ""
           : json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
                                                           JSON_C_TO_STRING_NOSLASHESCAPE);
}

static struct json_object *describe_plan(const struct journal *journal, const char *base_url,
                                         const struct change_report *report,
                                         const struct scrub *hidden)
{
    struct json_object *line = json_object_new_object();
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    line_add_text(line, "time", time, NULL);
    add_origin(line, report->origin);
    keep_planned(line);
    line_add_text(line, "method", http_method_name(api_verb(report->verb)->method), NULL);
    add_url(line, base_url, report);
    line_add_body(line, report->body, hidden);
    return line_hide(line, hidden);
}

void journal_add_plan(struct journal *journal, const char *base_url,
                      const struct change_report *report, struct problem *problem)
{
    struct line_secrets secrets;
    bool known = line_secrets_of(NULL, report->body, &secrets);
    struct json_object *line =
        known ? describe_plan(journal, base_url, report, &secrets.hidden) : NULL;

    if (line != NULL)
        line_add(&journal->books[JOURNAL_PLAN], line);
    const char *body = text_of(line, "body");
    problem_set(problem, PROBLEM_WITHHELD, "dry_run, not sent: %s %s%s%s", text_of(line, "method"),
                text_of(line, "url"), body[0] == '\0' ? "" : " ", body);
    if (problem != NULL)
        problem->err = EROFS;
    json_object_put(line);
    line_secrets_finish(&secrets);
}
