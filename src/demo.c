/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "demo.h"

#include "emulator/emulator.h"
#include "config/text_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define KEY_BYTES 20

/* A demo is the emulator under another name: only this file knows of it. */
static struct emulator *emulator_of(const struct demo *demo)
{
    return (struct emulator *)(uintptr_t)demo;
}

struct demo *demo_start(const struct options *options, struct key *key, struct problem *problem)
{
    char reason[256] = "out of memory";
    char *text = key_copy(key);
    const struct emulator_config config = {
        .dialect = options->forced_dialect >= 0 ? dialect_rows[options->forced_dialect].name : NULL,
        .key = text,
    };
    struct emulator *emulator =
        text != NULL ? emulator_start(&config, reason, sizeof reason) : NULL;

    text_wipe_free(text);
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

/* KEY_BYTES random bytes as hex. */
static bool make_key(char text[2 * KEY_BYTES + 1])
{
    unsigned char bytes[KEY_BYTES];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    explicit_bzero(bytes, sizeof bytes);
    return true;
}

struct key *demo_key(struct problem *problem)
{
    char text[2 * KEY_BYTES + 1];

    key_forget_variable();
    if (!make_key(text)) {
        problem_set(problem, PROBLEM_INVALID, "no random key for the demo: %m");
        return NULL;
    }
    struct key *key = key_create_fixed(text);
    explicit_bzero(text, sizeof text);
    if (key == NULL)
        problem_set(problem, PROBLEM_NO_MEMORY, "out of memory");
    return key;
}
