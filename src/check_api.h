/* SPDX-License-Identifier: MIT */
/* What the API gives to a key: dialect, team, user, each kind, the plan. */
#ifndef CHECK_API_H
#define CHECK_API_H

#include "config/key.h"
#include "config/options.h"
#include "doctor/report.h"

/* Adds rows; starts threads, and ends them. What is wrong into `problem`, in words; the verdict is
 * CHECK_WELL, CHECK_UNREACHABLE, CHECK_KEY or CHECK_NO_API. */
enum check_verdict check_api(const struct options *options, struct key *key, struct report *report,
                             struct problem *problem);

#endif
