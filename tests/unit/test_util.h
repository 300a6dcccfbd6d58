/* SPDX-License-Identifier: MIT */
/* What the files of test_util share. */
#ifndef TEST_UTIL_H
#define TEST_UTIL_H

#include "util/address.h"
#include "util/buf.h"
#include "util/cancel.h"
#include "util/waiting_room.h"
#include "util/clock.h"
#include "util/problem.h"

#include <check.h>

int64_t now_ms(void);
void add_waiting_tests(TCase *t);
void add_notices_tests(TCase *t);

#endif
