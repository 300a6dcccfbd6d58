/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/memory.h"

#include <malloc.h>

#define ARENAS          2
#define OWN_BLOCK_BYTES (512 * 1024)

void memory_setup(void)
{
    mallopt(M_ARENA_MAX, ARENAS);
    /* Set by hand it no longer grows with what is freed. */
    mallopt(M_MMAP_THRESHOLD, OWN_BLOCK_BYTES);
}

void memory_give_back(size_t freed_bytes)
{
    if (freed_bytes >= MEMORY_LARGE_BYTES)
        malloc_trim(0);
}
