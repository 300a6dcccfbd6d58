/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/linger.h"

#include <stdlib.h>

struct lingerer {
    struct dir *dir; /* a reference */
    int64_t until_ms;
};

/* A ring; one directory may be in it several times. */
struct lingering {
    pthread_mutex_t lock;
    struct lingerer *ring; /* of `capacity`, a power of two */
    size_t capacity;
    size_t first;
    size_t count;
};

struct lingering *lingering_create(void)
{
    struct lingering *lingering = calloc(1, sizeof *lingering);

    if (lingering != NULL)
        pthread_mutex_init(&lingering->lock, NULL);
    return lingering;
}

/* With the lock held, as in what follows. */
static struct dir *take_first(struct lingering *lingering)
{
    struct dir *dir = lingering->ring[lingering->first].dir;

    lingering->first = (lingering->first + 1) & (lingering->capacity - 1);
    lingering->count--;
    return dir;
}

static bool grow(struct lingering *lingering)
{
    size_t capacity = lingering->capacity == 0 ? 16 : lingering->capacity * 2;
    struct lingerer *ring = capacity > LINGER_MOST ? NULL : calloc(capacity, sizeof *ring);

    if (ring == NULL)
        return false;
    for (size_t i = 0; i < lingering->count; i++)
        ring[i] = lingering->ring[(lingering->first + i) & (lingering->capacity - 1)];
    free(lingering->ring);
    lingering->ring = ring;
    lingering->capacity = capacity;
    lingering->first = 0;
    return true;
}

/* Takes over the reference; returns one that is to be dropped instead, or NULL. */
static struct dir *keep(struct lingering *lingering, struct dir *dir)
{
    struct dir *dropped = NULL;

    if (lingering->count == lingering->capacity && !grow(lingering)) {
        if (lingering->count == 0)
            return dir;
        dropped = take_first(lingering);
    }
    size_t at = (lingering->first + lingering->count++) & (lingering->capacity - 1);
    lingering->ring[at] = (struct lingerer){dir, clock_now_ms(dir->vfs->config.clock) + LINGER_MS};
    return dropped;
}

void dir_forgotten(struct dir *dir)
{
    if (dir == NULL)
        return;
    struct lingering *lingering = dir->vfs->lingering;

    pthread_mutex_lock(&lingering->lock);
    struct dir *dropped = keep(lingering, dir);
    pthread_mutex_unlock(&lingering->lock);
    dir_unref(dropped);
}

/* One that was kept long enough; NULL: there is none. */
static struct dir *take_old(struct lingering *lingering, int64_t now_ms)
{
    struct dir *dir = NULL;

    pthread_mutex_lock(&lingering->lock);
    if (lingering->count > 0 && lingering->ring[lingering->first].until_ms <= now_ms)
        dir = take_first(lingering);
    pthread_mutex_unlock(&lingering->lock);
    return dir;
}

void linger_sweep(struct vfs *vfs)
{
    int64_t now_ms = clock_now_ms(vfs->config.clock);
    struct dir *dir;

    while ((dir = take_old(vfs->lingering, now_ms)) != NULL)
        dir_unref(dir);
}

void lingering_destroy(struct lingering *lingering)
{
    struct dir *dir;

    if (lingering == NULL)
        return;
    while ((dir = take_old(lingering, INT64_MAX)) != NULL)
        dir_unref(dir);
    free(lingering->ring);
    pthread_mutex_destroy(&lingering->lock);
    free(lingering);
}
