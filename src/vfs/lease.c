/* SPDX-License-Identifier: MIT */
/*
 * How long the kernel may believe in the name of a resource without asking again.
 *
 * It can't be told that a name means something else now: to drop it, the kernel takes the lock of
 * the directory, and waits for it where no signal reaches, while whoever holds that lock may be
 * waiting for an answer of ours. A daemon that is killed just then leaves a mount that hangs for
 * good. So a name is believed for a moment only, long enough for what ls and find do with each
 * entry that they have just read; and who changes something is answered when everything that was
 * believed before has run out. Whoever has seen the answer sees nothing old any more.
 */
#include "config.h"

#include "vfs/lease.h"

#include <time.h>

#define LEASE_MS 4
/* The kernel counts in ticks, of which it takes at least one whole: up to 10 ms each. */
#define LEASE_END_MS 20

int64_t lease_give(struct vfs *vfs)
{
    atomic_store(&vfs->leased_ms, clock_now_ms(&clock_system));
    return LEASE_MS;
}

void lease_check(struct vfs *vfs, uint64_t before, struct entry *entry)
{
    if (atomic_load(&vfs->own_changes) == before)
        return;
    entry->entry_valid_ms = 0;
    entry->attr_valid_ms = 0;
}

void vfs_settle(struct vfs *vfs, struct call *call)
{
    int64_t left_ms = atomic_load(&vfs->leased_ms) + LEASE_END_MS - clock_now_ms(&clock_system);
    struct timespec pause = {.tv_nsec = (long)left_ms * 1000000L};

    if (call->changed && left_ms > 0)
        nanosleep(&pause, NULL);
}
