/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/notices.h"

#include <string.h>

void notices_init(struct notices *notices)
{
    memset(notices, 0, sizeof *notices);
    pthread_mutex_init(&notices->telling, NULL);
    pthread_mutex_init(&notices->lock, NULL);
}

void notices_finish(struct notices *notices)
{
    pthread_mutex_destroy(&notices->lock);
    pthread_mutex_destroy(&notices->telling);
}

void notices_add(struct notices *notices, uint64_t key)
{
    pthread_mutex_lock(&notices->lock);
    if (notices->count < NOTICES_MOST)
        notices->keys[notices->count] = key;
    notices->count++;
    atomic_fetch_add(&notices->noted, 1);
    pthread_mutex_unlock(&notices->lock);
}

void notices_add_nameless(struct notices *notices)
{
    atomic_fetch_add(&notices->noted, 1);
}

/* With `telling` held. */
static void tell_now(struct notices *notices, notices_teller *tell, void *ctx)
{
    uint64_t keys[NOTICES_MOST];

    pthread_mutex_lock(&notices->lock);
    uint64_t noted = atomic_load(&notices->noted);
    size_t count = notices->count;
    memcpy(keys, notices->keys, sizeof keys);
    notices->count = 0;
    pthread_mutex_unlock(&notices->lock);
    if (noted != atomic_load(&notices->told))
        tell(ctx, count > NOTICES_MOST ? NULL : keys, count);
    atomic_store(&notices->told, noted);
}

void notices_tell(struct notices *notices, notices_teller *tell, void *ctx)
{
    if (tell == NULL || atomic_load(&notices->told) == atomic_load(&notices->noted))
        return;
    pthread_mutex_lock(&notices->telling);
    tell_now(notices, tell, ctx);
    pthread_mutex_unlock(&notices->telling);
}
