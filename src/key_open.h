/* SPDX-License-Identifier: MIT */
/* The key that the options lead to. */
#ifndef KEY_OPEN_H
#define KEY_OPEN_H

#include "config/key.h"
#include "config/options.h"

/* A demo's own, else by key_create. NULL with `problem` set, also when SOURCE, which everybody can
 * read, is the key itself. Before any thread is started. */
struct key *key_open(const struct options *options, struct problem *problem);

#endif
