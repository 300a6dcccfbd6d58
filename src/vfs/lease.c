/* SPDX-License-Identifier: MIT */
/*
 * How long the kernel may believe in the name of a resource, and in the date of a directory,
 * without asking again.
 *
 * Where it can be told that it must not any more (config.belief), so long as what is known is
 * fresh: it is told after something has changed, and before anybody is answered who waited for
 * that. What is being answered meanwhile counts as old, too.
 *
 * Elsewhere a name could only be dropped one by one, under the lock of its directory, for which the
 * kernel waits where no signal reaches, while whoever holds that lock may be waiting for an answer
 * of ours. A daemon that is killed just then leaves a mount that hangs for good. So a name is
 * believed for a moment only, a lease, long enough for what ls and find do with each entry that
 * they have just read; and who changes something is answered when everything that was believed
 * before has run out. Whoever has seen the answer sees nothing old any more.
 */
#include "config.h"

#include "vfs/lease.h"

#include "vfs/dates.h"

#include <time.h>

#define LEASE_MS 4
/* The kernel counts in ticks, of which it takes at least one whole: up to 10 ms each. */
#define LEASE_END_MS 20

static bool lasts(const struct vfs *vfs)
{
    const struct vfs_belief *belief = &vfs->config.belief;

    return belief->lasts != NULL && belief->lasts(belief->ctx);
}

static int64_t give_lease(struct vfs *vfs)
{
    atomic_store(&vfs->leased_ms, clock_now_ms(&clock_system));
    return LEASE_MS;
}

int64_t lease_give(const struct dir *dir)
{
    const struct vfs_hooks *hooks = dir->vfs->config.hooks;
    int64_t fresh_ms = 0;

    if (lasts(dir->vfs) && hooks->names_valid_ms != NULL)
        fresh_ms = hooks->names_valid_ms(dir);
    return fresh_ms > LEASE_MS ? fresh_ms : give_lease(dir->vfs);
}

bool lease_lasts(const struct dir *dir)
{
    return lasts(dir->vfs);
}

void lease_check(struct vfs *vfs, uint64_t before, struct entry *entry)
{
    if (atomic_load(&vfs->own_changes) == before || lasts(vfs))
        return;
    entry->entry_valid_ms = 0;
    entry->attr_valid_ms = 0;
}

/* What was leased, if something was, has run out then. */
static void outlast_leases(const struct vfs *vfs)
{
    int64_t left_ms = atomic_load(&vfs->leased_ms) + LEASE_END_MS - clock_now_ms(&clock_system);
    struct timespec pause = {.tv_nsec = (long)left_ms * 1000000L};

    if (left_ms > 0)
        nanosleep(&pause, NULL);
}

static void forget_names(struct vfs *vfs)
{
    const struct vfs_belief *belief = &vfs->config.belief;

    if (belief->forget_names == NULL)
        return;
    atomic_fetch_add(&vfs->forgets, 1);
    belief->forget_names(belief->ctx);
}

void vfs_settle(struct vfs *vfs, struct call *call)
{
    dates_tell(vfs);
    if (!call->changed)
        return;
    forget_names(vfs);
    if (!lasts(vfs))
        outlast_leases(vfs);
}

void vfs_changed(struct vfs *vfs, const uint64_t *keys, size_t count)
{
    const struct vfs_belief *belief = &vfs->config.belief;

    forget_names(vfs);
    if (belief->forget_dates != NULL)
        belief->forget_dates(belief->ctx, keys, count);
}
