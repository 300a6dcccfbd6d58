/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "util/memory.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

/* A second arena grows by a system call for each 4 KiB (glibc's grow_heap knows no padding): of a
 * long list an eighth of the time. What threads ask for most is in their own caches anyway. */
#define ARENAS          1
#define GROW_BYTES      (1024 * 1024)
#define OWN_BLOCK_BYTES (512 * 1024)

void memory_setup(void)
{
    mallopt(M_ARENA_MAX, ARENAS);
    mallopt(M_TOP_PAD, GROW_BYTES);
    /* Set by hand it no longer grows with what is freed. */
    mallopt(M_MMAP_THRESHOLD, OWN_BLOCK_BYTES);
}

void memory_give_back(size_t freed_bytes)
{
    if (freed_bytes >= MEMORY_LARGE_BYTES)
        malloc_trim(0);
}

size_t memory_resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    size_t pages = 0;

    if (file == NULL)
        return 0;
    if (fscanf(file, "%*u %zu", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}
