/* SPDX-License-Identifier: MIT */
/* A small file as text; what is read may be a secret. */
#ifndef CONFIG_TEXT_FILE_H
#define CONFIG_TEXT_FILE_H

#include "util/problem.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* Reads all of `path`, at most `max_bytes`, without a NUL in it and without a byte order mark at
 * its beginning. text_wipe_free it. Returns NULL with the reason in problem->message, the path not
 * in it: PROBLEM_NOT_FOUND when there is no such file, else PROBLEM_INVALID. Waits for whoever
 * writes into a pipe (or types, into a terminal), `wait_ms` in all; 0: not at all. `st` (or NULL):
 * what was opened; set whenever text is returned. */
char *text_file_read(const char *path, size_t max_bytes, int64_t wait_ms, struct stat *st,
                     struct problem *problem);
/* `text` after a byte order mark, if it begins with one. */
const char *text_without_mark(const char *text);
void text_wipe_free(char *text); /* NULL is fine */

#endif
