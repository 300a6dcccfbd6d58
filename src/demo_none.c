/* SPDX-License-Identifier: MIT */
/* --demo where there is no emulator: configured with --disable-emulator. */
#include "config.h"

#include "demo.h"

#include <stddef.h>

struct key *demo_key(struct problem *problem)
{
    problem_set(problem, PROBLEM_INVALID,
                "--demo is not built in: this paperspacefs was configured with --disable-emulator");
    return NULL;
}

struct demo *demo_start(const struct options *options, struct key *key, struct problem *problem)
{
    (void)options;
    (void)key;
    (void)demo_key(problem);
    return NULL;
}

const char *demo_url(const struct demo *demo)
{
    (void)demo;
    return "";
}

void demo_stop(struct demo *demo)
{
    (void)demo;
}
