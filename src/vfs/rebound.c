/* SPDX-License-Identifier: MIT */
/* Names that have come to mean another resource of late, other than by this mount. */
#include "config.h"

#include "vfs/rebound.h"

#include "util/digest.h"
#include "util/table.h"

#include <stdlib.h>
#include <string.h>

#define LISTED_MOST 262144 /* names of one directory; with more all are forgotten */

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return digest_mix(digest_bytes(hash, text, strlen(text)));
}

static struct deed_key key_of_name(enum deed_kind kind, const struct dir *parent, const char *name)
{
    return (struct deed_key){.kind = kind, .place = hash_text(dir_serial(parent).number, name)};
}

static uint64_t hash_id(const char *id)
{
    return hash_text(DIGEST_ROOT, id);
}

static struct deed_key key_of_id(const char *id)
{
    return (struct deed_key){.kind = DEED_CHANGED, .place = hash_id(id)};
}

void dir_note_own(struct vfs *vfs, const char *id)
{
    pthread_mutex_lock(&vfs->lock);
    deed_note(vfs->deeds, key_of_id(id), NULL);
    pthread_mutex_unlock(&vfs->lock);
}

/* With vfs->lock held. */
static bool is_own(const struct vfs *vfs, const char *id)
{
    return deed_find(vfs->deeds, key_of_id(id)) != NULL;
}

/* Whether the name of `known` goes to another resource without this mount's doing. With vfs->lock
 * held. */
static bool is_surprise(const struct dir *known, const char *id)
{
    return id != NULL && dir_id(known) != NULL && !is_own(known->vfs, id) &&
           !is_own(known->vfs, dir_id(known));
}

/* Whether the name, which is handed out for `id` now, was left by another's directory, which is
 * what the user was shown by it. With vfs->lock held. */
static bool take_left(struct dir *parent, const char *name, const char *id)
{
    struct deeds *deeds = parent->vfs->deeds;
    struct deed *left = deed_find(deeds, key_of_name(DEED_LEFT, parent, name));

    if (left == NULL)
        return false;
    bool by_other = id != NULL && left->value != hash_id(id);
    deed_forget(deeds, left);
    return by_other && !is_own(parent->vfs, id);
}

/* Of names that were listed only hashes are kept: one of two with the same hash, in 4,000 million,
 * may be refused once where it need not be. */

static uint32_t hash_name(const char *name)
{
    return table_hash(name, strlen(name));
}

/* As the number of an element: never TABLE_NONE. */
static uint32_t number_of_id(const char *id)
{
    uint32_t hash = table_hash(id, strlen(id));

    return hash == TABLE_NONE ? 1 : hash;
}

static bool is_any(const void *owner, uint32_t number, const void *key)
{
    (void)owner, (void)number, (void)key;
    return true;
}

static uint32_t find_listed(const struct dir *parent, uint32_t hash)
{
    return parent->listed == NULL ? TABLE_NONE
                                  : table_find(parent->listed, hash, is_any, NULL, NULL);
}

static void add_listed(struct dir *parent, uint32_t hash, uint32_t number)
{
    if (parent->listed == NULL)
        parent->listed = calloc(1, sizeof *parent->listed);
    if (parent->listed == NULL)
        return;
    if (parent->listed->count >= LISTED_MOST)
        table_finish(parent->listed);
    (void)table_add(parent->listed, hash, number);
}

/* What it was listed for before; TABLE_NONE: not at all. */
static uint32_t note_listed(struct dir *parent, uint32_t hash, uint32_t number)
{
    uint32_t before = find_listed(parent, hash);

    if (before == TABLE_NONE)
        add_listed(parent, hash, number);
    else if (before != number)
        table_replace(parent->listed, hash, before, number);
    return before;
}

void dir_note_listed(struct dir *parent, const char *name, const char *id)
{
    uint32_t number = number_of_id(id);

    pthread_mutex_lock(&parent->vfs->lock);
    uint32_t before = note_listed(parent, hash_name(name), number);
    if (before != TABLE_NONE && before != number && !is_own(parent->vfs, id))
        deed_note(parent->vfs->deeds, key_of_name(DEED_WENT, parent, name), NULL);
    pthread_mutex_unlock(&parent->vfs->lock);
}

/* What the name was listed for last, which a directory stands for from now on; TABLE_NONE. */
static uint32_t take_listed(struct dir *parent, const char *name)
{
    uint32_t hash = hash_name(name);
    uint32_t number = find_listed(parent, hash);

    if (number != TABLE_NONE)
        table_remove(parent->listed, hash, number);
    return number;
}

void rebound_forget_listed(struct dir *parent, const char *name)
{
    (void)take_listed(parent, name);
}

void rebound_finish(struct dir *parent)
{
    if (parent->listed != NULL)
        table_finish(parent->listed);
    free(parent->listed);
}

/* Whether the name was listed for another resource than `id`, and this mount has no part in it. */
static bool was_listed_for_other(struct dir *parent, const char *name, const char *id)
{
    uint32_t number = take_listed(parent, name);

    return number != TABLE_NONE && id != NULL && number != number_of_id(id) &&
           !is_own(parent->vfs, id);
}

/* ------------------------------------------------------------------------------------------------
 */

void rebound_note_surprise(struct dir *parent, const char *name, struct dir *known, const char *id)
{
    bool left = take_left(parent, name, id);
    bool listed = was_listed_for_other(parent, name, id);

    if (left || (known == NULL && listed) || (known != NULL && is_surprise(known, id)))
        deed_note(parent->vfs->deeds, key_of_name(DEED_WENT, parent, name), NULL);
}

void rebound_note_left(struct dir *parent, const char *name, const char *id)
{
    struct deeds *deeds = parent->vfs->deeds;
    struct deed_key key = key_of_name(DEED_LEFT, parent, name);

    if (is_own(parent->vfs, id))
        return;
    const struct deed *before = deed_find(deeds, key);
    bool by_several = before != NULL && before->value != hash_id(id);
    struct deed *left = deed_note(deeds, key, NULL);
    if (left != NULL)
        left->value = by_several ? 0 : hash_id(id);
}

/* With vfs->lock held. */
static bool went(const struct dir *parent, const char *name)
{
    return deed_find(parent->vfs->deeds, key_of_name(DEED_WENT, parent, name)) != NULL;
}

bool dir_was_rebound(struct dir *parent, const char *name)
{
    pthread_mutex_lock(&parent->vfs->lock);
    bool found = went(parent, name);
    pthread_mutex_unlock(&parent->vfs->lock);
    return found;
}

bool dir_is_rebound(struct dir *dir)
{
    struct vfs *vfs = dir->vfs;

    pthread_mutex_lock(&vfs->lock);
    bool rebound = dir->attached && went(dir->parent, dir_name(dir));
    pthread_mutex_unlock(&vfs->lock);
    return rebound;
}
