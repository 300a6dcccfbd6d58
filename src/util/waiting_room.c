/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/waiting_room.h"

#define KEPT_FREE_SHARE 8 /* an eighth */
#define KEPT_FREE_MOST  8

void waiting_room_init(struct waiting_room *room, unsigned threads)
{
    unsigned kept = threads / KEPT_FREE_SHARE;

    if (kept < 1)
        kept = 1;
    if (kept > KEPT_FREE_MOST)
        kept = KEPT_FREE_MOST;
    room->seats = threads > kept ? threads - kept : 0;
    atomic_init(&room->seated, 0);
    atomic_init(&room->standing, 0);
}

bool waiting_room_sit(struct waiting_room *room)
{
    unsigned seated = atomic_load(&room->seated);

    while (seated < room->seats)
        if (atomic_compare_exchange_weak(&room->seated, &seated, seated + 1))
            return true;
    return false;
}

void waiting_room_rise(struct waiting_room *room)
{
    atomic_fetch_sub(&room->seated, 1);
}

void waiting_room_stand(struct waiting_room *room)
{
    atomic_fetch_add(&room->standing, 1);
}

void waiting_room_go(struct waiting_room *room)
{
    atomic_fetch_sub(&room->standing, 1);
}

unsigned waiting_room_count(const struct waiting_room *room)
{
    return atomic_load(&room->seated) + atomic_load(&room->standing);
}
