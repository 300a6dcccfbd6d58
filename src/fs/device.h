/* SPDX-License-Identifier: MIT */
/* The FUSE device, and the library that speaks with it. */
#ifndef FS_DEVICE_H
#define FS_DEVICE_H

#include "util/problem.h"

/* Whether /dev/fuse is that device, and can be opened. 0; else -1, and a problem that says what to
 * do. */
int device_check(struct problem *problem);
/* libfuse's version, "3.14.0"; static storage. */
const char *device_library_version(void);

#endif
