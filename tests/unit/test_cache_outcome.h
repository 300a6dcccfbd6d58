/* SPDX-License-Identifier: MIT */
/* What the tests of outcomes share: shapes of answers, and a resource of each kind. */
#ifndef TEST_CACHE_OUTCOME_H
#define TEST_CACHE_OUTCOME_H

#include "test_cache_room.h"

#define MAY_BE "may have been carried out"

/* A 2xx that does not say what was asked for. `json`: it is a JSON text. */
struct shape {
    long status;
    const char *body;
    bool json;
};

#define SHAPES 17
extern const struct shape shapes[SHAPES];

/* A resource of each kind, as each dialect has it, and what renames it. */
struct sample {
    const struct kind *kind;
    const char *path;
    const char *json[DIALECT_COUNT];
    const char *rename[DIALECT_COUNT];
};

#define SAMPLES           3
#define KINDS_IN_DIALECTS (2 * SAMPLES)

/* Of the test that runs. */
extern const struct sample *sample;
extern enum dialect dialect;

/* The loops' index is a kind in a dialect. */
void begin(int row);
/* The resource as it was, and no faults. */
void begin_again(void);
/* Sends it and waits for it. */
struct problem change(enum change_verb verb, const char *body);
void expect(const struct problem *problem, enum problem_kind kind, const char *words,
            const char *about);
void list_again(void);

void add_deletion_tests(TCase *tcase);

#endif
