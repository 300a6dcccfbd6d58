/* SPDX-License-Identifier: MIT */
/*
 * How much memory the process holds on to. Malloc keeps what is freed, for each of its arenas; what
 * a large answer took would stay with it for ever. Any thread, but for memory_setup.
 */
#ifndef UTIL_MEMORY_H
#define UTIL_MEMORY_H

#include <stddef.h>

/* Few arenas, and large blocks of their own, which go back when they are freed. Once, at the start
 * of main, before there are threads. */
void memory_setup(void);
/* To be called when something of that size was freed: from MEMORY_LARGE_BYTES on, what malloc keeps
 * is given back to the system. */
void memory_give_back(size_t freed_bytes);
/* How much of its memory is in RAM now, as the system counts it; 0: that is not known. */
size_t memory_resident_bytes(void);
#define MEMORY_LARGE_BYTES ((size_t)1 << 20)

#endif
