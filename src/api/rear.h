/* SPDX-License-Identifier: MIT */
/*
 * The rear of a long list: walked in a thread of its own, towards the front, until they meet.
 * Private to this room.
 *
 * It is a help and never needed: whatever goes wrong with it, the front goes on alone.
 */
#ifndef API_REAR_H
#define API_REAR_H

#include "api/page.h"

struct rear;

/* Starts at the rear of the list that `front` walks; with leave to fetch one page. NULL: it can't
 * be started. */
struct rear *rear_start(const struct page_walk *front);
/* Gives leave for one page more: it never comes further than the front, which others watch. */
void rear_go_on(struct rear *rear);
/* Waits until it has done what it has leave for, or `cancel` fires, at most that long
 * (milliseconds; 0: not at all). */
void rear_await(struct rear *rear, struct cancel *cancel, int64_t most_ms);
/* Whether it has ended by itself. */
bool rear_has_ended(struct rear *rear);
/* Ends it, whatever it does, and frees it. */
void rear_stop(struct rear *rear);
/* Of one that has ended: whether the server's answers are why, and would be again. */
bool rear_was_misled(struct rear *rear);

#endif
