/* SPDX-License-Identifier: MIT */
/* The daemon's log: standard error in the foreground, syslog once daemonized. Never a secret. */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Messages above `level` are dropped. Call before threads start. */
void log_set_level(enum log_level level);
/* Sends messages to syslog (true) or to standard error (false, the start). */
void log_use_syslog(bool on);
/* One line, printf-style, without a newline; any thread. What is logged is made safe to show
 * (words_make_safe). */
void log_message(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One line for who has called the program: "paperspacefs: …" on standard error; made safe too. */
void log_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* One line on standard output, made safe. */
void log_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define log_error(...)   log_message(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_message(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
