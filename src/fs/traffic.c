/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fs/traffic.h"

#include "util/clock.h"

#include <stdlib.h>
#include <time.h>
#include <uthash.h>

struct traffic_row {
    uint64_t serial;
    unsigned operations;
    UT_hash_handle hh;
};

void traffic_init(struct traffic *traffic)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&traffic->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&traffic->quiet, &attr);
    pthread_condattr_destroy(&attr);
    traffic->rows = NULL;
    traffic->stop = false;
}

void traffic_finish(struct traffic *traffic)
{
    struct traffic_row *row;
    struct traffic_row *next;

    HASH_ITER (hh, traffic->rows, row, next) {
        HASH_DEL(traffic->rows, row);
        free(row);
    }
    pthread_cond_destroy(&traffic->quiet);
    pthread_mutex_destroy(&traffic->lock);
}

static struct traffic_row *find(struct traffic *traffic, uint64_t serial)
{
    struct traffic_row *row;

    HASH_FIND(hh, traffic->rows, &serial, sizeof serial, row);
    return row;
}

/* Without memory the operation is not counted, and the notifier may wait in the kernel. */
void traffic_enter(struct traffic *traffic, uint64_t dir_serial)
{
    pthread_mutex_lock(&traffic->lock);
    struct traffic_row *row = find(traffic, dir_serial);
    if (row == NULL && (row = calloc(1, sizeof *row)) != NULL) {
        row->serial = dir_serial;
        HASH_ADD(hh, traffic->rows, serial, sizeof row->serial, row);
    }
    if (row != NULL)
        row->operations++;
    pthread_mutex_unlock(&traffic->lock);
}

void traffic_leave(struct traffic *traffic, uint64_t dir_serial)
{
    pthread_mutex_lock(&traffic->lock);
    struct traffic_row *row = find(traffic, dir_serial);
    if (row != NULL && --row->operations == 0) {
        HASH_DEL(traffic->rows, row);
        free(row);
        pthread_cond_broadcast(&traffic->quiet);
    }
    pthread_mutex_unlock(&traffic->lock);
}

bool traffic_wait_quiet(struct traffic *traffic, uint64_t dir_serial, int64_t wait_ms)
{
    int64_t end_ms = clock_now_ms(&clock_system) + wait_ms;
    struct timespec end = {.tv_sec = (time_t)(end_ms / 1000),
                           .tv_nsec = (long)(end_ms % 1000) * 1000000L};

    pthread_mutex_lock(&traffic->lock);
    while (!traffic->stop && find(traffic, dir_serial) != NULL &&
           clock_now_ms(&clock_system) < end_ms)
        pthread_cond_timedwait(&traffic->quiet, &traffic->lock, &end);
    bool quiet = !traffic->stop && find(traffic, dir_serial) == NULL;
    pthread_mutex_unlock(&traffic->lock);
    return quiet;
}

void traffic_stop(struct traffic *traffic)
{
    pthread_mutex_lock(&traffic->lock);
    traffic->stop = true;
    pthread_cond_broadcast(&traffic->quiet);
    pthread_mutex_unlock(&traffic->lock);
}
