/* SPDX-License-Identifier: MIT */
/* The table of options: names, values, help. */
#ifndef CONFIG_OPTIONS_TABLE_H
#define CONFIG_OPTIONS_TABLE_H

#include "config/options.h"

#include <stdbool.h>
#include <stddef.h>

/* Applies one option (name, or name=value) by the table; unknown ones and wrong values are a
 * problem that names the option. Returns 0 or -1. */
int option_apply(struct options *options, const char *arg, struct problem *problem);
/* Whether it changes nothing: what mount(8) and fstab pass for themselves, and what holds anyway.
 * "rw" and "remount" are such. */
bool option_says_nothing(const char *arg);
/* The names of all options in some order, by a number from 0; NULL: there are no more. */
const char *option_name(size_t i);
/* Applies an argument that is a switch of its own ("-f", "--check"); false: it is none. */
bool option_apply_switch(struct options *options, const char *arg);

#endif
