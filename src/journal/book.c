/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "journal/book.h"

#include "journal/roll_internal.h"

#include <stdio.h>
#include <string.h>

bool book_init(struct book *book, const struct clock *clock)
{
    pthread_mutex_init(&book->lock, NULL);
    book->clock = clock;
    book->before = NULL;
    book->entries = 0;
    book->written = roll_create(1, clock_wall_ms(clock));
    return book->written != NULL;
}

void book_finish(struct book *book)
{
    if (book->clock == NULL)
        return;
    roll_unref(book->written);
    roll_unref(book->before);
    pthread_mutex_destroy(&book->lock);
}

/* With the lock held: another file is begun. False: no memory. */
static bool turn(struct book *book)
{
    struct roll *fresh = roll_create(book->written->number + 1, clock_wall_ms(book->clock));

    if (fresh == NULL)
        return false;
    roll_unref(book->before);
    roll_end(book->written);
    book->before = book->written;
    book->written = fresh;
    return true;
}

static void add(struct book *book, const struct buf *line)
{
    pthread_mutex_lock(&book->lock);
    book->entries++;
    if (roll_has_room(book->written, line->size_bytes) || turn(book))
        roll_add(book->written, line, clock_wall_ms(book->clock));
    pthread_mutex_unlock(&book->lock);
}

void book_add(struct book *book, const char *text)
{
    struct buf line = BUF_EMPTY;

    if (buf_printf(&line, "%s\n", text))
        add(book, &line);
    buf_finish(&line);
}

/* What is kept free at the end of a line for its count, which JSON takes for white space. */
#define COUNT_SPACE  20 /* "count" and the largest unsigned */
#define COUNT_FORMAT "%-20s}\n"
#define COUNT_BYTES  (COUNT_SPACE + sizeof "}\n" - 1)
#define TIME_AT      (sizeof "{\"time\":\"" - 1)

void book_add_countable(struct book *book, const char *text)
{
    struct buf line = BUF_EMPTY;

    if (buf_append(&line, text, strlen(text) - 1) && buf_printf(&line, COUNT_FORMAT, ""))
        add(book, &line);
    buf_finish(&line);
}

void book_count(struct book *book, const char *time, unsigned count)
{
    char member[COUNT_SPACE + 1];
    char tail[COUNT_BYTES + 1];

    snprintf(member, sizeof member, ",\"count\":%u", count);
    snprintf(tail, sizeof tail, COUNT_FORMAT, member);
    pthread_mutex_lock(&book->lock);
    book->entries++;
    roll_patch(book->written, TIME_AT, time, COUNT_BYTES, tail);
    pthread_mutex_unlock(&book->lock);
}

uint64_t book_entries(struct book *book)
{
    pthread_mutex_lock(&book->lock);
    uint64_t entries = book->entries;
    pthread_mutex_unlock(&book->lock);
    return entries;
}

struct roll *book_roll(struct book *book, unsigned age)
{
    pthread_mutex_lock(&book->lock);
    struct roll *roll = age == 0 ? book->written : book->before;
    if (roll != NULL)
        roll_ref(roll);
    pthread_mutex_unlock(&book->lock);
    return roll;
}
