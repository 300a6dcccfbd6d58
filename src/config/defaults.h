/* SPDX-License-Identifier: MIT */
/* The file of defaults=: what new resources get where nothing else is said. */
#ifndef CONFIG_DEFAULTS_H
#define CONFIG_DEFAULTS_H

#include "kinds/kind.h"
#include "util/problem.h"

/* The file's object for each kind as JSON text, by kind_index; NULL: there is none. */
struct defaults {
    char *of[KINDS_COUNT];
};

/* Reads and checks the file: a JSON object with an object for each kind, by its plural, of fields
 * that can be given on create. `dialect`: an enum dialect, or -1: of any. Warns when others can
 * read a secret in it. Returns 0 (defaults_finish is due), or -1 with a problem that names file
 * and key, but never a value. */
int defaults_read(const char *path, int dialect, struct defaults *out, struct problem *problem);
void defaults_finish(struct defaults *defaults); /* wipes; empty again */

#endif
