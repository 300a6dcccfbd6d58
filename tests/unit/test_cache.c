/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run_tests.h"
#include "test_cache_room.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TUNABLES "GLIBC_TUNABLES"

/* Valgrind has a malloc of its own, which counts nothing. */
static bool is_under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    return preloaded != NULL && strstr(preloaded, "vgpreload") != NULL;
}

/* Begins again with a malloc that keeps nothing for each thread: what it keeps counts as in use,
 * and case_unchanged and case_refreshing count. */
static void count_exactly(char **argv)
{
    if (getenv(TUNABLES) != NULL || is_under_valgrind())
        return;
    setenv(TUNABLES, "glibc.malloc.tcache_count=0", 1);
    execv("/proc/self/exe", argv); /* else the bound is missed, and says so */
}

int main(int argc, char **argv)
{
    (void)argc;
    count_exactly(argv);
    Suite *suite = suite_create("cache");

    suite_add_tcase(suite, case_reading());
    suite_add_tcase(suite, case_stale());
    suite_add_tcase(suite, case_merging());
    suite_add_tcase(suite, case_changing());
    suite_add_tcase(suite, case_creating());
    suite_add_tcase(suite, case_editing());
    suite_add_tcase(suite, case_events());
    suite_add_tcase(suite, case_gate());
    suite_add_tcase(suite, case_outcome());
    suite_add_tcase(suite, case_scale());
    suite_add_tcase(suite, case_crowd());
    suite_add_tcase(suite, case_endless());
    suite_add_tcase(suite, case_unchanged());
    suite_add_tcase(suite, case_refreshing());
    return run_tests(srunner_create(suite));
}
