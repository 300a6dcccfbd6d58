/* SPDX-License-Identifier: MIT */
/* Dates of names: when one in a directory came, went or was replaced by this mount's doing. */
#include "config.h"

#include "vfs/dates.h"

#include <stdlib.h>
#include <string.h>

#define DIRS_MOST 16384 /* whose dates are remembered */
#define TOLD_MOST 16    /* resources that are named when others are told */

/* When a name in a directory last changed. */
struct names_date {
    uint64_t key;
    int64_t ms;
    UT_hash_handle hh;
};

struct dates {
    pthread_mutex_t lock;
    struct names_date *by_key; /* in the order in which they were first noted */
    pthread_mutex_t telling;   /* while others are told; outside lock */
    _Atomic(uint64_t) noted;   /* how often one changed */
    _Atomic(uint64_t) told;    /* how much of that was told */
    uint64_t keys[TOLD_MOST];  /* of the resources whose directories they are, or 0 */
    size_t count;              /* may be more than there are keys */
};

struct dates *dates_create(void)
{
    struct dates *dates = calloc(1, sizeof *dates);

    if (dates == NULL)
        return NULL;
    pthread_mutex_init(&dates->lock, NULL);
    pthread_mutex_init(&dates->telling, NULL);
    return dates;
}

void dates_destroy(struct dates *dates)
{
    struct names_date *date, *next;

    if (dates == NULL)
        return;
    HASH_ITER (hh, dates->by_key, date, next) {
        HASH_DEL(dates->by_key, date);
        free(date);
    }
    pthread_mutex_destroy(&dates->telling);
    pthread_mutex_destroy(&dates->lock);
    free(dates);
}

/* --- names ------------------------------------------------------------------------------------ */

/* With the lock held; NULL: no memory. */
static struct names_date *find_or_add(struct dates *dates, uint64_t key)
{
    struct names_date *date;

    HASH_FIND(hh, dates->by_key, &key, sizeof key, date);
    if (date != NULL)
        return date;
    if (HASH_COUNT(dates->by_key) >= DIRS_MOST) {
        struct names_date *oldest = dates->by_key;
        HASH_DEL(dates->by_key, oldest);
        free(oldest);
    }
    date = calloc(1, sizeof *date);
    if (date == NULL)
        return NULL;
    date->key = key;
    HASH_ADD(hh, dates->by_key, key, sizeof date->key, date);
    return date;
}

static void note_names(const struct dir *dir)
{
    struct dates *dates = dir->vfs->dates;
    int64_t now_ms = clock_wall_ms(dir->vfs->config.clock);

    pthread_mutex_lock(&dates->lock);
    struct names_date *date = find_or_add(dates, dir_key(dir));
    if (date != NULL)
        date->ms = now_ms > date->ms ? now_ms : date->ms + 1;
    if (dates->count < TOLD_MOST)
        dates->keys[dates->count] = dir_shows(dir);
    dates->count++;
    atomic_fetch_add(&dates->noted, 1);
    pthread_mutex_unlock(&dates->lock);
}

/* With dates->telling held. */
static void tell(struct vfs *vfs, struct dates *dates)
{
    const struct vfs_belief *belief = &vfs->config.belief;
    uint64_t keys[TOLD_MOST];

    pthread_mutex_lock(&dates->lock);
    uint64_t noted = atomic_load(&dates->noted);
    size_t count = dates->count;
    memcpy(keys, dates->keys, sizeof keys);
    dates->count = 0;
    pthread_mutex_unlock(&dates->lock);
    if (count > 0 && belief->forget_dates != NULL)
        belief->forget_dates(belief->ctx, count > TOLD_MOST ? NULL : keys, count);
    atomic_store(&dates->told, noted);
}

void dates_tell(struct vfs *vfs)
{
    struct dates *dates = vfs->dates;

    if (atomic_load(&dates->told) == atomic_load(&dates->noted))
        return;
    pthread_mutex_lock(&dates->telling);
    tell(vfs, dates);
    pthread_mutex_unlock(&dates->telling);
}

void dir_note_names(struct dir *dir)
{
    atomic_fetch_add(&dir->names_changed, 1);
    note_names(dir);
}

struct date date_of_names(const struct dir *dir)
{
    struct dates *dates = dir->vfs->dates;
    uint64_t key = dir_key(dir);
    struct names_date *date;

    pthread_mutex_lock(&dates->lock);
    HASH_FIND(hh, dates->by_key, &key, sizeof key, date);
    int64_t ms = date == NULL ? -1 : date->ms;
    pthread_mutex_unlock(&dates->lock);
    return (struct date){.ms = ms};
}

struct date date_later(struct date a, struct date b)
{
    return b.ms > a.ms ? b : a;
}
