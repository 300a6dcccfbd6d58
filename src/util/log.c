/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/log.h"

#include "util/words.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define LINE_BYTES 2048

static const struct {
    const char *name;
    int syslog_priority;
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", LOG_ERR},
    [LOG_LEVEL_WARNING] = {"warning", LOG_WARNING},
    [LOG_LEVEL_INFO] = {"info", LOG_INFO},
    [LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

static atomic_int max_level = LOG_LEVEL_WARNING;
static atomic_bool to_syslog;

void log_set_level(enum log_level level)
{
    max_level = (int)level;
}

void log_use_syslog(bool on)
{
    if (on)
        openlog("paperspacefs", LOG_PID, LOG_DAEMON);
    to_syslog = on;
}

/* Longer words are cut. */
static void format_line(char *out, size_t size, const char *format, va_list args)
{
    vsnprintf(out, size, format, args);
    words_make_safe_text(out, size);
}

void log_message(enum log_level level, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list args;

    if ((int)level > max_level)
        return;
    va_start(args, format);
    format_line(line, sizeof line, format, args);
    va_end(args);
    if (to_syslog)
        syslog(levels[level].syslog_priority, "%s", line);
    else
        fprintf(stderr, "paperspacefs: %s: %s\n", levels[level].name, line);
}

void log_complain(const char *format, ...)
{
    char line[LINE_BYTES];
    va_list args;

    va_start(args, format);
    format_line(line, sizeof line, format, args);
    va_end(args);
    fprintf(stderr, "paperspacefs: %s\n", line);
}

void log_print(const char *format, ...)
{
    char line[LINE_BYTES];
    va_list args;

    va_start(args, format);
    format_line(line, sizeof line, format, args);
    va_end(args);
    puts(line);
}
