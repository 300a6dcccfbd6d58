/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/problem.h"

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

static void clean(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
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
    clean(problem->message);
    return -1;
}

static void scrub_text(char *text, const char *secret, size_t size)
{
    for (char *found = strstr(text, secret); found != NULL; found = strstr(found + size, secret))
        memset(found, '*', size);
}

void problem_scrub(struct problem *problem, const char *secret)
{
    size_t size = secret == NULL ? 0 : strlen(secret);

    if (problem == NULL || size < 4)
        return;
    scrub_text(problem->code, secret, size);
    scrub_text(problem->message, secret, size);
    scrub_text(problem->details, secret, size);
}

const char *problem_kind_name(enum problem_kind kind)
{
    return kind < PROBLEM_KINDS ? kind_names[kind] : "unknown";
}
