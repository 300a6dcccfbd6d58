/* SPDX-License-Identifier: MIT */
/*
 * What has changed, by keys, until somebody is told of it: noted wherever it happens, also under
 * other locks (its own is innermost), told where none is held, one telling at a time. Who tells
 * comes back when all that was noted before has been told, by itself or by another. Any thread.
 */
#ifndef UTIL_NOTICES_H
#define UTIL_NOTICES_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define NOTICES_MOST 32 /* keys that are told by name */

struct notices {
    pthread_mutex_t telling; /* while it is told; outside lock */
    pthread_mutex_t lock;    /* guards keys and count */
    _Atomic(uint64_t) noted; /* how often something was */
    _Atomic(uint64_t) told;  /* how much of that was told */
    uint64_t keys[NOTICES_MOST];
    size_t count; /* may be more than there are keys */
};

/* `keys` NULL: more than can be named. */
typedef void notices_teller(void *ctx, const uint64_t *keys, size_t count);

void notices_init(struct notices *notices);
void notices_finish(struct notices *notices);
void notices_add(struct notices *notices, uint64_t key);
/* Something is to be told of, which has no key. */
void notices_add_nameless(struct notices *notices);
/* Calls `tell` if anything was noted; costs nothing otherwise. */
void notices_tell(struct notices *notices, notices_teller *tell, void *ctx);

#endif
