/* SPDX-License-Identifier: MIT */
/*
 * Dates of what is shown. Milliseconds tell when something was changed, as far as this mount knows;
 * what is below them is a hash of the document as it is shown, so that a change that was made while
 * nothing was mounted, and left the size as it was, can be seen by who remembers all of the date.
 */
#include "config.h"

#include "tree/dates.h"

#include "document/document.h"

#include <stdlib.h>
#include <string.h>

#define BELOW_NS  1000000u /* in a millisecond */
#define DIRS_MOST 16384    /* whose dates are remembered */

/* When a name in a directory last changed. */
struct names_date {
    uint64_t key;
    int64_t ms;
    UT_hash_handle hh;
};

struct dates {
    pthread_mutex_t lock;
    struct names_date *by_key; /* in the order in which they were first noted */
};

struct dates *dates_create(void)
{
    struct dates *dates = calloc(1, sizeof *dates);

    if (dates != NULL)
        pthread_mutex_init(&dates->lock, NULL);
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
    pthread_mutex_destroy(&dates->lock);
    free(dates);
}

/* --- hashes ----------------------------------------------------------------------------------- */

#define HASH_START UINT64_C(0xcbf29ce484222325) /* FNV-1a */

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return (hash ^ 0xff) * UINT64_C(0x100000001b3);
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text));
}

/* All that shows the same resource has the same key, whatever it is called. */
static uint64_t key_of(const struct dir *dir)
{
    const char *id = dir_id(dir);

    if (dir->parent == NULL)
        return HASH_START;
    if (id != NULL && dir->kind != NULL)
        return hash_text(hash_text(HASH_START, dir->kind->noun), id);
    return hash_text(key_of(dir->parent), dir_name(dir));
}

/* --- content ---------------------------------------------------------------------------------- */

/* A text without secrets is shown as it is: what is built of it says nothing more. */
static bool hash_shown(const struct tree *tree, const struct record *record, uint64_t *hash)
{
    struct buf text = BUF_EMPTY;
    bool ok = true;

    if (!field_text_has_secret(record->json)) {
        *hash = hash_bytes(HASH_START, record->json, record->json_bytes);
        return true;
    }
    ok = document_render(record, tree->config.secrets == SECRETS_SHOW, &text);
    if (ok)
        *hash = hash_bytes(HASH_START, text.data, text.size_bytes);
    if (text.data != NULL)
        explicit_bzero(text.data, text.capacity_bytes);
    buf_finish(&text);
    return ok;
}

struct date date_of_record(const struct tree *tree, struct record *record)
{
    unsigned mark = atomic_load_explicit(&record->shown_mark, memory_order_relaxed);
    uint64_t hash;

    if (mark == 0 && hash_shown(tree, record, &hash)) {
        mark = (unsigned)((hash ^ hash >> 32) % BELOW_NS) + 1;
        atomic_store_explicit(&record->shown_mark, mark, memory_order_relaxed);
    }
    return (struct date){.ms = record->mtime_ms, .below_ns = mark == 0 ? 0 : mark - 1};
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
    struct dates *dates = dir->tree->dates;
    int64_t now_ms = clock_wall_ms(dir->tree->config.clock);

    pthread_mutex_lock(&dates->lock);
    struct names_date *date = find_or_add(dates, key_of(dir));
    if (date != NULL)
        date->ms = now_ms > date->ms ? now_ms : date->ms + 1;
    pthread_mutex_unlock(&dates->lock);
}

void dir_note_names(struct dir *dir)
{
    atomic_fetch_add(&dir->names_changed, 1);
    note_names(dir);
}

struct date date_of_names(const struct dir *dir)
{
    struct dates *dates = dir->tree->dates;
    uint64_t key = key_of(dir);
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
