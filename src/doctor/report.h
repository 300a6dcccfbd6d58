/* SPDX-License-Identifier: MIT */
/* What --check finds, a line each, each with a hint where something can be done; and the verdict.
 */
#ifndef DOCTOR_REPORT_H
#define DOCTOR_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_ROWS_MAX 32

enum report_state {
    REPORT_WELL,
    REPORT_NOTE, /* good to know, or some of it does not work */
    REPORT_BAD,
};

/* The exit status, too. */
enum check_verdict {
    CHECK_WELL = 0,
    CHECK_USAGE = 1,
    CHECK_UNREACHABLE = 2,
    CHECK_KEY = 3,
    CHECK_NO_API = 4,
    CHECK_MACHINE = 5,
};

struct report_row {
    char name[32];
    enum report_state state;
    int64_t count; /* -1: none */
    char says[512];
    char hint[640]; /* "": none */
};

/* Zeroed is empty; one thread. */
struct report {
    struct report_row rows[REPORT_ROWS_MAX];
    size_t count;
};

/* Adds a row, printf-style; the words are made safe to show. Beyond REPORT_ROWS_MAX the last one is
 * taken. What is returned is the report's own. */
struct report_row *report_add(struct report *report, const char *name, enum report_state state,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));
/* What to do about it; made safe. */
void report_hint(struct report_row *row, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* To standard output, for a person. */
void report_print(const struct report *report);
/* The same for a script: one JSON object with `exit`, `verdict`, and `checks`, an object for each
 * row: `state` (well, note, bad), `says`, `hint` (or null), `count` (where there is one). */
void report_print_json(const struct report *report, enum check_verdict verdict);

#endif
