/* SPDX-License-Identifier: MIT */
/* Whether this runs in a build, or under a program, that makes times and sizes mean nothing. */
#ifndef TEST_INSTRUMENTED_H
#define TEST_INSTRUMENTED_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Under sanitizers and valgrind everything is slower and bigger, and memory is not given back. */
static inline bool is_instrumented(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#endif
#endif
    const char *preload = getenv("LD_PRELOAD");

    return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

#endif
