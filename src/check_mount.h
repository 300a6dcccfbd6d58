/* SPDX-License-Identifier: MIT */
/* --check MOUNTPOINT: how a mount is, by what it says of itself. */
#ifndef CHECK_MOUNT_H
#define CHECK_MOUNT_H

#include "doctor/report.h"
#include "util/problem.h"

/* Adds rows. Verdicts: CHECK_WELL; CHECK_USAGE (no mount of ours is there, or it may not be read);
 * CHECK_UNREACHABLE (its daemon does not answer, or the API does not answer it); CHECK_KEY;
 * CHECK_NO_API. What is wrong into `problem`, in words. */
enum check_verdict check_mount(const char *path, struct report *report, struct problem *problem);

#endif
