/* SPDX-License-Identifier: MIT */
/* The emulator over HTTP, as a client sees it. */
#include "config.h"

#include "test_emulator_client.h"

#include <stdlib.h>

int main(void)
{
    SRunner *runner = srunner_create(suite_json());
    int failed;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    srunner_add_suite(runner, suite_api());
    srunner_add_suite(runner, suite_control());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    curl_global_cleanup();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
