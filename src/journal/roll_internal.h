/* SPDX-License-Identifier: MIT */
/* How a file of a journal is written; for book.c. Not for other rooms. */
#ifndef JOURNAL_ROLL_INTERNAL_H
#define JOURNAL_ROLL_INTERNAL_H

#include "journal/book.h"
#include "util/buf.h"

#include <pthread.h>
#include <stdatomic.h>

struct roll {
    atomic_uint refs;
    uint64_t number;
    pthread_mutex_t lock; /* guards what follows; nothing is locked inside */
    struct buf text;
    size_t lines;
    size_t newest_at; /* where the newest begins */
    int64_t changed_ms;
};

struct roll *roll_create(uint64_t number, int64_t now_ms); /* one reference; NULL: no memory */
/* Whether a line of that length may be added; an empty one takes any. */
bool roll_has_room(struct roll *roll, size_t line_bytes);
/* Adds a line with its newline; without memory it is left out. */
void roll_add(struct roll *roll, const struct buf *line, int64_t now_ms);
/* Overwrites in the newest line, so far from its start and from its end, if it is that long. */
void roll_patch(struct roll *roll, size_t from_start, const char *head, size_t from_end,
                const char *tail);
/* Nothing will be added any more. */
void roll_end(struct roll *roll);

#endif
