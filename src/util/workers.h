/* SPDX-License-Identifier: MIT */
/* A few threads for work that outlives who asked for it: fetches and changes. */
#ifndef UTIL_WORKERS_H
#define UTIL_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

struct workers;

/* At most `threads` threads, started when first needed; they block all signals. NULL when memory
 * ran out. Call after the fork of a daemon: threads do not survive it. */
struct workers *workers_create(size_t threads);
/* Waits for all queued jobs to end, then ends the threads. Jobs must end by themselves: fire the
 * tokens they wait on first. NULL is fine. */
void workers_destroy(struct workers *workers);
/* Queues run(arg); first come, first served. False when memory or threads ran out, or when
 * workers_destroy has begun: then it will not run. Any thread. */
bool workers_submit(struct workers *workers, void (*run)(void *arg), void *arg);

#endif
