/* SPDX-License-Identifier: MIT */
/* How every program of unit tests runs them: TAP on stdout, for the harness of `make check`. */
#ifndef TEST_RUN_TESTS_H
#define TEST_RUN_TESTS_H

#include <check.h>
#include <stdlib.h>

/* Runs what the runner has, and frees it; the exit status of main(). */
static inline int run_tests(SRunner *runner)
{
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);

    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
