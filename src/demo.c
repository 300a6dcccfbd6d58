/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "demo.h"

#include "emulator/emulator.h"

/* A demo is the emulator under another name: only this file knows of it. */
static struct emulator *emulator_of(const struct demo *demo)
{
    return (struct emulator *)(uintptr_t)demo;
}

struct demo *demo_start(const struct options *options, struct problem *problem)
{
    char reason[256];
    const struct emulator_config config = {
        .dialect = options->forced_dialect >= 0 ? dialect_rows[options->forced_dialect].name : NULL,
    };
    struct emulator *emulator = emulator_start(&config, reason, sizeof reason);

    if (emulator == NULL)
        problem_set(problem, PROBLEM_NO_MEMORY, "the demo can't be started: %s", reason);
    return (struct demo *)emulator;
}

const char *demo_url(const struct demo *demo)
{
    return emulator_url(emulator_of(demo));
}

void demo_stop(struct demo *demo)
{
    emulator_stop(emulator_of(demo));
}

struct key *demo_key(struct problem *problem)
{
    key_forget_variable();
    struct key *key = key_create_fixed(EMULATOR_DEFAULT_KEY);

    if (key == NULL)
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    return key;
}
