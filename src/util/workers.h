/* SPDX-License-Identifier: MIT */
/*
 * A few threads for work that outlives who asked for it: fetches and changes.
 *
 * Jobs go in lanes, and each lane has so many threads that it can always have: jobs of one lane
 * that do not end, since a server is silent, take no thread from the other lanes.
 */
#ifndef UTIL_WORKERS_H
#define UTIL_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

struct workers;

/* At most `threads` jobs of each of `lanes` lanes (at least 1) run at once. Threads are started
 * when first needed, and shared by the lanes; they block all signals. NULL when memory ran out.
 * Call after the fork of a daemon: threads do not survive it. */
struct workers *workers_create(size_t lanes, size_t threads);
/* Waits for all queued jobs to end, then ends the threads. Jobs must end by themselves: fire the
 * tokens they wait on first. NULL is fine. */
void workers_destroy(struct workers *workers);
/* Queues run(arg) in a lane (below `lanes`); first come, first served there. False when memory or
 * threads ran out, or when workers_destroy has begun: then it will not run. Any thread. */
bool workers_submit(struct workers *workers, size_t lane, void (*run)(void *arg), void *arg);

#endif
