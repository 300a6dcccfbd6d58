/* SPDX-License-Identifier: MIT */
/* Paths of resources. Private to this room. */
#ifndef API_PATH_H
#define API_PATH_H

#include "kinds/kind.h"
#include "util/problem.h"

/* `base`/`id``tail`, the id percent-encoded as one segment, freed by the caller; NULL with
 * PROBLEM_NO_MEMORY. */
char *path_join(const char *base, const char *id, const char *tail, struct problem *problem);
/* The path of a resource (id NULL: of a singleton) with `tail` behind it, freed by the caller.
 * NULL with a problem: an id that may not stand in a path, or one that would make the path of
 * another kind, as a provider called `utilization` would. */
char *path_of(const struct kind *kind, const char *id, const char *tail, struct problem *problem);

#endif
