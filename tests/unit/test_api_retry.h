/* SPDX-License-Identifier: MIT */
/* What the files of test_api_retry share. */
#ifndef TEST_API_RETRY_H
#define TEST_API_RETRY_H

#include "api_fake.h"

#include <check.h>

#define AUTO (-1)

#define GET_STEP .method = HTTP_GET, .url = "/shared-drives/sd1"

#define POST_STEP .method = HTTP_POST, .url = "/shared-drives", .sent = "{}"

#define GOOD .status = 200, .body = "{\"id\":\"sd1\"}"

int call(struct fake *fake, enum http_method method, struct problem *problem);
void add_key_tests(TCase *tcase);

#endif
