/* SPDX-License-Identifier: MIT */
/* --why [PATH]: the words of the last failure there, for loops and prompts. */
#ifndef WHY_MODE_H
#define WHY_MODE_H

#include "config/options.h"

/* Prints one line, as last-error has it, of the newest failure at or below the path, which need not
 * be there (what could not be made). Returns the exit status: 0; 1 with nothing when there was no
 * failure; 2, with the reason on standard error, when that can't be told. */
int why_mode_run(const struct options *options);

#endif
