/* SPDX-License-Identifier: MIT */
/*
 * The official client's files: ~/.paperspace/credentials.toml, whose table [keys] has a key for
 * each team, and ~/.paperspace/config.toml, whose `team` is the one in use.
 */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include "util/problem.h"

/* Where a key was found. */
struct credentials {
    char *file;
    char *team;
};

/* The key of `team`; when that is NULL of the team that config.toml names, else of the only one.
 * The team is settled by that, whatever the files say later. Returns the key (text_wipe_free), and
 * credentials_finish is due; or NULL with `problem` set: PROBLEM_NOT_FOUND when nothing is there to
 * look at. Names of teams are in it, but no key. Warns when others can read the file. */
char *credentials_find(const char *team, struct credentials *out, struct problem *problem);
/* Reads that team's key again; NULL with `problem` set. */
char *credentials_read(const struct credentials *credentials, struct problem *problem);
void credentials_finish(struct credentials *credentials);

#endif
