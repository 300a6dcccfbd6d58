/* SPDX-License-Identifier: MIT */
/* What the files of test_api_list share. */
#ifndef TEST_API_LIST_H
#define TEST_API_LIST_H

#include "api/call.h"
#include "api_fake.h"

#include <check.h>

#define AUTO (-1)

int list(struct fake *fake, const struct kind *kind, struct record_list *out,
         struct problem *problem);
void expect_ids(int dialect, const struct kind *kind, const struct fake_step *steps,
                const char *ids, enum dialect found);
void add_page_tests(TCase *tcase);

#endif
