/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "journal/roll.h"

#include "journal/roll_internal.h"

#include <stdlib.h>
#include <string.h>

struct roll *roll_create(uint64_t number, int64_t now_ms)
{
    struct roll *roll = calloc(1, sizeof *roll);

    if (roll == NULL)
        return NULL;
    pthread_mutex_init(&roll->lock, NULL);
    atomic_init(&roll->refs, 1);
    roll->number = number;
    roll->changed_ms = now_ms;
    return roll;
}

struct roll *roll_ref(struct roll *roll)
{
    atomic_fetch_add(&roll->refs, 1);
    return roll;
}

void roll_unref(struct roll *roll)
{
    if (roll == NULL || atomic_fetch_sub(&roll->refs, 1) != 1)
        return;
    buf_finish(&roll->text);
    pthread_mutex_destroy(&roll->lock);
    free(roll);
}

uint64_t roll_number(const struct roll *roll)
{
    return roll->number;
}

size_t roll_size(struct roll *roll)
{
    pthread_mutex_lock(&roll->lock);
    size_t size = roll->text.size_bytes;
    pthread_mutex_unlock(&roll->lock);
    return size;
}

int64_t roll_changed_ms(struct roll *roll)
{
    pthread_mutex_lock(&roll->lock);
    int64_t changed_ms = roll->changed_ms;
    pthread_mutex_unlock(&roll->lock);
    return changed_ms;
}

size_t roll_read(struct roll *roll, void *out, size_t size, size_t offset)
{
    pthread_mutex_lock(&roll->lock);
    size_t left = offset < roll->text.size_bytes ? roll->text.size_bytes - offset : 0;
    size_t count = left < size ? left : size;
    if (count > 0)
        memcpy(out, roll->text.data + offset, count);
    pthread_mutex_unlock(&roll->lock);
    return count;
}

bool roll_has_room(struct roll *roll, size_t line_bytes)
{
    pthread_mutex_lock(&roll->lock);
    bool room = roll->lines == 0 || (roll->lines < JOURNAL_FILE_ENTRIES &&
                                     roll->text.size_bytes + line_bytes <= JOURNAL_FILE_BYTES);
    pthread_mutex_unlock(&roll->lock);
    return room;
}

void roll_add(struct roll *roll, const struct buf *line, int64_t now_ms)
{
    pthread_mutex_lock(&roll->lock);
    size_t start = roll->text.size_bytes;
    if (buf_append(&roll->text, line->data, line->size_bytes)) {
        roll->newest_at = start;
        roll->changed_ms = now_ms;
        roll->lines++;
    }
    pthread_mutex_unlock(&roll->lock);
}

void roll_patch(struct roll *roll, size_t from_start, const char *head, size_t from_end,
                const char *tail)
{
    size_t newest_at;

    pthread_mutex_lock(&roll->lock);
    newest_at = roll->newest_at;
    if (roll->text.size_bytes - newest_at >= from_start + strlen(head) + from_end) {
        memcpy(roll->text.data + newest_at + from_start, head, strlen(head));
        memcpy(roll->text.data + roll->text.size_bytes - from_end, tail, strlen(tail));
    }
    pthread_mutex_unlock(&roll->lock);
}

void roll_end(struct roll *roll)
{
    pthread_mutex_lock(&roll->lock);
    buf_trim(&roll->text);
    pthread_mutex_unlock(&roll->lock);
}
