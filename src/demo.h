/* SPDX-License-Identifier: MIT */
/* --demo: an API of one's own in this process, with sample data. */
#ifndef DEMO_H
#define DEMO_H

#include "key.h"
#include "options.h"

struct demo;

/* Starts it, with threads: after a daemon's fork. NULL with `problem` set. */
struct demo *demo_start(const struct options *options, struct problem *problem);
const char *demo_url(const struct demo *demo); /* owned by the demo */
void demo_stop(struct demo *demo);             /* NULL is fine */

/* The key that it accepts; NULL with `problem` set: no memory. */
struct key *demo_key(struct problem *problem);

#endif
