/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "doctor/report.h"

#include "util/json.h"
#include "util/log.h"
#include "util/words.h"

#include <stdarg.h>
#include <stdio.h>

#define NAME_WIDTH 16

static const char *const state_names[] = {
    [REPORT_WELL] = "well", [REPORT_NOTE] = "note", [REPORT_BAD] = "bad"};

static const char *const verdict_names[] = {
    [CHECK_WELL] = "well", [CHECK_USAGE] = "usage",        [CHECK_UNREACHABLE] = "unreachable",
    [CHECK_KEY] = "key",   [CHECK_NO_API] = "no such API", [CHECK_MACHINE] = "machine",
};

static void print_words(char *out, size_t size, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void print_words(char *out, size_t size, const char *format, va_list args)
{
    vsnprintf(out, size, format, args);
    words_make_safe_text(out, size);
}

struct report_row *report_add(struct report *report, const char *name, enum report_state state,
                              const char *format, ...)
{
    struct report_row *row = &report->rows[report->count];
    va_list args;

    if (report->count < REPORT_ROWS_MAX - 1)
        report->count++;
    *row = (struct report_row){.state = state, .count = -1};
    snprintf(row->name, sizeof row->name, "%s", name);
    va_start(args, format);
    print_words(row->says, sizeof row->says, format, args);
    va_end(args);
    return row;
}

void report_hint(struct report_row *row, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    print_words(row->hint, sizeof row->hint, format, args);
    va_end(args);
}

void report_print(const struct report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct report_row *row = &report->rows[i];

        log_print("%-*s %s", NAME_WIDTH, row->name, row->says);
        if (row->hint[0] != '\0')
            log_print("%-*s   %s %s", NAME_WIDTH, "",
                      row->state == REPORT_BAD ? "do:" : "hint:", row->hint);
    }
}

static struct json_object *describe(const struct report_row *row)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "state", json_object_new_string(state_names[row->state]));
    json_object_object_add(object, "says", json_object_new_string(row->says));
    json_object_object_add(object, "hint",
                           row->hint[0] != '\0' ? json_object_new_string(row->hint) : NULL);
    if (row->count >= 0)
        json_object_object_add(object, "count", json_object_new_int64(row->count));
    return object;
}

void report_print_json(const struct report *report, enum check_verdict verdict)
{
    struct json_object *whole = json_object_new_object(), *checks = json_object_new_object();
    struct buf text = BUF_EMPTY;

    json_object_object_add(whole, "exit", json_object_new_int(verdict));
    json_object_object_add(whole, "verdict", json_object_new_string(verdict_names[verdict]));
    for (size_t i = 0; i < report->count; i++)
        json_object_object_add(checks, report->rows[i].name, describe(&report->rows[i]));
    json_object_object_add(whole, "checks", checks);
    if (json_print_pretty(&text, whole))
        puts(buf_text(&text));
    buf_finish(&text);
    json_object_put(whole);
}
