/* SPDX-License-Identifier: MIT */
/* --check: what the URL and the key give, without a mount. */
#ifndef CHECK_MODE_H
#define CHECK_MODE_H

#include "config/key.h"
#include "config/options.h"

/* Prints what is found to standard output, problems per kind. Returns the exit status: 1 when the
 * key is refused, or nothing could be read. */
int check_mode_run(const struct options *options, struct key *key);

#endif
