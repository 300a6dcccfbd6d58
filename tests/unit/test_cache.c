/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "run_tests.h"
#include "test_cache_room.h"

#include <stdlib.h>

int main(void)
{
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
    return run_tests(srunner_create(suite));
}
