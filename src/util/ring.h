/* SPDX-License-Identifier: MIT */
/* The last N lines of something (errors, requests, changes): oldest first. Thread-safe. */
#ifndef UTIL_RING_H
#define UTIL_RING_H

#include "util/buf.h"

#include <stddef.h>

struct ring;

/* NULL when memory ran out. `capacity` lines, at least 1. */
struct ring *ring_create(size_t capacity);
void ring_destroy(struct ring *ring); /* NULL is fine */
/* Adds a copy of `line` (without a newline); the oldest one goes when the ring is full. */
void ring_add(struct ring *ring, const char *line);
/* Replaces the newest line (adds it when there is none). */
void ring_replace_newest(struct ring *ring, const char *line);
/* Appends all lines, oldest first, each with a newline. False when memory ran out. */
bool ring_print(struct ring *ring, struct buf *out);

#endif
