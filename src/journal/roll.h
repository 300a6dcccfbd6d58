/* SPDX-License-Identifier: MIT */
/*
 * One file of a journal: its lines, oldest first. It only grows, so that what was read of it stays
 * true; but in its newest line a count and a date may become others of the same length. Counted by
 * references; any thread; its lock is a leaf.
 */
#ifndef JOURNAL_ROLL_H
#define JOURNAL_ROLL_H

#include <stddef.h>
#include <stdint.h>

struct roll;

struct roll *roll_ref(struct roll *roll);
void roll_unref(struct roll *roll); /* NULL is fine */
/* Its place among the files that the journal ever had, from 1. */
uint64_t roll_number(const struct roll *roll);
size_t roll_size(struct roll *roll);
/* When something was added last, or it was begun (wall clock). */
int64_t roll_changed_ms(struct roll *roll);
/* Copies at most `size` bytes at `offset`; returns how many, 0 at the end. */
size_t roll_read(struct roll *roll, void *out, size_t size, size_t offset);

#endif
