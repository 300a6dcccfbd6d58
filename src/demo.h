/* SPDX-License-Identifier: MIT */
/* --demo: an API of one's own in this process, with sample data. */
#ifndef DEMO_H
#define DEMO_H

#include "config/key.h"
#include "config/options.h"

struct demo;

/* Starts it, accepting `key`, with threads: after a daemon's fork. NULL with `problem` set. */
struct demo *demo_start(const struct options *options, struct key *key, struct problem *problem);
const char *demo_url(const struct demo *demo); /* owned by the demo */
void demo_stop(struct demo *demo);             /* NULL is fine */

/* A key for it that nobody else has: new each time. NULL with `problem` set. */
struct key *demo_key(struct problem *problem);

#endif
