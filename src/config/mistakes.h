/* SPDX-License-Identifier: MIT */
/* What people type by mistake, and what they mean: so that a refusal says what to do. */
#ifndef CONFIG_MISTAKES_H
#define CONFIG_MISTAKES_H

#include "util/problem.h"

#include <stdbool.h>
#include <stddef.h>

/* The names of all options in some order, by a number from 0; NULL: there are no more. */
typedef const char *mistake_names(size_t i);

/* What was probably meant by the unknown option of that name, as a sentence's end; into `out`, ""
 * when nobody knows. A value is not looked at. */
void mistake_hint(const char *name, mistake_names *names, char *out, size_t size);

/* A blank after a comma behind -o, so that the shell makes an argument of what was to be an option:
 * `-o ttl=3, ro` would mount a label called ro, for changes. 0, or -1 with `problem` set. */
int mistake_in_lists(int argc, char **argv, mistake_names *names, struct problem *problem);

/* Whether a path is that of a directory, by what the kernel knows: nothing is asked of a mount
 * there, whose daemon may hang, nor of an automounter. */
bool names_directory(const char *path);

/* SOURCE and MOUNTPOINT the other way round. 0, or -1 with `problem` set. */
int mistake_in_order(const char *source, const char *mount_point, struct problem *problem);

#endif
