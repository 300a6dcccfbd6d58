/* SPDX-License-Identifier: MIT */
/* A small file as text; what is read may be a secret. */
#ifndef TEXT_FILE_H
#define TEXT_FILE_H

#include "util/problem.h"

#include <stdbool.h>
#include <stddef.h>

/* Reads all of `path`, at most `max_bytes`, without a NUL in it. text_wipe_free it. Returns NULL
 * with the reason in problem->message, the path not in it: PROBLEM_NOT_FOUND when there is no such
 * file, else PROBLEM_INVALID. Opening a pipe waits for who writes into it only if `may_wait`.
 * `*open_to_others` (or NULL): whether it is a regular file that every user can read. */
char *text_file_read(const char *path, size_t max_bytes, bool may_wait, bool *open_to_others,
                     struct problem *problem);
void text_wipe_free(char *text); /* NULL is fine */

#endif
