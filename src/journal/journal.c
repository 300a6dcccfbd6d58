/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "journal/journal.h"

#include "api/secrets.h"
#include "cache/cache.h"
#include "util/json.h"
#include "util/ring.h"

#include <errno.h>
#include <json-c/json.h>
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

struct journal {
    const struct clock *clock;
    struct ring *errors;   /* lines of JSON */
    struct ring *requests; /* lines of JSON */
    struct ring *changes;  /* lines of JSON */
    struct ring *plan;     /* lines of JSON */
    pthread_mutex_t lock;  /* guards what follows; order: lock → ring */
    struct buf last_error; /* one line, with its newline */
    struct buf newest;     /* the newest error without time and count, to know a repeat by */
    unsigned repeats;
    uint64_t counts[KINDS_COUNT];
    struct journal_key key;
};

struct journal *journal_create(const struct clock *clock)
{
    struct journal *journal = calloc(1, sizeof *journal);

    if (journal == NULL)
        return NULL;
    journal->clock = clock;
    pthread_mutex_init(&journal->lock, NULL);
    journal->errors = ring_create(JOURNAL_ERRORS);
    journal->requests = ring_create(JOURNAL_REQUESTS);
    journal->changes = ring_create(JOURNAL_CHANGES);
    journal->plan = ring_create(JOURNAL_PLAN);
    journal->key.since_ms = clock_wall_ms(clock);
    if (journal->errors != NULL && journal->requests != NULL && journal->changes != NULL &&
        journal->plan != NULL)
        return journal;
    journal_destroy(journal);
    return NULL;
}

void journal_destroy(struct journal *journal)
{
    if (journal == NULL)
        return;
    ring_destroy(journal->errors);
    ring_destroy(journal->requests);
    ring_destroy(journal->changes);
    ring_destroy(journal->plan);
    buf_finish(&journal->last_error);
    buf_finish(&journal->newest);
    pthread_mutex_destroy(&journal->lock);
    free(journal);
}

/* --- errors ---------------------------------------------------------------------------------- */

/* The name of the process as the kernel has it; "?" when it has ended. */
static void read_comm(pid_t pid, char *out, size_t size)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    FILE *file = pid > 0 ? fopen(path, "re") : NULL;
    if (file == NULL || fgets(out, (int)size, file) == NULL)
        snprintf(out, size, "?");
    if (file != NULL)
        fclose(file);
    out[strcspn(out, "\n")] = '\0';
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, json_object_new_string(text));
}

/* All of an error but its time and count. Who it was is left out of what a repeat is known by. */
static struct json_object *describe(const struct journal_error *error)
{
    const struct problem *problem = error->problem;
    struct json_object *line = json_object_new_object();
    char comm[64];

    read_comm(error->pid, comm, sizeof comm);
    json_object_object_add(line, "pid", json_object_new_int64(error->pid));
    json_object_object_add(line, "uid", json_object_new_int64(error->uid));
    add_text(line, "comm", comm);
    add_text(line, "op", error->op);
    add_text(line, "path", error->path);
    add_text(line, "errno", errno_name(error->err));
    json_object_object_add(line, "status",
                           problem->status == 0 ? NULL : json_object_new_int64(problem->status));
    add_text(line, "code", problem->code);
    add_text(line, "message", problem->message);
    add_text(line, "details", problem->details);
    return line;
}

static void print_last_error(struct journal *journal, const struct journal_error *error,
                             const char *time)
{
    const struct problem *problem = error->problem;
    struct buf *out = &journal->last_error;

    buf_resize(out, 0);
    buf_printf(out, "%s %s %s: %s:", time, error->op, error->path, errno_name(error->err));
    if (problem->status != 0)
        buf_printf(out, " HTTP %ld", problem->status);
    if (problem->code[0] != '\0')
        buf_printf(out, " %s", problem->code);
    buf_printf(out, "%s %s", problem->status != 0 || problem->code[0] != '\0' ? ":" : "",
               problem->message);
    if (problem->details[0] != '\0')
        buf_printf(out, " (%s)", problem->details);
    buf_append_text(out, "\n");
}

