/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "journal/internal.h"
#include "journal/line.h"
#include "util/json.h"
#include "util/words.h"

#include <errno.h>
#include <json-c/json.h>
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

struct journal *journal_create(const struct clock *clock)
{
    struct journal *journal = calloc(1, sizeof *journal);
    bool ok = journal != NULL;

    if (journal == NULL)
        return NULL;
    journal->clock = clock;
    pthread_mutex_init(&journal->lock, NULL);
    journal->key.since_ms = clock_wall_ms(clock);
    for (size_t i = 0; i < JOURNALS_COUNT; i++)
        ok = book_init(&journal->books[i], clock) && ok;
    if (ok)
        return journal;
    journal_destroy(journal);
    return NULL;
}

void journal_destroy(struct journal *journal)
{
    if (journal == NULL)
        return;
    for (size_t i = 0; i < JOURNALS_COUNT; i++)
        book_finish(&journal->books[i]);
    buf_finish(&journal->last_error);
    buf_finish(&journal->newest);
    pthread_mutex_destroy(&journal->lock);
    free(journal);
}

struct roll *journal_roll(struct journal *journal, enum journal_name name, unsigned age)
{
    return book_roll(&journal->books[name], age);
}

uint64_t journal_entries(struct journal *journal, enum journal_name name)
{
    return book_entries(&journal->books[name]);
}

void journal_listen(struct journal *journal,
                    void (*hear)(void *ctx, enum journal_name name, struct json_object *line),
                    void *ctx)
{
    journal->hear = hear;
    journal->hear_ctx = ctx;
}

void journal_add_line(struct journal *journal, enum journal_name name, struct json_object *line)
{
    line_add(&journal->books[name], line);
    if (journal->hear != NULL)
        journal->hear(journal->hear_ctx, name, line);
}

/* --- errors ---------------------------------------------------------------------------------- */

void journal_read_comm(pid_t pid, char *out, size_t size)
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

/* All of an error but its time and count. Who it was is left out of what a repeat is known by. */
static struct json_object *describe(const struct journal_error *error)
{
    const struct problem *problem = error->problem;
    const struct scrub *hidden = &error->hidden;
    struct json_object *line = json_object_new_object();
    char comm[64];

    journal_read_comm(error->pid, comm, sizeof comm);
    json_object_object_add(line, "pid", json_object_new_int64(error->pid));
    json_object_object_add(line, "uid", json_object_new_int64(error->uid));
    line_add_text(line, "comm", comm, hidden);
    line_add_text(line, "op", error->op, NULL);
    line_add_text(line, "path", error->path, hidden);
    line_add_text(line, "errno", errno_name(error->err), NULL);
    json_object_object_add(line, "status",
                           problem->status == 0 ? NULL : json_object_new_int64(problem->status));
    line_add_text(line, "code", problem->code, hidden);
    line_add_text(line, "message", problem->message, hidden);
    line_add_text(line, "details", problem->details, hidden);
    return line;
}

static const char *text_of(struct json_object *described, const char *key)
{
    const char *text = json_string_member(described, key);

    return text == NULL ? "" : text;
}

/* The same in a line for a person. */
static void print_last_error(struct journal *journal, struct json_object *described, long status,
                             const char *time)
{
    struct buf *out = &journal->last_error;
    const char *code = text_of(described, "code");
    const char *details = text_of(described, "details");

    buf_resize(out, 0);
    buf_printf(out, "%s %s %s: %s:", time, text_of(described, "op"), text_of(described, "path"),
               text_of(described, "errno"));
    if (status != 0)
        buf_printf(out, " HTTP %ld", status);
    if (*code != '\0')
        buf_printf(out, " %s", code);
    buf_printf(out, "%s %s", status != 0 || *code != '\0' ? ":" : "",
               text_of(described, "message"));
    if (*details != '\0')
        buf_printf(out, " (%s)", details);
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

/* With the lock held. */
static void add_error_line(struct journal *journal, const struct journal_error *error,
                           struct json_object *described, const char *time)
{
    struct book *book = &journal->books[JOURNAL_ERRORS];

    if (note_repeat(journal, error)) {
        book_count(book, time, journal->repeats);
        return;
    }
    struct json_object *line = json_object_new_object();
    line_add_text(line, "time", time, NULL);
    json_object_object_foreach (described, key, value)
        json_object_object_add(line, key, json_object_get(value));
    line_add_countable(book, line);
    json_object_put(line);
}

void journal_add_error(struct journal *journal, const struct journal_error *error)
{
    struct json_object *described = describe(error);
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_wall_ms(journal->clock), time);
    pthread_mutex_lock(&journal->lock);
    print_last_error(journal, described, error->problem->status, time);
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

/* --- requests -------------------------------------------------------------------------------- */

static bool is_good(const struct api_exchange *exchange)
{
    return exchange->status / 100 == 2 || exchange->unchanged;
}

/* Other answers than these may come from anybody, and for any key. With the lock held. */
static void note_key(struct journal *journal, const struct api_exchange *exchange)
{
    bool refused = exchange->status == 401;
    bool accepted = is_good(exchange) && exchange->needs_key;
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
    line_add_text(line, "time", time, NULL);
    line_add_text(line, "method", http_method_name(exchange->method), NULL);
    line_add_url(line, exchange->url);
    json_object_object_add(line, "status",
                           exchange->status == 0 ? NULL : json_object_new_int64(exchange->status));
    json_object_object_add(line, "ms", json_object_new_int64(exchange->elapsed_ms));
    json_object_object_add(line, "bytes", json_object_new_int64((int64_t)exchange->answer_bytes));
    line_add(&journal->books[JOURNAL_REQUESTS], line);
    json_object_put(line);
}

void journal_add_exchange(struct journal *journal, const struct api_exchange *exchange)
{
    add_request_line(journal, exchange);
    pthread_mutex_lock(&journal->lock);
    if (exchange->kind != NULL)
        journal->counts[kind_index(exchange->kind)]++;
    if (is_good(exchange))
        journal->answered_ms = clock_wall_ms(journal->clock);
    note_key(journal, exchange);
    pthread_mutex_unlock(&journal->lock);
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

int64_t journal_last_answer_ms(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    int64_t answered_ms = journal->answered_ms;
    pthread_mutex_unlock(&journal->lock);
    return answered_ms;
}
