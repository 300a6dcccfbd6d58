/* SPDX-License-Identifier: MIT */
/*
 * Which directories have operations on their way. While one is, the kernel may hold that
 * directory's lock and would keep the notifier waiting for it: in the kernel, where nothing frees
 * it if this process is killed just then, and with it not even the mount. So the notifier waits
 * here instead, until it is quiet.
 */
#ifndef FS_TRAFFIC_H
#define FS_TRAFFIC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct traffic_row;

struct traffic {
    pthread_mutex_t lock; /* guards the rest; innermost */
    pthread_cond_t quiet; /* on CLOCK_MONOTONIC: some directory has become quiet, or stop */
    struct traffic_row *rows;
    bool stop;
};

void traffic_init(struct traffic *traffic);
void traffic_finish(struct traffic *traffic); /* nothing may be on its way */
/* An operation in the directory of that serial begins, ends. Any thread. */
void traffic_enter(struct traffic *traffic, uint64_t dir_serial);
void traffic_leave(struct traffic *traffic, uint64_t dir_serial);
/* Waits until nothing is on its way in that directory: true; false when `wait_ms` have passed, or
 * after traffic_stop. */
bool traffic_wait_quiet(struct traffic *traffic, uint64_t dir_serial, int64_t wait_ms);
/* Frees whoever waits, now and from now on. */
void traffic_stop(struct traffic *traffic);

#endif
