/* SPDX-License-Identifier: MIT */
/* The emulator over HTTP, as a client sees it. */
#include "config.h"

#include "run_tests.h"
#include "test_emulator_client.h"

#include <stdlib.h>

int main(void)
{
    SRunner *runner = srunner_create(suite_json());

    curl_global_init(CURL_GLOBAL_DEFAULT);
    srunner_add_suite(runner, suite_api());
    srunner_add_suite(runner, suite_control());
    int status = run_tests(runner);

    curl_global_cleanup();
    return status;
}
