/* SPDX-License-Identifier: MIT */
/* What the files of test_options share. */
#ifndef TEST_OPTIONS_H
#define TEST_OPTIONS_H

#include "config/options.h"

#include <check.h>

#define ARGS_MAX 14

int parse(const char *const *words);
extern struct options options;
extern struct problem problem;
extern char path[32];
void add_meaning_tests(TCase *t);
void set_up(void);
TCase *defaults_tests(void);

#endif
