/* SPDX-License-Identifier: MIT */
/* The API key: where it comes from, and when it is read again. It is wiped wherever it was. */
#ifndef CONFIG_KEY_H
#define CONFIG_KEY_H

#include "api/api.h"
#include "util/problem.h"

#include <stdbool.h>
#include <sys/types.h>

struct key;

struct key_source {
    const char *file; /* of key_file=; or NULL */
    const char *team; /* whose key of the official client's files (credentials.h); or NULL */
    uid_t owner;      /* of uid=: who may own those files, besides root and who runs the program */
};

/* Reads the key from `file` (its first line); when that is NULL from PAPERSPACE_API_KEY; and when
 * that is unset or empty from the official client's files, there of `team`. A file that somebody
 * else can have written is refused (secret_file.h). The variable is taken out of the environment in
 * any case. NULL with `problem` set. Before any thread is started. */
struct key *key_create(const struct key_source *source, struct problem *problem);
/* Wipes PAPERSPACE_API_KEY from the environment, where /proc would show it, without using it.
 * Before any thread is started. */
void key_forget_variable(void);
/* A key that never changes; copied. NULL: no memory. */
struct key *key_create_fixed(const char *text);
void key_destroy(struct key *key); /* NULL is fine */

/* The file that it was read from, and the team whose it is there; NULL: it is of the environment,
 * or made up; no team. Owned by the key; both stay. Any thread. */
const char *key_file_of(const struct key *key);
const char *key_team_of(const struct key *key);
/* A copy of it, for text_wipe_free. NULL: no memory. Any thread. */
char *key_copy(struct key *key);
/* Whether `text` is the key. Any thread. */
bool key_is(struct key *key, const char *text);
/* Gives the key to an API. Any thread. */
void key_give(struct key *key, struct api *api);
/* Reads the file that the key is from again and gives the key to the API if it is another one. True
 * when the key is another than `refused` now, whenever it has become that: what was sent with
 * `refused` may be tried once more. A file that can't be read leaves the key as it is and is
 * logged. Any thread; never waits for a pipe. */
bool key_reload(struct key *key, struct api *api, const char *refused);

#endif
