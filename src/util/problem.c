/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/problem.h"

#include "util/utf8.h"
#include "util/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[PROBLEM_KINDS] = {
    [PROBLEM_NONE] = "none",
    [PROBLEM_QUOTA] = "quota",
    [PROBLEM_INVALID] = "invalid",
    [PROBLEM_UNAUTHORIZED] = "unauthorized",
    [PROBLEM_FORBIDDEN] = "forbidden",
    [PROBLEM_NOT_FOUND] = "not found",
    [PROBLEM_CONFLICT] = "conflict",
    [PROBLEM_TOO_LARGE] = "too large",
    [PROBLEM_TRY_LATER] = "try later",
    [PROBLEM_SERVER] = "server error",
    [PROBLEM_UNKNOWN_OUTCOME] = "outcome unknown",
    [PROBLEM_PROTOCOL] = "protocol",
    [PROBLEM_TIMEOUT] = "timeout",
    [PROBLEM_UNREACHABLE] = "unreachable",
    [PROBLEM_INTERRUPTED] = "interrupted",
    [PROBLEM_WITHHELD] = "withheld",
    [PROBLEM_NO_MEMORY] = "out of memory",
};

/* A text that was cut may end inside of a character. */
static void drop_half_character(char *text)
{
    size_t size = strlen(text);

    for (size_t back = 1; back <= 3 && back <= size; back++)
        if (utf8_character(text + size - back, back) == 0)
            text[size - back] = '\0';
}

int problem_set(struct problem *problem, enum problem_kind kind, const char *format, ...)
{
    va_list args;

    if (problem == NULL)
        return -1;
    *problem = (struct problem){.kind = kind};
    va_start(args, format);
    vsnprintf(problem->message, sizeof problem->message, format, args);
    va_end(args);
    drop_half_character(problem->message);
    words_clean_text(problem->message);
    return -1;
}

const char *problem_kind_name(enum problem_kind kind)
{
    return kind < PROBLEM_KINDS ? kind_names[kind] : "unknown";
}
