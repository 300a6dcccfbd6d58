/* SPDX-License-Identifier: MIT */
/*
 * Texts on their way to somebody who may not take them: a service of the system, which can be
 * stopped. Whoever posts never waits; one thread delivers, and may be stuck in that.
 */
#ifndef UTIL_OUTBOX_H
#define UTIL_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

struct outbox;

/* Delivers one text, before which `lost` others were dropped; may wait as long as it likes, and is
 * cancelled (pthread_cancel) at the end: no lock is to be held, nor memory, where it waits. */
typedef void outbox_deliver(const char *text, unsigned long lost);

/* At most `max_bytes` wait; what comes beyond that is dropped and counted. Starts the thread, which
 * blocks all signals: after a daemon's fork. NULL: no memory, or no thread. */
struct outbox *outbox_start(outbox_deliver *deliver, size_t max_bytes);
/* Copies `text`; false: it was dropped. Any thread; never waits for a delivery. */
bool outbox_post(struct outbox *outbox, const char *text);
/* Waits until all is delivered, at most `wait_ms`, and ends. Returns how many texts were not
 * delivered and whose loss nobody was told of. Nobody may post any more. NULL is fine. */
unsigned long outbox_end(struct outbox *outbox, unsigned wait_ms);

#endif
