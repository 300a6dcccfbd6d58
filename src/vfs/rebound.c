/* SPDX-License-Identifier: MIT */
/* Names that have come to mean another resource of late, other than by this mount. */
#include "config.h"

#include "vfs/rebound.h"

#include <stdlib.h>
#include <string.h>

static void clear(struct rebound *rebound)
{
    free(rebound->name);
    free(rebound->left_by);
    *rebound = (struct rebound){0};
}

void rebounds_finish(struct dir *parent)
{
    for (unsigned i = 0; parent->rebounds != NULL && i < REBOUNDS_REMEMBERED; i++)
        clear(&parent->rebounds[i]);
    free(parent->rebounds);
}

static uint64_t hash_id(const char *id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (; *id != '\0'; id++)
        hash = (hash ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
    return hash;
}

void dir_note_own(struct vfs *vfs, const char *id)
{
    pthread_mutex_lock(&vfs->lock);
    vfs->own_ids[vfs->own_next] = (struct own_change){hash_id(id), clock_now_ms(vfs->config.clock)};
    vfs->own_next = (vfs->own_next + 1) % OWN_IDS_REMEMBERED;
    pthread_mutex_unlock(&vfs->lock);
}

/* With vfs->lock held. */
static bool is_own(const struct vfs *vfs, const char *id)
{
    int64_t since_ms = clock_now_ms(vfs->config.clock) - OWN_CHANGE_MS;
    uint64_t hash = hash_id(id);

    for (unsigned i = 0; i < OWN_IDS_REMEMBERED; i++)
        if (vfs->own_ids[i].id_hash == hash && vfs->own_ids[i].at_ms > since_ms)
            return true;
    return false;
}

/* Whether the name of `known` goes to another resource without this mount's doing. With vfs->lock
 * held. */
static bool is_surprise(const struct dir *known, const char *id)
{
    return id != NULL && dir_id(known) != NULL && !is_own(known->vfs, id) &&
           !is_own(known->vfs, dir_id(known));
}

/* With vfs->lock held; without memory it is not remembered. `left_by` NULL: it went to another. */
static void note(struct dir *parent, const char *name, const char *left_by)
{
    if (parent->rebounds == NULL)
        parent->rebounds = calloc(REBOUNDS_REMEMBERED, sizeof *parent->rebounds);
    if (parent->rebounds == NULL)
        return;
    struct rebound *rebound = &parent->rebounds[parent->rebound_next];
    parent->rebound_next = (parent->rebound_next + 1) % REBOUNDS_REMEMBERED;
    clear(rebound);
    *rebound = (struct rebound){strdup(name), left_by == NULL ? NULL : strdup(left_by),
                                clock_now_ms(parent->vfs->config.clock)};
}

/* Whether the name, which is handed out for `id` now, was left by another's directory, which is
 * what the user was shown by it. With vfs->lock held. */
static bool take_left(struct dir *parent, const char *name, const char *id)
{
    bool surprise = false;

    for (unsigned i = 0; parent->rebounds != NULL && i < REBOUNDS_REMEMBERED; i++) {
        struct rebound *rebound = &parent->rebounds[i];
        if (rebound->name == NULL || rebound->left_by == NULL || strcmp(rebound->name, name) != 0)
            continue;
        surprise = surprise ||
                   (id != NULL && strcmp(rebound->left_by, id) != 0 && !is_own(parent->vfs, id));
        clear(rebound);
    }
    return surprise;
}

/* With vfs->lock held. */
static struct rebound *find(struct dir *parent, const char *name)
{
    int64_t since_ms = clock_now_ms(parent->vfs->config.clock) - REBOUND_MS;

    for (unsigned i = 0; parent->rebounds != NULL && i < REBOUNDS_REMEMBERED; i++) {
        struct rebound *rebound = &parent->rebounds[i];
        if (rebound->name != NULL && rebound->left_by == NULL && rebound->at_ms > since_ms &&
            strcmp(rebound->name, name) == 0)
            return rebound;
    }
    return NULL;
}

void rebound_note_surprise(struct dir *parent, const char *name, struct dir *known, const char *id)
{
    bool left = take_left(parent, name, id);

    if (left || (known != NULL && is_surprise(known, id)))
        note(parent, name, NULL);
}

void rebound_note_left(struct dir *parent, const char *name, const char *id)
{
    if (!is_own(parent->vfs, id))
        note(parent, name, id);
}

bool dir_was_rebound(struct dir *parent, const char *name)
{
    pthread_mutex_lock(&parent->vfs->lock);
    bool found = find(parent, name) != NULL;
    pthread_mutex_unlock(&parent->vfs->lock);
    return found;
}

bool dir_is_rebound(struct dir *dir)
{
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    bool rebound = dir->attached && find(dir->parent, dir_name(dir)) != NULL;
    pthread_mutex_unlock(&vfs->lock);
    return rebound;
}
