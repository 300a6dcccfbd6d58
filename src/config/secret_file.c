/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "config/secret_file.h"

#include "config/text_file.h"
#include "util/log.h"

#include <unistd.h>

#define PIPE_WAIT_MS 30000

/* What somebody writes into one of these is what is read from it; not so with a terminal. */
static bool keeps_what_is_written(const struct stat *st)
{
    return S_ISREG(st->st_mode) || S_ISFIFO(st->st_mode);
}

int secret_file_check(const struct stat *st, uid_t owner, struct problem *problem)
{
    if (st->st_uid != 0 && st->st_uid != getuid() && st->st_uid != owner)
        return problem_set(
            problem, PROBLEM_INVALID,
            "it belongs to another user (uid %ju): a key is taken from files of root, "
            "of who mounts, or of uid=",
            (uintmax_t)st->st_uid);
    if (keeps_what_is_written(st) && (st->st_mode & S_IWOTH) != 0)
        return problem_set(problem, PROBLEM_INVALID,
                           "any user can write it, so that the key may be anybody's: chmod 600");
    return 0;
}

const char *secret_file_flaw(const struct stat *st)
{
    if (keeps_what_is_written(st) && (st->st_mode & S_IWGRP) != 0)
        return "its group can change";
    if (S_ISREG(st->st_mode) && (st->st_mode & S_IROTH) != 0)
        return "other users can read";
    return NULL;
}

char *secret_file_read(const char *path, size_t max_bytes, const struct secret_file *how,
                       struct problem *problem)
{
    struct stat st;
    char *text = text_file_read(path, max_bytes, how->first ? PIPE_WAIT_MS : 0, &st, problem);

    if (text == NULL)
        return NULL;
    if (secret_file_check(&st, how->owner, problem) != 0) {
        text_wipe_free(text);
        return NULL;
    }
    const char *flaw = secret_file_flaw(&st);
    if (how->first && flaw != NULL)
        log_warning("%s: %s %s: chmod 600 %s", path, flaw, how->holds, path);
    return text;
}
