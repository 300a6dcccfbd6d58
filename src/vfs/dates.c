/* SPDX-License-Identifier: MIT */
/* Dates of names: when one in a directory came, went or was replaced by this mount's doing. */
#include "config.h"

#include "vfs/dates.h"

#include <stdlib.h>
#include <string.h>

#define DIRS_MOST 16384 /* whose dates are remembered */

/* When a name in a directory last changed. */
struct names_date {
    uint64_t key;
    int64_t ms;
    UT_hash_handle hh;
};

struct dates {
    pthread_mutex_t lock;
    struct names_date *by_key; /* in the order in which they were first noted */
    struct notices changed;    /* dates that others are to be told of */
};

struct dates *dates_create(void)
{
    struct dates *dates = calloc(1, sizeof *dates);

    if (dates == NULL)
        return NULL;
    pthread_mutex_init(&dates->lock, NULL);
    notices_init(&dates->changed);
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
    notices_finish(&dates->changed);
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
    pthread_mutex_unlock(&dates->lock);
    notices_add(&dates->changed, dir_shows(dir));
}

void dates_tell(struct vfs *vfs)
{
    const struct vfs_belief *belief = &vfs->config.belief;

    notices_tell(&vfs->dates->changed, belief->forget_dates, belief->ctx);
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
