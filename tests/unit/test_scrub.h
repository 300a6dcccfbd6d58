/* SPDX-License-Identifier: MIT */
/* What the files of test_scrub share. */
#ifndef TEST_SCRUB_H
#define TEST_SCRUB_H

#include "util/scrub.h"

#include <check.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

#define MUST(condition)                     \
    do {                                    \
        if (!(condition))                   \
            ck_abort_msg("%s", #condition); \
    } while (0)

void add_long_tests(TCase *tests);

#endif
