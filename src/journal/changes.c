/* SPDX-License-Identifier: MIT */
/* What was sent, and what a dry run did not send. */
#include "config.h"

#include "api/secrets.h"
#include "cache/cache.h"
#include "http/http.h"
#include "journal/internal.h"
#include "journal/line.h"
#include "util/json.h"
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

/* The members of a JSON object given as text. */
static void add_members(struct json_object *line, const char *text)
{
    struct json_object *object = NULL;

    if (text == NULL || json_read(text, strlen(text), &object, NULL) != JSON_OK ||
        !json_object_is_type(object, json_type_object)) {
        json_object_put(object);
        return;
    }
    json_object_object_foreach (object, key, value) {
        json_object_object_add(line, key, json_object_get(value));
    }
    json_object_put(object);
}

/* With its secrets masked; null where it is none. */
static void add_body(struct json_object *line, const char *body)
{
    struct json_object *masked = NULL;

    if (body == NULL || json_read(body, strlen(body), &masked, NULL) != JSON_OK ||
        !secrets_mask(masked)) {
        json_object_put(masked);
        masked = NULL;
    }
    json_object_object_add(line, "body", masked);
}

static struct json_object *describe_change(const struct journal *journal, const char *base_url,
                                           const struct change_report *report, const char *event_id)
{
    struct json_object *line = json_object_new_object();
    long status = report->problem->status;
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    line_add_text(line, "time", time, NULL);
    add_members(line, report->origin);
    line_add_text(line, "method", http_method_name(api_verb(report->verb)->method), NULL);
    add_url(line, base_url, report);
    json_object_object_add(line, "status", status == 0 ? NULL : json_object_new_int64(status));
    json_object_object_add(line, "id",
                           report->id == NULL ? NULL : json_object_new_string(report->id));
    json_object_object_add(line, "event",
                           event_id[0] == '\0' ? NULL : json_object_new_string(event_id));
    add_body(line, report->body);
    return line;
}

static bool collect(const char *text, struct word_list *secrets, struct word_list *open)
{
    struct json_object *value = NULL;

    if (text == NULL || json_read(text, strlen(text), &value, NULL) != JSON_OK)
        return true;
    bool ok = secrets_collect(value, secrets, open);
    json_object_put(value);
    return ok;
}

struct json_object *line_hide_secrets_of(struct json_object *line, const struct record *known,
                                         const char *body)
{
    struct word_list secrets = WORD_LIST_EMPTY;
    struct word_list open = WORD_LIST_EMPTY;
    struct word_list sent = WORD_LIST_EMPTY;

    if (collect(known == NULL ? NULL : known->json, &secrets, &open) &&
        collect(body, &secrets, &sent)) {
        const struct scrub hidden = {word_list_texts(&secrets), word_list_texts(&open)};

        line = line_hide(line, &hidden);
    } else {
        json_object_put(line);
        line = NULL;
    }
    word_list_finish(&secrets);
    word_list_finish(&open);
    word_list_finish(&sent);
    return line;
}

void journal_add_change(struct journal *journal, const char *base_url,
                        const struct change_report *report, const char *event_id,
                        const struct record *known)
{
    struct json_object *line = line_hide_secrets_of(
        describe_change(journal, base_url, report, event_id), known, report->body);

    if (line != NULL)
        journal_add_line(journal, JOURNAL_CHANGES, line);
    json_object_put(line);
}

void journal_add_allow(struct journal *journal, const char *origin, unsigned points)
{
    static const char *const none[] = {"method", "url", "status", "id", "event"};
    struct json_object *line = json_object_new_object();
    struct json_object *body = json_object_new_object();
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    line_add_text(line, "time", time, NULL);
    add_members(line, origin);
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
                                         const struct change_report *report)
{
    struct json_object *line = json_object_new_object();
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    line_add_text(line, "time", time, NULL);
    add_members(line, report->origin);
    keep_planned(line);
    line_add_text(line, "method", http_method_name(api_verb(report->verb)->method), NULL);
    add_url(line, base_url, report);
    add_body(line, report->body);
    return line;
}

void journal_add_plan(struct journal *journal, const char *base_url,
                      const struct change_report *report, struct problem *problem)
{
    struct json_object *line =
        line_hide_secrets_of(describe_plan(journal, base_url, report), NULL, report->body);

    if (line != NULL)
        line_add(&journal->books[JOURNAL_PLAN], line);
    const char *body = text_of(line, "body");
    problem_set(problem, PROBLEM_WITHHELD, "dry_run, not sent: %s %s%s%s", text_of(line, "method"),
                text_of(line, "url"), body[0] == '\0' ? "" : " ", body);
    if (problem != NULL)
        problem->err = EROFS;
    json_object_put(line);
}