/* Counts a repeat of the newest error; false: it is another one. With the lock held. */
static bool note_same(struct journal *journal, const char *text)
{
    if (strcmp(buf_text(&journal->newest), text) == 0) {
        journal->repeats++;
        return true;
    }
    buf_resize(&journal->newest, 0);
    buf_append_text(&journal->newest, text);
    journal->repeats = 1;
    return false;
}

/* The same for an error: the same thing that went wrong, whoever tried. */
static bool note_repeat(struct journal *journal, const struct journal_error *error)
{
    struct buf text_buf = BUF_EMPTY;

    buf_printf(&text_buf, "%u %s %s %d %ld %s %s %s", (unsigned)error->uid, error->op, error->path,
               error->err, error->problem->status, error->problem->code, error->problem->message,
               error->problem->details);
    bool repeated = note_same(journal, buf_text(&text_buf));
    buf_finish(&text_buf);
    return repeated;
}

static const char *plain_text(struct json_object *object)
{
    return json_object_to_json_string_ext(object,
                                          JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* With the lock held. */
static void add_error_line(struct journal *journal, const struct journal_error *error,
                           struct json_object *described, const char *time)
{
    struct json_object *line = json_object_new_object();
    bool repeated = note_repeat(journal, error);

    add_text(line, "time", time);
    json_object_object_foreach (described, key, value)
        json_object_object_add(line, key, json_object_get(value));
    if (repeated)
        json_object_object_add(line, "count", json_object_new_int64(journal->repeats));
    if (repeated)
        ring_replace_newest(journal->errors, plain_text(line));
    else
        ring_add(journal->errors, plain_text(line));
    json_object_put(line);
}

void journal_add_error(struct journal *journal, const struct journal_error *error)
{
    struct json_object *described = describe(error);
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    pthread_mutex_lock(&journal->lock);
    print_last_error(journal, error, time);
    if (error->err != 0)
        add_error_line(journal, error, described, time);
    pthread_mutex_unlock(&journal->lock);
    json_object_put(described);
}

bool journal_print_last_error(struct journal *journal, struct buf *out)
{
    pthread_mutex_lock(&journal->lock);
    bool ok = buf_append(out, buf_text(&journal->last_error), journal->last_error.size_bytes);
    pthread_mutex_unlock(&journal->lock);
    return ok;
}

bool journal_print_errors(struct journal *journal, struct buf *out)
{
    return ring_print(journal->errors, out);
}

/* --- changes --------------------------------------------------------------------------------- */

static const struct {
    enum http_method method;
    const char *tail; /* of the URL, behind the id */
} verb_rows[] = {
    [CHANGE_CREATE] = {HTTP_POST, ""},
    [CHANGE_UPDATE] = {HTTP_PUT, ""},
    [CHANGE_DELETE] = {HTTP_DELETE, ""},
    [CHANGE_RESTORE] = {HTTP_POST, "/restore"},
};

bool journal_print_origin(pid_t pid, uid_t uid, const char *op, const char *path, struct buf *out)
{
    struct json_object *origin = json_object_new_object();
    char comm[64];

    read_comm(pid, comm, sizeof comm);
    json_object_object_add(origin, "pid", json_object_new_int64(pid));
    json_object_object_add(origin, "uid", json_object_new_int64(uid));
    add_text(origin, "comm", comm);
    add_text(origin, "op", op);
    add_text(origin, "path", path);
    bool ok = json_print(out, origin);
    json_object_put(origin);
    return ok;
}

static void add_url(struct json_object *line, const char *base_url,
                    const struct change_report *report)
{
    struct buf url = BUF_EMPTY;
    bool of_one = report->verb != CHANGE_CREATE && report->id != NULL;

    if (buf_printf(&url, "%s%s%s%s%s", base_url, report->kind->path, of_one ? "/" : "",
                   of_one ? report->id : "", verb_rows[report->verb].tail))
        add_text(line, "url", buf_text(&url));
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

void journal_add_change(struct journal *journal, const char *base_url,
                        const struct change_report *report, const char *event_id)
{
    struct json_object *line = json_object_new_object();
    long status = report->problem->status;
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    add_text(line, "time", time);
    add_members(line, report->origin);
    add_text(line, "method", http_method_name(verb_rows[report->verb].method));
    add_url(line, base_url, report);
    json_object_object_add(line, "status", status == 0 ? NULL : json_object_new_int64(status));
    json_object_object_add(line, "id",
                           report->id == NULL ? NULL : json_object_new_string(report->id));
    json_object_object_add(line, "event",
                           event_id[0] == '\0' ? NULL : json_object_new_string(event_id));
    add_body(line, report->body);
    ring_add(journal->changes, plain_text(line));
    json_object_put(line);
}

void journal_add_allow(struct journal *journal, const char *origin, unsigned points)
{
    static const char *const none[] = {"method", "url", "status", "id", "event"};
    struct json_object *line = json_object_new_object();
    struct json_object *body = json_object_new_object();
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    add_text(line, "time", time);
    add_members(line, origin);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        json_object_object_add(line, none[i], NULL);
    json_object_object_add(body, "points", json_object_new_int64(points));
    json_object_object_add(line, "body", body);
    ring_add(journal->changes, plain_text(line));
    json_object_put(line);
}

bool journal_print_changes(struct journal *journal, struct buf *out)
{
    return ring_print(journal->changes, out);
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

    return value == NULL                                  ? ""
           : json_object_is_type(value, json_type_string) ? json_object_get_string(value)
                                                          : plain_text(value);
}

void journal_add_plan(struct journal *journal, const char *base_url,
                      const struct change_report *report, struct problem *problem)
{
    struct json_object *line = json_object_new_object();
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    add_text(line, "time", time);
    add_members(line, report->origin);
    keep_planned(line);
    add_text(line, "method", http_method_name(verb_rows[report->verb].method));
    add_url(line, base_url, report);
    add_body(line, report->body);
    ring_add(journal->plan, plain_text(line));
    const char *body = text_of(line, "body");
    problem_set(problem, PROBLEM_WITHHELD, "dry_run, not sent: %s %s%s%s", text_of(line, "method"),
                text_of(line, "url"), body[0] == '\0' ? "" : " ", body);
    if (problem != NULL)
        problem->err = EROFS;
    json_object_put(line);
}

bool journal_print_plan(struct journal *journal, struct buf *out)
{
    return ring_print(journal->plan, out);
}

/* --- requests -------------------------------------------------------------------------------- */

/* Other answers than these may come from anybody, and for any key. With the lock held. */
static void note_key(struct journal *journal, const struct api_exchange *exchange)
{
    bool refused = exchange->status == 401;
    bool accepted = exchange->status / 100 == 2 && exchange->needs_key;
    enum key_state state = refused ? KEY_REFUSED : KEY_ACCEPTED;

    if ((!refused && !accepted) || journal->key.state == state)
        return;
    journal->key.state = state;
    journal->key.since_ms = clock_wall_ms(journal->clock);
}

static void add_request_line(struct journal *journal, const struct api_exchange *exchange)
{
    struct json_object *line = json_object_new_object();
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    add_text(line, "time", time);
    add_text(line, "method", http_method_name(exchange->method));
    add_text(line, "url", exchange->url);
    json_object_object_add(line, "status",
                           exchange->status == 0 ? NULL : json_object_new_int64(exchange->status));
    json_object_object_add(line, "ms", json_object_new_int64(exchange->elapsed_ms));
    json_object_object_add(line, "bytes", json_object_new_int64((int64_t)exchange->answer_bytes));
    ring_add(journal->requests, plain_text(line));
    json_object_put(line);
}

void journal_add_exchange(struct journal *journal, const struct api_exchange *exchange)
{
    add_request_line(journal, exchange);
    pthread_mutex_lock(&journal->lock);
    if (exchange->kind != NULL)
        journal->counts[kind_index(exchange->kind)]++;
    note_key(journal, exchange);
    pthread_mutex_unlock(&journal->lock);
}

bool journal_print_requests(struct journal *journal, struct buf *out)
{
    return ring_print(journal->requests, out);
}

uint64_t journal_request_count(struct journal *journal, const struct kind *kind)
{
    pthread_mutex_lock(&journal->lock);
    uint64_t count = journal->counts[kind_index(kind)];
    pthread_mutex_unlock(&journal->lock);
    return count;
}

struct journal_key journal_key_state(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    struct journal_key key = journal->key;
    pthread_mutex_unlock(&journal->lock);
    return key;
}
