/* SPDX-License-Identifier: MIT */
/*
 * Which open directories the kernel may keep a copy of. A stream of a directory has a generation:
 * what counts the names in it, and the state of the resource whose files they are. It may fill the
 * kernel's copy when no other stream has that open, and is served from it when the copy is of its
 * own generation and was read to the end, nothing was to be believed anew since, and what is known
 * is fresh still. So one open directory is of one generation, also where the kernel has to ask for
 * a part of it again: offsets mean the same in all its streams.
 */
#include "config.h"

#include "vfs/dir_cache.h"

#include "vfs/content.h"
#include "vfs/lease.h"
#include "vfs/lookup.h"
#include "vfs/overlay.h"
#include "vfs/scratch.h"

#include <stdlib.h>

/* The generation of the kernel's copy. */
struct dir_cache {
    struct names_state state;
    struct serial content; /* what its files show; SERIAL_NONE: it has none that show a state */
    uint64_t forgets;      /* vfs->forgets then */
    int64_t until_ms;      /* when what is known is fresh no more */
    bool complete;         /* a stream was read to its end */
    unsigned streams;      /* that are open and may use it */
};

struct names_state names_state_of(struct dir *dir)
{
    const struct vfs_hooks *hooks = dir->vfs->config.hooks;

    return (struct names_state){
        .own_changes = atomic_load(&dir->vfs->own_changes),
        .elsewhere = hooks->names_generation == NULL ? 0 : hooks->names_generation(dir),
        .local = atomic_load(&dir->names_changed)};
}

bool names_state_is_same(struct names_state a, struct names_state b)
{
    return a.own_changes == b.own_changes && a.elsewhere == b.elsewhere && a.local == b.local;
}

/* Whether it shows what is laid over nothing. */
static bool is_bare(struct dir *dir)
{
    return !overlay_is_any(dir) && !scratch_is_any(dir);
}

/* Whether it shows the files of one state, and no others. */
static bool shows_state_alone(struct dir *dir)
{
    const struct leaf_row *rows = dir_ops(dir)->leaves;
    bool alone = true;

    for (uint32_t i = 0; alone && rows != NULL && rows[i].name != NULL; i++)
        alone = rows[i].is_pinned == NULL || rows[i].is_pinned(dir);
    return alone;
}

/* The state that its files show; SERIAL_NONE: they show none, or others as well. Whatever changes
 * that is told, where it can be: then it is as it was. */
static struct serial state_of(struct dir *dir, const struct dir_cache *known, uint64_t forgets)
{
    if (!is_bare(dir))
        return SERIAL_NONE;
    if (!serial_is_none(known->content) && known->forgets == forgets && lease_lasts(dir))
        return known->content;
    struct content *content = shows_state_alone(dir) ? content_of(dir) : NULL;
    struct serial serial = content == NULL ? SERIAL_NONE : content_serial(content);

    content_unref(content);
    return serial;
}

void dir_cache_note_look(struct vfs *vfs, pid_t thread)
{
    _Atomic(pid_t) *looker = &vfs->lookers[(unsigned)thread % LOOKERS];

    if (atomic_load_explicit(looker, memory_order_relaxed) != thread)
        atomic_store_explicit(looker, thread, memory_order_relaxed);
}

static bool is_looker(struct vfs *vfs, pid_t thread)
{
    return atomic_load_explicit(&vfs->lookers[(unsigned)thread % LOOKERS], memory_order_relaxed) ==
           thread;
}

/* Whether that thread is served best by the kernel's own copy. Where names are leased each file in
 * it has to be looked up to be looked at, and READDIRPLUS brings all at once. */
static bool is_well_served(struct dir *dir, pid_t thread)
{
    return lease_lasts(dir) || !is_looker(dir->vfs, thread);
}

/* False: nobody may keep it: of a directory of resources each entry that the kernel has no copy of
 * is looked up, so what it has is of use only where it may be believed. */
static bool get_generation(struct dir *dir, const struct dir_cache *known, struct dir_cache *out)
{
    const struct vfs_hooks *hooks = dir->vfs->config.hooks;
    bool counted = dir_ops(dir)->counted;

    *out = (struct dir_cache){.forgets = atomic_load(&dir->vfs->forgets)};
    if (hooks->names_valid_ms == NULL || (counted && !lease_lasts(dir)))
        return false;
    if (!counted)
        out->content = state_of(dir, known, out->forgets);
    if (!counted && serial_is_none(out->content))
        return false;
    out->state = names_state_of(dir);
    int64_t fresh_ms = hooks->names_valid_ms(dir_resource(dir));
    out->until_ms = clock_now_ms(dir->vfs->config.clock) + fresh_ms;
    return fresh_ms > 0;
}

static bool is_same(const struct dir_cache *known, const struct dir_cache *now, int64_t now_ms)
{
    return serial_is_same(known->content, now->content) &&
           names_state_is_same(known->state, now->state) && known->forgets == now->forgets &&
           now_ms < known->until_ms;
}

/* With vfs->lock held. */
static enum listing_keep decide(struct dir *dir, pid_t thread, const struct dir_cache *now)
{
    struct dir_cache *known = dir->cache;

    if (known == NULL)
        known = dir->cache = calloc(1, sizeof *known);
    if (known == NULL)
        return LISTING_NEW;
    if (known->complete && is_same(known, now, clock_now_ms(dir->vfs->config.clock)) &&
        is_well_served(dir, thread)) {
        known->streams++;
        return LISTING_KEPT;
    }
    if (known->streams > 0)
        return LISTING_NEW;
    *known = *now;
    known->streams = 1;
    return LISTING_FILLS;
}

/* What the directory's files show, by its serial: a reference, or NULL. With vfs->lock held. */
static struct content *hold_content(const struct dir *dir, struct serial serial)
{
    if (serial_is_none(serial) || dir->content == NULL ||
        !serial_is_same(content_serial(dir->content), serial))
        return NULL;
    return content_ref(dir->content);
}

enum listing_keep dir_cache_enter(struct dir *dir, pid_t thread, struct content **content)
{
    enum listing_keep keep = LISTING_NEW;
    struct dir_cache known = {0};
    struct dir_cache now;

    *content = NULL;
    pthread_mutex_lock(&dir->vfs->lock);
    if (dir->cache != NULL)
        known = *dir->cache;
    pthread_mutex_unlock(&dir->vfs->lock);
    if (!get_generation(dir, &known, &now))
        return LISTING_NEW;
    pthread_mutex_lock(&dir->vfs->lock);
    *content = hold_content(dir, now.content);
    if (serial_is_none(now.content) || *content != NULL)
        keep = decide(dir, thread, &now);
    pthread_mutex_unlock(&dir->vfs->lock);
    return keep;
}

bool dir_cache_is_of(struct dir *dir, struct names_state state)
{
    pthread_mutex_lock(&dir->vfs->lock);
    bool same = names_state_is_same(dir->cache->state, state);
    pthread_mutex_unlock(&dir->vfs->lock);
    return same;
}

void dir_cache_complete(struct dir *dir)
{
    pthread_mutex_lock(&dir->vfs->lock);
    dir->cache->complete = true;
    pthread_mutex_unlock(&dir->vfs->lock);
}

void dir_cache_leave(struct dir *dir, enum listing_keep keep)
{
    if (keep == LISTING_NEW)
        return;
    pthread_mutex_lock(&dir->vfs->lock);
    dir->cache->streams--;
    pthread_mutex_unlock(&dir->vfs->lock);
}
