/* SPDX-License-Identifier: MIT */
/* Waiting, where the emulator is told to be slow; its end cuts that short. */
#include "config.h"

#include "emulator/core.h"

#include <errno.h>
#include <time.h>

bool emu_wait_ms(struct emulator *emulator, unsigned ms)
{
    struct timespec until;
    bool on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&emulator->lock);
    while (ms && !emulator->stopping &&
           pthread_cond_timedwait(&emulator->wakeup, &emulator->lock, &until) != ETIMEDOUT)
        ;
    on = !emulator->stopping;
    pthread_mutex_unlock(&emulator->lock);
    return on;
}
