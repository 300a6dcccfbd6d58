/* SPDX-License-Identifier: MIT */
/*
 * A journal's files: the one that is written, and the one before. At JOURNAL_FILE_ENTRIES lines, or
 * JOURNAL_FILE_BYTES, the first takes the place of the second, and another is begun. Private to
 * this room; any thread; lock order: book → roll.
 */
#ifndef JOURNAL_BOOK_H
#define JOURNAL_BOOK_H

#include "journal/roll.h"
#include "util/clock.h"

#include <pthread.h>
#include <stdbool.h>

#define JOURNAL_FILE_ENTRIES 2000
#define JOURNAL_FILE_BYTES   ((size_t)4 << 20)

struct book {
    const struct clock *clock;
    pthread_mutex_t lock; /* guards what follows */
    struct roll *written;
    struct roll *before; /* NULL: none yet */
    uint64_t entries;    /* ever, repeats included */
};

bool book_init(struct book *book, const struct clock *clock); /* false: no memory */
void book_finish(struct book *book);                          /* one of zeroes is fine */
/* Adds `line` (without a newline), a JSON object; without memory it is left out. */
void book_add(struct book *book, const char *line);
/* The same of one that may happen again: it has room for a count, and `time` as its first member.
 */
void book_add_countable(struct book *book, const char *line);
/* The newest line, which was added so, has happened again: its date is `time` from now on, of the
 * same length, and it says that it is the `count`th. */
void book_count(struct book *book, const char *time, unsigned count);
uint64_t book_entries(struct book *book);
/* The file that is written (age 0) or the one before (age 1): a reference, or NULL. */
struct roll *book_roll(struct book *book, unsigned age);

#endif
