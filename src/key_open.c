/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "key_open.h"

#include "demo.h"

struct key *key_open(const struct options *options, struct problem *problem)
{
    const struct key_source source = {
        .file = options->key_file, .team = options->team, .owner = (uid_t)options->uid};
    struct key *key = options->demo ? demo_key(problem) : key_create(&source, problem);

    if (key != NULL && options->source != NULL && key_is(key, options->source)) {
        key_destroy(key);
        problem_set(problem, PROBLEM_INVALID,
                    "SOURCE is the key itself, and anybody can read what is mounted: it is not "
                    "accepted there");
        return NULL;
    }
    return key;
}
