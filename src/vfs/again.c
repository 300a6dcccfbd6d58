/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "vfs/again.h"

#include <stdlib.h>

struct again {
    pid_t thread;
    struct serial dir; /* SERIAL_NONE: nobody's entry */
    struct alias alias;
    enum again_for why;
    struct serial content; /* what it was shown */
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

static bool is_to(const struct again *again, struct serial dir, struct alias alias,
                  enum again_for why)
{
    return serial_is_same(again->dir, dir) && alias_is_same(again->alias, alias) &&
           again->why == why;
}

/* Callers without a pid are not told apart but by where they go. */
static struct again *find(struct agains *agains, pid_t thread, struct serial dir,
                          struct alias alias, enum again_for why)
{
    for (size_t i = 0; i < AGAIN_MOST; i++) {
        struct again *again = &agains->of[i];
        if (!serial_is_none(again->dir) && again->thread == thread &&
            (thread != 0 || is_to(again, dir, alias, why)))
            return again;
    }
    return NULL;
}

/* The same, if it goes there and its time is not over; else NULL. */
static struct again *find_told(struct agains *agains, pid_t thread, struct serial dir,
                               struct alias alias, enum again_for why, int64_t now_ms)
{
    struct again *again = find(agains, thread, dir, alias, why);
    bool told = again != NULL && is_to(again, dir, alias, why) && now_ms < again->until_ms;

    return told ? again : NULL;
}

static void clear(struct agains *agains, struct again *again)
{
    if (again == NULL || serial_is_none(again->dir))
        return;
    again->dir = SERIAL_NONE;
    atomic_fetch_sub(&agains->count, 1);
}

/* A place for one more: the oldest one's, when all are in use. */
static struct again *take_place(struct agains *agains)
{
    struct again *again = &agains->of[agains->next++ % AGAIN_MOST];

    clear(agains, again);
    return again;
}

enum again_way again_walk(struct vfs *vfs, pid_t thread, struct node node, enum again_for why)
{
    struct agains *agains = vfs->agains;
    struct serial dir = dir_serial(node.dir);
    struct serial content = content_serial(node.content);
    int64_t now_ms = clock_now_ms(vfs->config.clock);

    pthread_mutex_lock(&agains->lock);
    const struct again *told = find_told(agains, thread, dir, node.alias, why, now_ms);
    bool was_told = told != NULL;
    bool same = told != NULL && serial_is_same(told->content, content);
    if (thread != 0 || !was_told) /* another without a pid may be on its way still */
        clear(agains, find(agains, thread, dir, node.alias, why));
    if (!was_told) {
        *take_place(agains) = (struct again){.thread = thread,
                                             .dir = dir,
                                             .alias = node.alias,
                                             .why = why,
                                             .content = content,
                                             .until_ms = now_ms + AGAIN_MS};
        atomic_fetch_add(&agains->count, 1);
    }
    pthread_mutex_unlock(&agains->lock);
    return !was_told ? AGAIN_GO : same ? AGAIN_NOWHERE : AGAIN_CAME;
}

bool again_is_coming(struct vfs *vfs, pid_t thread, const struct dir *dir, struct alias alias)
{
    struct agains *agains = vfs->agains;

    if (atomic_load(&agains->count) == 0)
        return false;
    int64_t now_ms = clock_now_ms(vfs->config.clock);

    pthread_mutex_lock(&agains->lock);
    bool coming = find_told(agains, thread, dir_serial(dir), alias, AGAIN_WRITES, now_ms) != NULL;
    pthread_mutex_unlock(&agains->lock);
    return coming;
}

void again_came(struct vfs *vfs, pid_t thread)
{
    struct agains *agains = vfs->agains;

    if (thread == 0 || atomic_load(&agains->count) == 0)
        return;
    pthread_mutex_lock(&agains->lock);
    clear(agains, find(agains, thread, SERIAL_NONE, ALIAS_OF_DIR, AGAIN_WRITES));
    pthread_mutex_unlock(&agains->lock);
}
