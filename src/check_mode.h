/* SPDX-License-Identifier: MIT */
/* --check: what the URL and the key give, and what this machine can, without a mount; or how a
 * mount is. */
#ifndef CHECK_MODE_H
#define CHECK_MODE_H

#include "config/options.h"

/* Prints what is found to standard output, and in a line on standard error what is wrong. Returns
 * the exit status, an enum check_verdict. */
int check_mode_run(const struct options *options);

#endif
