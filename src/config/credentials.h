/* SPDX-License-Identifier: MIT */
/*
 * The official client's files: ~/.paperspace/credentials.toml, whose table [keys] has a key for
 * each team, and ~/.paperspace/config.toml, whose `team` is the one in use.
 */
#ifndef CONFIG_CREDENTIALS_H
#define CONFIG_CREDENTIALS_H

#include "util/problem.h"

#include <sys/types.h>

/* Where a key was found. */
struct credentials {
    char *file;
    char *team;
};

/* The key of `team`; when that is NULL of the team that config.toml names, else of the only one.
 * The team is settled by that, whatever the files say later. The file with the keys may belong to
 * `owner`, root and who runs the program, and is read as secret_file.h says. Returns the key
 * (text_wipe_free), and credentials_finish is due; or NULL with `problem` set: PROBLEM_NOT_FOUND
 * when nothing is there to look at. Names of teams are in it, but no key. */
char *credentials_find(const char *team, uid_t owner, struct credentials *out,
                       struct problem *problem);
/* Reads that team's key again; NULL with `problem` set. Warns of nothing. */
char *credentials_read(const struct credentials *credentials, uid_t owner, struct problem *problem);
void credentials_finish(struct credentials *credentials);

#endif
