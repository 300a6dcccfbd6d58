/* SPDX-License-Identifier: MIT */
/*
 * How many callers of a mount wait. Each holds the thread that serves it, and threads must be left
 * that answer the next caller and hear that one of those who wait was interrupted: so there are
 * fewer seats than threads, and for who finds none it is now or never. A caller that waits without
 * a thread needs no seat; it is counted only.
 *
 * Any thread; no lock.
 */
#ifndef UTIL_WAITING_ROOM_H
#define UTIL_WAITING_ROOM_H

#include <stdatomic.h>
#include <stdbool.h>

struct waiting_room {
    unsigned seats;
    atomic_uint seated;
    atomic_uint standing; /* those that hold no thread */
};

/* For `threads` that serve callers, at least 2: an eighth of them, at least one and at most eight,
 * is kept free. */
void waiting_room_init(struct waiting_room *room, unsigned threads);
/* Takes a seat; false: none is free. */
bool waiting_room_sit(struct waiting_room *room);
/* Gives back a seat that was taken. */
void waiting_room_rise(struct waiting_room *room);
/* One more, or one less, that waits without a thread. */
void waiting_room_stand(struct waiting_room *room);
void waiting_room_go(struct waiting_room *room);
/* How many wait, in either way. */
unsigned waiting_room_count(const struct waiting_room *room);

#endif
