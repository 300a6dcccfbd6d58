/* SPDX-License-Identifier: MIT */
/* -o remount,ro and -o remount,rw: what mount(8) starts us for when a mount is there already. */
#ifndef REMOUNT_MODE_H
#define REMOUNT_MODE_H

#include "config/options.h"

/* Returns the exit status: 1 when there is no mount of ours, when another option than the mount
 * has is asked for, or when the kernel refuses. */
int remount_mode_run(const struct options *options);

#endif
