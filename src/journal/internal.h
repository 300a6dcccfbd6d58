/* SPDX-License-Identifier: MIT */
/* The journal itself, for the files of journal/. Not for other rooms. */
#ifndef JOURNAL_INTERNAL_H
#define JOURNAL_INTERNAL_H

#include "journal/book.h"
#include "journal/journal.h"

#include <pthread.h>

struct journal {
    const struct clock *clock;
    struct book books[JOURNALS_COUNT];
    void (*hear)(void *ctx, enum journal_name name, struct json_object *line); /* or NULL */
    void *hear_ctx;
    pthread_mutex_t lock;  /* guards what follows; order: lock → book */
    struct buf last_error; /* one line, with its newline */
    struct buf newest;     /* the newest error without time and count, to know a repeat by */
    unsigned repeats;
    uint64_t counts[KINDS_COUNT];
    struct journal_key key;
    int64_t answered_ms; /* wall clock: the last 2xx; 0: none */
};

/* Adds a line (line_add), and tells who listens. */
void journal_add_line(struct journal *journal, enum journal_name name, struct json_object *line);
/* The name of the process as the kernel has it; "?" when it has ended. */
void journal_read_comm(pid_t pid, char *out, size_t size);

#endif
