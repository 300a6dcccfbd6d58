/* SPDX-License-Identifier: MIT */
/*
 * The kernel's epoch: since 6.16 a filesystem can raise it, and from then on every name is looked
 * up again at its next use. That takes no lock of a directory, so it waits for nobody. And the
 * attributes of a number, dropped alone (an offset below 0), which takes none either. Whatever
 * drops a single name, or pages, does, and is never called.
 */
#include "config.h"

#include "fs/belief.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* <linux/fuse.h> of older systems does not have it. */
#define NOTIFY_INC_EPOCH 8

/* False: this kernel has none. */
static bool raise_epoch(const struct belief *belief)
{
    const struct {
        uint32_t size_bytes;
        int32_t code;
        uint64_t unique; /* 0: a notification */
    } message = {sizeof message, NOTIFY_INC_EPOCH, 0};

    return write(fuse_session_fd(belief->fuse), &message, sizeof message) == sizeof message ||
           errno != EINVAL;
}

void belief_init(struct belief *belief, struct fuse_session *fuse, struct inodes *inodes,
                 bool leases)
{
    belief->fuse = fuse;
    belief->inodes = inodes;
    atomic_init(&belief->state, leases ? BELIEF_NONE : BELIEF_UNKNOWN);
}

void belief_ask(struct belief *belief)
{
    if (atomic_load(&belief->state) == BELIEF_UNKNOWN)
        atomic_store(&belief->state, raise_epoch(belief) ? BELIEF_LASTS : BELIEF_NONE);
}

void belief_end(struct belief *belief)
{
    atomic_store(&belief->state, BELIEF_NONE);
}

/* What was to be believed for long ends when it begins to be leased. */
static void count_dirs(struct belief *belief)
{
    bool crowded = inodes_count(belief->inodes) > BELIEF_DIRS_MOST;
    enum belief_state before = crowded ? BELIEF_LASTS : BELIEF_CROWDED;

    if (atomic_compare_exchange_strong(&belief->state, &before,
                                       crowded ? BELIEF_CROWDED : BELIEF_LASTS) &&
        crowded)
        raise_epoch(belief);
}

bool belief_lasts(void *ctx)
{
    struct belief *belief = ctx;

    count_dirs(belief);
    return atomic_load(&belief->state) == BELIEF_LASTS;
}

void belief_forget_names(void *ctx)
{
    struct belief *belief = ctx;

    if (belief_lasts(belief))
        raise_epoch(belief);
}

void belief_forget_dates(void *ctx, const uint64_t *keys, size_t count)
{
    struct belief *belief = ctx;
    uint64_t *numbers;

    if (!belief_lasts(belief))
        return;
    size_t found = inodes_collect(belief->inodes, keys, count, &numbers);

    for (size_t i = 0; i < found; i++)
        fuse_lowlevel_notify_inval_inode(belief->fuse, numbers[i], -1, 0);
    free(numbers);
}
