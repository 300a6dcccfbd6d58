/* SPDX-License-Identifier: MIT */
/* A mount of ours that is running, by its own files. */
#ifndef RUNNING_H
#define RUNNING_H

#include "fs/mountpoint.h"
#include "util/buf.h"
#include "util/problem.h"

#include <json-c/json.h>

/* The text of its .paperspacefs/NAME into `out`. 0; else -1 and a problem in words: its daemon has
 * gone or does not answer within 5 s (PROBLEM_UNREACHABLE), or the file can't be read. Forks:
 * single-threaded. */
int running_read(const struct mountpoint_ours *ours, const char *name, struct buf *out,
                 struct problem *problem);
/* Its status.json; put it. NULL with `problem` set, as running_read, or PROBLEM_PROTOCOL. */
struct json_object *running_status(const struct mountpoint_ours *ours, struct problem *problem);

#endif
