/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/again.h"

#include <stdlib.h>

struct again {
    pid_t thread;
    uint64_t dir; /* its serial; 0: nobody's entry */
    uint32_t leaf;
    int64_t until_ms;
};

struct agains {
    pthread_mutex_t lock;
    atomic_uint count; /* of those in use: 0 costs nothing */
    unsigned next;
    struct again of[AGAIN_MOST];
};

struct agains *agains_create(void)
{
    struct agains *agains = calloc(1, sizeof *agains);

    if (agains != NULL)
        pthread_mutex_init(&agains->lock, NULL);
    return agains;
}

void agains_destroy(struct agains *agains)
{
    if (agains == NULL)
        return;
    pthread_mutex_destroy(&agains->lock);
    free(agains);
}

/* What follows wants the lock held. */

/* Callers without a pid are not told apart but by where they go. */
static struct again *find(struct agains *agains, pid_t thread, uint64_t dir, uint32_t leaf)
{
    for (size_t i = 0; i < AGAIN_MOST; i++) {
        struct again *again = &agains->of[i];
        if (again->dir != 0 && again->thread == thread &&
            (thread != 0 || (again->dir == dir && again->leaf == leaf)))
            return again;
    }
    return NULL;
}

static void clear(struct agains *agains, struct again *again)
{
    if (again == NULL || again->dir == 0)
        return;
    again->dir = 0;
    atomic_fetch_sub(&agains->count, 1);
}

static bool is_for(const struct again *again, uint64_t dir, uint32_t leaf, int64_t now_ms)
{
    return again != NULL && again->dir == dir && again->leaf == leaf && now_ms < again->until_ms;
}

/* A place for one more: the oldest one's, when all are in use. */
static struct again *take_place(struct agains *agains)
{
    struct again *again = &agains->of[agains->next++ % AGAIN_MOST];

    clear(agains, again);
    return again;
}

bool again_walk(struct vfs *vfs, pid_t thread, struct node node)
{
    struct agains *agains = vfs->agains;
    uint64_t dir = dir_serial(node.dir);
    int64_t now_ms = clock_now_ms(vfs->config.clock);

    pthread_mutex_lock(&agains->lock);
    struct again *again = find(agains, thread, dir, node.leaf);
    bool was_told = is_for(again, dir, node.leaf, now_ms);
    if (thread != 0 || !was_told) /* another without a pid may be on its way still */
        clear(agains, again);
    if (!was_told) {
        *take_place(agains) = (struct again){
            .thread = thread, .dir = dir, .leaf = node.leaf, .until_ms = now_ms + AGAIN_MS};
        atomic_fetch_add(&agains->count, 1);
    }
    pthread_mutex_unlock(&agains->lock);
    return !was_told;
}

bool again_is_coming(struct vfs *vfs, pid_t thread, const struct dir *dir, uint32_t leaf)
{
    struct agains *agains = vfs->agains;

    if (atomic_load(&agains->count) == 0)
        return false;
    int64_t now_ms = clock_now_ms(vfs->config.clock);

    pthread_mutex_lock(&agains->lock);
    bool coming =
        is_for(find(agains, thread, dir_serial(dir), leaf), dir_serial(dir), leaf, now_ms);
    pthread_mutex_unlock(&agains->lock);
    return coming;
}

void again_came(struct vfs *vfs, pid_t thread)
{
    struct agains *agains = vfs->agains;

    if (thread == 0 || atomic_load(&agains->count) == 0)
        return;
    pthread_mutex_lock(&agains->lock);
    clear(agains, find(agains, thread, 0, 0));
    pthread_mutex_unlock(&agains->lock);
}
