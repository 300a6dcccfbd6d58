/* SPDX-License-Identifier: MIT */
/* A small file that holds a secret: read, if nobody else can have written it. */
#ifndef CONFIG_SECRET_FILE_H
#define CONFIG_SECRET_FILE_H

#include "util/problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

struct secret_file {
    uid_t owner;       /* who may own it, besides root and who runs the program */
    bool first;        /* waits 30 s for whoever writes into a pipe, and warns */
    const char *holds; /* for the warning: "the key" */
};

/* As text_file_read; PROBLEM_INVALID also when the file that was opened (whatever the path has
 * become, and wherever links led) could have been written by somebody else: by everybody, or by its
 * owner, who is none of those. Warns, the first time, when its group can write it or others can
 * read it. Never waits for anybody unless `first`. */
char *secret_file_read(const char *path, size_t max_bytes, const struct secret_file *how,
                       struct problem *problem);

/* What is wrong with such a file; for tests. Returns 0, or -1 with `problem` set. */
int secret_file_check(const struct stat *st, uid_t owner, struct problem *problem);
/* What is to be warned of; NULL: nothing. */
const char *secret_file_flaw(const struct stat *st);

#endif
